package benefits

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/maypok86/otter/v2"

	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
	"github.com/ventanilla/ventanilla/services/benefits/internal/store"
)

const (
	// maxSnapshots bounds the catalogues that are kept: the present one and some of the past.
	maxSnapshots = 8
	// readTimeout bounds a read that several callers wait for.
	readTimeout = 30 * time.Second
)

// catalogue gives the published catalogue as known at any time. It has the present one at hand as long as nothing changes, which it
// asks the store before each answer: else what is answered as known now would not come out again.
type catalogue struct {
	store *store.Store
	kept  *otter.Cache[moment, *snapshot]
	// newest was loaded last for the present. What others have in common with it is taken from it.
	newest atomic.Pointer[snapshot]

	mu      sync.Mutex
	waiting *change // the read of the change number that has not begun; nil when nobody waits for one
	reading sync.Mutex
}

// moment names a snapshot: after how many changes it was read, and how many acts it knows of; untilNow for all.
type moment struct{ change, revision int64 }

const untilNow = -1

func newCatalogue(from *store.Store) (*catalogue, error) {
	kept, err := otter.New(&otter.Options[moment, *snapshot]{
		MaximumSize: maxSnapshots,
		// Upkeep runs in the caller, so that no goroutine is left to nobody.
		Executor: func(task func()) { task() },
	})
	if err != nil {
		return nil, fmt.Errorf("making the cache of catalogues: %w", err)
	}
	return &catalogue{store: from, kept: kept}, nil
}

// now is the catalogue as known at the present time.
func (c *catalogue) now(ctx context.Context, present time.Time) (*snapshot, error) {
	change, err := c.change(ctx)
	if err != nil {
		return nil, err
	}
	key := moment{change, untilNow}
	s, err := c.load(ctx, key, present)
	if err != nil {
		return nil, err
	}
	if !s.lasting {
		c.kept.Invalidate(key)
	}
	return s, nil
}

// at is the catalogue as known at a time that may be long ago. Times between which nothing was published or retired share one.
func (c *catalogue) at(ctx context.Context, knownAt time.Time) (*snapshot, error) {
	change, err := c.change(ctx)
	if err != nil {
		return nil, err
	}
	revision, err := c.store.Revision(ctx, knownAt)
	if err != nil {
		return nil, sqlstore.Failure(err, "reading the catalogue")
	}
	if s, ok := c.kept.GetIfPresent(moment{change, untilNow}); ok && s.lasting && s.revision == revision {
		return s, nil
	}
	return c.load(ctx, moment{change, revision}, knownAt)
}

// load returns the snapshot that is kept, or reads it, once for all who ask for the same meanwhile.
func (c *catalogue) load(ctx context.Context, key moment, knownAt time.Time) (*snapshot, error) {
	s, err := c.kept.Get(ctx, key, otter.LoaderFunc[moment, *snapshot](func(ctx context.Context, _ moment) (*snapshot, error) {
		// Others may be waiting: it must not end because the first of them goes away.
		shared, cancel := context.WithTimeout(context.WithoutCancel(ctx), readTimeout)
		defer cancel()
		loaded, err := load(shared, c.store, knownAt, c.newest.Load())
		if err == nil && key.revision == untilNow {
			c.newest.Store(loaded)
		}
		return loaded, err
	}))
	return s, sqlstore.Failure(err, "reading the catalogue")
}
