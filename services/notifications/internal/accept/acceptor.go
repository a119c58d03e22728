package accept

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"

	"buf.build/go/protovalidate"

	"github.com/ventanilla/ventanilla/pkg/groupcommit"
	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
	notificationsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/notifications/v1"
	"github.com/ventanilla/ventanilla/services/notifications/internal/code"
	"github.com/ventanilla/ventanilla/services/notifications/internal/message"
	"github.com/ventanilla/ventanilla/services/notifications/internal/recipient"
	"github.com/ventanilla/ventanilla/services/notifications/internal/store"
)

// bounds are those of commits. Whoever comes when none is under way waits for nobody.
var bounds = groupcommit.Options{MaxWaiting: 4096, MaxGroup: 512, Timeout: 10 * time.Second}

// Store keeps dispatches, and what they are held against.
type Store interface {
	// Offer returns a service that a provider may consume. It fails with sqlstore.ErrNotFound.
	Offer(ctx context.Context, providerID int64, serviceID int32) (store.Offer, error)
	// Template returns a version of a template, the newest when it is 0. It fails with sqlstore.ErrNotFound.
	Template(ctx context.Context, providerID int64, name string, version int32) (store.Template, error)
	// Accept stores dispatches, each as far as nothing speaks against it, and returns once that is durable.
	Accept(ctx context.Context, group []store.NewDispatch) ([]store.Acceptance, error)
	// Repeated returns the first answer to what was asked for before.
	Repeated(ctx context.Context, d store.NewDispatch) (answer store.Acceptance, ok bool, err error)
}

// Directory knows where persons can be reached.
type Directory interface {
	Find(ctx context.Context, set message.DataSet, personID string) (recipient.Recipient, error)
}

// Carriers know what can be sent.
type Carriers interface {
	// Carries tells whether any carrier takes the channel for the data set.
	Carries(set message.DataSet, channel message.Channel) bool
}

// Deps are what an acceptor works with. All are needed.
type Deps struct {
	Store     Store
	Directory Directory
	Carriers  Carriers
	Codes     code.Issuer
	// Digests is the key of package signing for what repetitions are known by.
	Digests []byte
	// Wake tells the queue of this process that something is due.
	Wake   func()
	Now    func() time.Time
	Logger *slog.Logger
	Meter  metric.Meter
}

// Acceptor accepts dispatches while Run does. It is safe for concurrent use.
type Acceptor struct {
	Deps
	contract  protovalidate.Validator
	committer *groupcommit.Committer[store.NewDispatch, answer]
	offers    *cache[offerKey, store.Offer]
	templates *cache[templateKey, textTemplate]
	accepted  metric.Int64Counter
}

// answer is what became of one of a group.
type answer struct {
	store.Acceptance
	err error
}

// New returns an acceptor. It fails when the contract's rules or the meter cannot be used.
func New(deps Deps) (*Acceptor, error) {
	a := &Acceptor{Deps: deps}
	var err error
	if a.contract, err = protovalidate.New(protovalidate.WithMessages(&notificationsv1.DispatchRequest{}), protovalidate.WithDisableLazy()); err != nil {
		return nil, fmt.Errorf("compiling the contract of dispatches: %w", err)
	}
	if a.accepted, err = deps.Meter.Int64Counter("ventanilla.notifications.accepted", metric.WithUnit("{part}"),
		metric.WithDescription("Parts of dispatches that were stored.")); err != nil {
		return nil, fmt.Errorf("making the counter of accepted parts: %w", err)
	}
	a.committer = groupcommit.New(a.commit, bounds)
	a.offers = newCache(deps.Now, a.readOffer)
	a.templates = newCache(deps.Now, a.readTemplate)
	return a, nil
}

// Run stores until ctx ends; it returns nil then. What is under way is finished, what waits fails with UNAVAILABLE. It is called once.
func (a *Acceptor) Run(ctx context.Context) error { return a.committer.Run(ctx) }

// maxWeight bounds the pictures of a transaction, in bytes, unless one alone has more: others wait for it.
const maxWeight = 4 << 20

// commit stores a group, in one transaction unless their pictures are too many for it.
func (a *Acceptor) commit(ctx context.Context, group []store.NewDispatch) ([]answer, error) {
	answers := make([]answer, 0, len(group))
	for rest := group; len(rest) > 0; {
		n := fitting(rest)
		answers = append(answers, a.store(ctx, rest[:n])...)
		rest = rest[n:]
	}
	a.count(ctx, group, answers)
	return answers, nil
}

// fitting is how many of a group fit into a transaction, one at least.
func fitting(group []store.NewDispatch) int {
	weight := 0
	for i := range group {
		for _, p := range group[i].Pictures {
			weight += len(p.Bytes)
		}
		if i > 0 && weight > maxWeight {
			return i
		}
	}
	return len(group)
}

// store stores some in one transaction. Where the database takes offence at them and is not away, each is stored by itself, so that the one which
// offends fails alone.
func (a *Acceptor) store(ctx context.Context, group []store.NewDispatch) []answer {
	answers := make([]answer, len(group))
	acceptances, err := a.Store.Accept(ctx, group)
	for i := range group {
		switch {
		case err == nil:
			answers[i].Acceptance = acceptances[i]
		case len(group) == 1, errors.Is(err, sqlstore.ErrUnavailable):
			answers[i].err = err
		default:
			answers[i] = a.store(ctx, group[i:i+1])[0]
		}
	}
	return answers
}

// count counts what is stored, and wakes the queue for what is due.
func (a *Acceptor) count(ctx context.Context, group []store.NewDispatch, answers []answer) {
	counts := make(map[store.Part]int64)
	due := false
	for i, d := range group {
		if answers[i].err != nil || answers[i].Err != nil || answers[i].Replayed {
			continue
		}
		for _, p := range d.Parts {
			counts[store.Part{Kind: p.Kind, Channel: p.Channel}]++
			due = due || p.Status == message.Accepted
		}
	}
	for p, count := range counts {
		a.accepted.Add(ctx, count, metric.WithAttributes(
			attribute.String("kind", p.Kind.Name()), attribute.String("channel", string(p.Channel))))
	}
	if due {
		a.Wake()
	}
}
