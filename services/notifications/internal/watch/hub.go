package watch

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"github.com/ventanilla/ventanilla/services/notifications/internal/store"
)

// Why a watch cannot begin, or ends.
var (
	// ErrTooMany says that there is no room for another watch, in all or of the caller's.
	ErrTooMany = errors.New("too many watches")
	// ErrStopped says that the service ends.
	ErrStopped = errors.New("the service is stopping")
	// ErrAway says that the store has not answered for a while.
	ErrAway = errors.New("the store does not answer")
	// ErrSlow says that the watch's owner does not take what it is told.
	ErrSlow = errors.New("the watch is too slow")
)

const (
	interval = 250 * time.Millisecond
	// patience bounds one reading of the store; maxFailures is after how many in a row watches end.
	patience    = 10 * time.Second
	maxFailures = 20
	// loaded is how many dispatches are read at a time.
	loaded = 100
	// maxWatches bounds all watches, maxOfCaller those of one caller.
	maxWatches  = 256
	maxOfCaller = 32
)

// Source is what the hub reads; *store.Store is one.
type Source interface {
	Changes(ctx context.Context, behind time.Time, id string, limit int) ([]store.Change, error)
	LastChanges(ctx context.Context, ids []string) ([]store.Change, error)
	Whole(ctx context.Context, ids []string) ([]*store.Snapshot, error)
}

// Hub has the watches of a replica. It is safe for concurrent use.
type Hub struct {
	source Source
	logger *slog.Logger
	// The loop's alone.
	window   window
	failures int // in a row

	mu      sync.Mutex
	watches map[*Watch]struct{}
	stopped bool
}

// NewHub returns a hub without watches.
func NewHub(source Source, now func() time.Time, logger *slog.Logger) *Hub {
	return &Hub{source: source, logger: logger, window: window{source: source, now: now}, watches: make(map[*Watch]struct{})}
}

// Run reads changes until ctx ends, and ends all watches then.
func (h *Hub) Run(ctx context.Context) {
	defer h.stop()
	tick := time.NewTicker(interval)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			h.poll(ctx)
		}
	}
}

// Watch begins a watch of a caller's. Its owner closes it. It fails with ErrTooMany and ErrStopped.
func (h *Hub) Watch(caller string, interest Interest) (*Watch, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.stopped {
		return nil, ErrStopped
	}
	own := 0
	for w := range h.watches {
		if w.caller == caller {
			own++
		}
	}
	if own >= maxOfCaller || len(h.watches) >= maxWatches {
		return nil, ErrTooMany
	}
	w := newWatch(h, caller, interest)
	h.watches[w] = struct{}{}
	return w, nil
}

func (h *Hub) forget(w *Watch) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.watches, w)
}

func (h *Hub) stop() {
	h.mu.Lock()
	h.stopped = true
	h.mu.Unlock()
	h.endAll(ErrStopped)
}

func (h *Hub) endAll(why error) {
	for _, w := range h.all() {
		w.end(why)
	}
}

func (h *Hub) all() []*Watch {
	h.mu.Lock()
	defer h.mu.Unlock()
	all := make([]*Watch, 0, len(h.watches))
	for w := range h.watches {
		all = append(all, w)
	}
	return all
}
