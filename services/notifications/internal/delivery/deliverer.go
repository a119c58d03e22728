package delivery

import (
	"context"
	"crypto/rand"
	"log/slog"
	mathrand "math/rand/v2"
	"sync"
	"sync/atomic"
	"time"

	"github.com/ventanilla/ventanilla/pkg/groupcommit"
	"github.com/ventanilla/ventanilla/services/notifications/internal/message"
	"github.com/ventanilla/ventanilla/services/notifications/internal/queue"
	"github.com/ventanilla/ventanilla/services/notifications/internal/receipt"
	"github.com/ventanilla/ventanilla/services/notifications/internal/recipient"
	"github.com/ventanilla/ventanilla/services/notifications/internal/store"
)

const (
	// laneSize is how many parts of a lane are in hand at a time, those among them whose results are being written.
	laneSize = 512
	// away is how long nothing is claimed once identity did not answer.
	away = time.Second
	// writeAgain is how long to wait after results could not be written.
	writeAgain = 200 * time.Millisecond
)

// Store is where parts wait; *store.Store is one.
type Store interface {
	DueLanes(ctx context.Context) ([]store.Lane, error)
	Claim(ctx context.Context, lane store.Lane, owner string, n int, lease time.Duration) ([]store.Claimed, error)
	Renew(ctx context.Context, claimed []store.Claimed, lease time.Duration) ([]bool, error)
	Finish(ctx context.Context, results []store.Result) ([]bool, error)
	PartPicture(ctx context.Context, pictureID string) (data []byte, mediaType string, err error)
}

// Recipients are who parts go to; *recipient.Directory are.
type Recipients interface {
	Find(ctx context.Context, set message.DataSet, personID string) (recipient.Recipient, error)
	Prune(ctx context.Context, set message.DataSet, personID string, address message.Address) error
}

// Carriers carry messages; *routing.Router are.
type Carriers interface {
	Room(channel message.Channel, priority message.Priority) (room int, wait time.Duration)
	Send(ctx context.Context, set message.DataSet, m message.Message) (name string, result message.Result)
}

// Options are what a deliverer works with. All but Queue are needed.
type Options struct {
	Store      Store
	Recipients Recipients
	Carriers   Carriers
	Receipts   receipt.Signer
	// PictureURL is where everybody finds a picture.
	PictureURL func(pictureID string) string
	Quiet      Quiet
	Counts     *Counts
	Now        func() time.Time
	Logger     *slog.Logger
	// Queue changes how the queue is worked on; nil for as it is.
	Queue func(*queue.Options[store.Claimed])
}

// Deliverer sends parts while Run does.
type Deliverer struct {
	options Options
	owner   string
	lease   time.Duration
	engine  *queue.Engine[store.Claimed]
	results *groupcommit.Committer[store.Result, bool]
	// awayUntil is until when nothing is claimed, in Unix nanoseconds.
	awayUntil atomic.Int64
}

// New returns a deliverer.
func New(options Options) *Deliverer {
	d := &Deliverer{options: options, owner: rand.Text()}
	d.results = groupcommit.New(options.Store.Finish, groupcommit.Options{
		MaxWaiting: 2 * laneSize, MaxGroup: laneSize, Pace: 2 * time.Millisecond, Timeout: 10 * time.Second,
	})
	settings := queue.DefaultOptions[store.Claimed]()
	if options.Queue != nil {
		options.Queue(&settings)
	}
	d.lease = settings.Lease
	settings.Now, settings.Logger = options.Now, options.Logger
	settings.Renew = func(ctx context.Context, claimed []store.Claimed) ([]bool, error) {
		return options.Store.Renew(ctx, claimed, d.lease)
	}
	settings.Due = d.due
	var lanes []queue.Lane[store.Claimed]
	for _, l := range store.Lanes() {
		lanes = append(lanes, d.lane(l))
	}
	d.engine = queue.New(settings, lanes...)
	return d
}

// Wake makes it look for parts now: some have come.
func (d *Deliverer) Wake() { d.engine.Wake() }

