package recipient

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/maypok86/otter/v2"
	"google.golang.org/grpc"

	"github.com/ventanilla/ventanilla/pkg/keyring"
	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
	identityv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/identity/v1"
	"github.com/ventanilla/ventanilla/services/notifications/internal/message"
	"github.com/ventanilla/ventanilla/services/notifications/internal/store"
)

const (
	// keptFor is how long a change made elsewhere may go unseen.
	keptFor = 30 * time.Second
	// maxKept bounds the persons in memory.
	maxKept = 1 << 15
)

// Contacts are those of identity.
type Contacts interface {
	GetContacts(ctx context.Context, in *identityv1.GetContactsRequest, opts ...grpc.CallOption) (*identityv1.GetContactsResponse, error)
}

// Store keeps what identity does not.
type Store interface {
	// Recipients returns what is kept of persons, by their identifiers; those of whom nothing is are missing.
	Recipients(ctx context.Context, set message.DataSet, personIDs []string) (map[string]store.Recipient, error)
	// PruneAddress takes away an address that will never be good again, if it is still the person's.
	PruneAddress(ctx context.Context, set message.DataSet, personID, addressID string) error
}

// key is a person.
type key struct {
	set    message.DataSet
	person string
}

// kept is what was read of a person, until it is too old.
type kept struct {
	recipient Recipient
	until     time.Time
}

// Directory finds recipients while Run does. It is safe for concurrent use.
type Directory struct {
	contacts Contacts
	store    Store
	kek      *keyring.KEK
	options  Options
	now      func() time.Time
	cache    *otter.Cache[key, kept]

	mu sync.Mutex
	// finding are those that are asked for or being read.
	finding map[key]*find
	// queues are those that nobody reads yet, by data set.
	queues map[message.DataSet][]*find
	// wake tells readers of them.
	wake  chan struct{}
	ended chan struct{}
}

// NewDirectory returns a directory that has read nothing yet.
func NewDirectory(contacts Contacts, store Store, kek *keyring.KEK, options Options, now func() time.Time) *Directory {
	return &Directory{
		contacts: contacts, store: store, kek: kek, options: options, now: now,
		cache: otter.Must(&otter.Options[key, kept]{
			MaximumSize: maxKept,
			Clock:       clock{now},
			ExpiryCalculator: otter.ExpiryWritingFunc(func(e otter.Entry[key, kept]) time.Duration {
				return e.Value.until.Sub(now())
			}),
			// Upkeep runs in the caller, so that no goroutine is left to nobody.
			Executor: func(task func()) { task() },
		}),
		finding: make(map[key]*find),
		queues:  make(map[message.DataSet][]*find),
		wake:    make(chan struct{}, readers),
		ended:   make(chan struct{}),
	}
}

// Find returns what is known of a person, as of at most 30 seconds ago. It fails with UNAVAILABLE when identity or the store is away.
func (d *Directory) Find(ctx context.Context, set message.DataSet, personID string) (Recipient, error) {
	who := key{set, personID}
	if known, ok := d.cache.GetIfPresent(who); ok {
		return known.recipient, nil
	}
	f, err := d.ask(who)
	if err != nil {
		return Recipient{}, err
	}
	defer d.leave(f)
	select {
	case <-f.done:
		return f.recipient, f.err
	case <-ctx.Done():
		return Recipient{}, fmt.Errorf("finding a recipient: %w", ctx.Err())
	case <-d.ended:
		return Recipient{}, errStopped()
	}
}

// Forget makes the next find read anew, also when one is under way: the person was changed.
func (d *Directory) Forget(set message.DataSet, personID string) {
	who := key{set, personID}
	d.mu.Lock()
	defer d.mu.Unlock()
	if f := d.finding[who]; f != nil {
		f.old = true
		delete(d.finding, who)
	}
	d.cache.Invalidate(who)
}

// Prune takes away an address that a carrier calls dead. One of identity's stays: it is not the dispatcher's.
func (d *Directory) Prune(ctx context.Context, set message.DataSet, personID string, address message.Address) error {
	if address.ID == "" {
		return nil
	}
	err := d.store.PruneAddress(ctx, set, personID, address.ID)
	if err != nil && !errors.Is(err, sqlstore.ErrNotFound) {
		return fmt.Errorf("pruning an address: %w", err)
	}
	d.Forget(set, personID)
	return nil
}

// clock is the injected one for the cache. It has no ticks: Run cleans up.
type clock struct{ now func() time.Time }

func (c clock) NowNano() int64                    { return c.now().UnixNano() }
func (clock) Tick(time.Duration) <-chan time.Time { return nil }
