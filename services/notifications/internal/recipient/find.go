package recipient

import (
	"context"
	"sync"
	"time"

	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
	identityv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/identity/v1"
)

const (
	// maxBatch is how many persons identity is asked for at a time.
	maxBatch = 200
	// maxWaiting bounds the persons that nobody reads yet.
	maxWaiting = 1 << 14
	// readers is how many batches are read at a time. While all are, finds gather.
	readers = 4
	// readTimeout bounds a read, so that an identity that hangs is asked anew.
	readTimeout = 5 * time.Second
	// cleanEvery is how often what is too old leaves the memory.
	cleanEvery = 10 * time.Second
)

// find is a read of a person that any number of callers wait for.
type find struct {
	key
	// callers and old are under Directory.mu. old says that the person has changed since.
	callers int
	old     bool
	// recipient and err are there once done is closed.
	recipient Recipient
	err       error
	done      chan struct{}
}

// ask joins the read of a person, or asks for one.
func (d *Directory) ask(who key) (*find, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	f := d.finding[who]
	if f == nil {
		if known, ok := d.cache.GetIfPresent(who); ok { // since the caller looked
			return answered(known.recipient), nil
		}
		if len(d.queues[who.set]) >= maxWaiting {
			return nil, away(nil, "too many recipients are looked for at once")
		}
		f = &find{key: who, done: make(chan struct{})}
		d.finding[who] = f
		d.queues[who.set] = append(d.queues[who.set], f)
		select {
		case d.wake <- struct{}{}:
		default: // every reader will look
		}
	}
	f.callers++
	return f, nil
}

// answered is a find that nobody has to wait for.
func answered(known Recipient) *find {
	f := &find{recipient: known, done: make(chan struct{})}
	close(f.done)
	return f
}

func (d *Directory) leave(f *find) {
	d.mu.Lock()
	defer d.mu.Unlock()
	f.callers--
}

// Run reads what is looked for until ctx ends; it returns nil then. Finds fail from then on. It is called once.
func (d *Directory) Run(ctx context.Context) error {
	defer close(d.ended)
	var running sync.WaitGroup
	defer running.Wait()
	for range readers {
		running.Go(func() { d.readAll(ctx) })
	}
	clean := time.NewTicker(cleanEvery)
	defer clean.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-clean.C:
			d.cache.CleanUp()
		}
	}
}

func (d *Directory) readAll(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-d.wake:
		}
		for batch := d.take(); len(batch) > 0 && ctx.Err() == nil; batch = d.take() {
			d.read(ctx, batch)
		}
	}
}

// take returns finds of one data set that nobody reads yet, leaving out those whose callers have all gone.
func (d *Directory) take() []*find {
	d.mu.Lock()
	defer d.mu.Unlock()
	for set, queue := range d.queues {
		var batch []*find
		for len(queue) > 0 && len(batch) < maxBatch {
			f := queue[0]
			queue[0], queue = nil, queue[1:]
			if f.callers > 0 {
				batch = append(batch, f)
			} else if d.finding[f.key] == f {
				delete(d.finding, f.key)
			}
		}
		if len(queue) == 0 {
			delete(d.queues, set)
		} else {
			d.queues[set] = queue
		}
		if len(batch) > 0 {
			return batch
		}
	}
	return nil
}

// read finds all of a batch, with one call of identity and one read of the store.
func (d *Directory) read(ctx context.Context, batch []*find) {
	ctx, cancel := context.WithTimeout(ctx, readTimeout)
	defer cancel()
	until := d.now().Add(keptFor)
	err := d.fill(ctx, batch)
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, f := range batch {
		if err != nil {
			f.recipient, f.err = Recipient{}, err
		}
		if d.finding[f.key] == f {
			delete(d.finding, f.key)
		}
		// Whom identity does not know it may know in a moment.
		if f.err == nil && f.recipient.Known && !f.old {
			d.cache.Set(f.key, kept{f.recipient, until})
		}
		close(f.done)
	}
}

func (d *Directory) fill(ctx context.Context, batch []*find) error {
	ids, set := make([]string, 0, len(batch)), batch[0].set
	seen := make(map[string]bool, len(batch))
	for _, f := range batch {
		if !seen[f.person] {
			ids, seen[f.person] = append(ids, f.person), true
		}
	}
	answer, err := d.contacts.GetContacts(ctx, &identityv1.GetContactsRequest{
		PersonIds: ids, DataSet: set.Proto(), Access: &identityv1.Access{Purpose: purpose},
	})
	if err != nil {
		return away(err, "recipients cannot be looked up")
	}
	if len(answer.GetPersons()) != len(ids) {
		return away(nil, "identity answered for other persons than it was asked for")
	}
	stored, err := d.store.Recipients(ctx, set, ids)
	if err != nil {
		return away(err, "recipients cannot be looked up")
	}
	known := make(map[string]*identityv1.PersonContacts, len(ids))
	for i, id := range ids {
		known[id] = answer.GetPersons()[i]
	}
	for _, f := range batch {
		f.recipient, f.err = d.recipient(known[f.person], stored[f.person])
	}
	return nil
}

// purpose is what identity's access log says.
const purpose = "envío de notificaciones"

func away(cause error, message string) error {
	return rpcerr.Wrap(errorsv1.Reason_REASON_UNAVAILABLE, cause, message)
}

func errStopped() error { return away(nil, "the service is stopping") }