// Run sends parts until ctx ends and what it has begun has come to its end or was given back; it returns nil then.
func (d *Deliverer) Run(ctx context.Context) error {
	writing, stop := context.WithCancel(context.WithoutCancel(ctx))
	var writer sync.WaitGroup
	defer writer.Wait()
	defer stop()
	writer.Go(func() { _ = d.results.Run(writing) }) // returns nil
	return d.engine.Run(ctx)
}

func laneName(l store.Lane) string { return string(l.Channel) + "/" + priorities[l.Priority] }

// due names the lanes with parts that are due.
func (d *Deliverer) due(ctx context.Context) ([]string, error) {
	lanes, err := d.options.Store.DueLanes(ctx)
	names := make([]string, len(lanes))
	for i, l := range lanes {
		names[i] = laneName(l)
	}
	return names, err
}

// lane works on the parts of a lane. Those that are claimed and not yet with a carrier have taken their room already.
func (d *Deliverer) lane(l store.Lane) queue.Lane[store.Claimed] {
	var preparing atomic.Int64
	return queue.Lane[store.Claimed]{
		Name: laneName(l),
		Size: laneSize,
		Room: func() (int, time.Duration) {
			if rest := d.awayUntil.Load() - d.options.Now().UnixNano(); rest > 0 {
				return 0, time.Duration(rest)
			}
			room, wait := d.options.Carriers.Room(l.Channel, l.Priority)
			return room - int(preparing.Load()), wait
		},
		Claim: func(ctx context.Context, n int) ([]store.Claimed, error) {
			claimed, err := d.options.Store.Claim(ctx, l, d.owner, n, d.lease)
			preparing.Add(int64(len(claimed)))
			return claimed, err
		},
		Handle: func(ctx context.Context, c store.Claimed) {
			prepared := sync.OnceFunc(func() { preparing.Add(-1) })
			defer prepared()
			d.write(ctx, c, d.deliver(ctx, c, prepared))
		},
	}
}

// deliver makes an attempt, if the part is to have one now; prepared is called when it begins. A worker that stops, or that has lost its lease, begins none.
func (d *Deliverer) deliver(ctx context.Context, c store.Claimed, prepared func()) store.Result {
	j := judge{c, d.options.Now().UTC(), mathrand.Float64()} //nolint:gosec // no secret
	m, instead := d.prepare(ctx, j)
	if m == nil {
		return instead
	}
	if !queue.Held(ctx) {
		return j.later(message.Accepted, "", j.now)
	}
	prepared()
	name, came := d.options.Carriers.Send(ctx, c.DataSet, m.Message)
	j.now = d.options.Now().UTC()
	if name != "" {
		d.options.Counts.attempt(ctx, c, name, came.Outcome)
		if came.Outcome != message.OutcomeSent && came.Outcome != message.OutcomeDelivered {
			d.options.Logger.InfoContext(ctx, "an attempt failed", "message", m.ID, "attempt", c.Attempt, "carrier", name,
				"outcome", came.Outcome, "reason", came.Reason, "detail", came.Detail)
		}
	}
	if came.AddressDead {
		d.prune(ctx, c, m.To)
	}
	return j.sent(name, came, m.more)
}

func (d *Deliverer) prune(ctx context.Context, c store.Claimed, address message.Address) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), d.lease)
	defer cancel()
	if err := d.options.Recipients.Prune(ctx, c.DataSet, c.PersonID, address); err != nil {
		d.options.Logger.WarnContext(ctx, "cannot prune a dead address", "error", err)
	}
}

// write writes a result, again and again while the store is away: a result that is lost makes another attempt. It gives up when the worker has to
// stop at once, or when it has lost its lease.
func (d *Deliverer) write(ctx context.Context, c store.Claimed, r store.Result) {
	for {
		// It is not cut short, so that a stop loses no result.
		written, err := d.results.Do(context.WithoutCancel(ctx), r)
		if err == nil {
			if written {
				d.options.Counts.Ended(ctx, c.Channel, r.Status)
			}
			return
		}
		d.options.Logger.WarnContext(ctx, "cannot write what came of an attempt", "error", err)
		timer := time.NewTimer(writeAgain)
		select {
		case <-ctx.Done():
			timer.Stop()
			return
		case <-timer.C:
		}
	}
}
