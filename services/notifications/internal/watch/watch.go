package watch

import (
	"context"
	"io"
	"slices"
	"sync"
	"time"

	"github.com/ventanilla/ventanilla/services/notifications/internal/message"
	"github.com/ventanilla/ventanilla/services/notifications/internal/store"
)

const (
	// maxPending is for how many dispatches a watch's owner may be behind.
	maxPending = 10_000
	// receiptWithin is how long one dispatch that was sent is watched on: most receipts have come by then.
	receiptWithin = 30 * time.Second
)

// Over tells whether a dispatch has ended and nothing more is expected of it.
func Over(d *store.Snapshot, now time.Time) bool {
	receipts := slices.ContainsFunc(d.Parts, func(p store.SnapshotPart) bool { return p.Status == message.Sent })
	return !d.EndedAt.IsZero() && (!receipts || !now.Before(d.EndedAt.Add(receiptWithin)))
}

// Interest says what is watched.
type Interest struct {
	// Known is one dispatch as the owner knows it; the watch ends with it.
	Known *store.Snapshot
	// Filter says which are watched when there is none.
	Filter store.DispatchFilter
}

// Watch is one. What it is told of a dispatch while its owner is busy is the newest alone.
type Watch struct {
	hub      *Hub
	caller   string
	interest Interest
	// begun is closed when nothing is missed any more.
	begun chan struct{}
	news  chan struct{}

	mu      sync.Mutex
	last    *store.Snapshot // the one dispatch as it was told
	order   []string
	pending map[string]*store.Snapshot
	why     error // it has ended
}

func newWatch(hub *Hub, caller string, interest Interest) *Watch {
	return &Watch{
		hub: hub, caller: caller, interest: interest, begun: make(chan struct{}), news: make(chan struct{}, 1),
		last: interest.Known, pending: make(map[string]*store.Snapshot),
	}
}

// Close ends it.
func (w *Watch) Close() {
	w.hub.forget(w)
	w.end(io.EOF)
}

// Begun is closed when each change from then on will be told.
func (w *Watch) Begun() <-chan struct{} { return w.begun }

// Next waits for a dispatch that has changed. It fails with io.EOF when the one dispatch has ended, with ErrStopped, ErrAway or ErrSlow when the
// watch was ended, and when ctx ends. Its snapshot is shared: it must not be changed.
func (w *Watch) Next(ctx context.Context) (*store.Snapshot, error) {
	for {
		if d, err := w.take(); d != nil || err != nil {
			return d, err
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-w.news:
		}
	}
}

func (w *Watch) take() (*store.Snapshot, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.order) == 0 {
		return nil, w.why
	}
	id := w.order[0]
	w.order = w.order[1:]
	d := w.pending[id]
	delete(w.pending, id)
	return d, nil
}

// begin is called when the hub has read everything that came before.
func (w *Watch) begin() {
	select {
	case <-w.begun:
	default:
		close(w.begun)
	}
}

// tell takes a dispatch that has changed.
func (w *Watch) tell(d *store.Snapshot) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.why != nil || !w.wants(d) {
		return
	}
	if _, waits := w.pending[d.ID]; !waits {
		if len(w.order) == maxPending {
			w.order, w.pending, w.why = nil, nil, ErrSlow
			w.ring()
			return
		}
		w.order = append(w.order, d.ID)
	}
	w.pending[d.ID] = d
	if w.last != nil {
		w.last = d
	}
	w.ring()
}

// endIfOver ends a watch of one dispatch when it is over.
func (w *Watch) endIfOver(now time.Time) {
	if d := w.known(); d != nil && Over(d, now) {
		w.end(io.EOF)
	}
}

// of tells whether one dispatch is watched alone, by its identifier.
func (w *Watch) of(id string) bool { return w.interest.Known != nil && w.interest.Known.ID == id }

func (w *Watch) wants(d *store.Snapshot) bool {
	if w.last != nil {
		return w.last.ID == d.ID && d.Version > w.last.Version
	}
	return w.interest.Filter.Matches(d)
}

// known is the one dispatch as it was told; nil where many are watched.
func (w *Watch) known() *store.Snapshot {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.last
}

func (w *Watch) end(why error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.why == nil {
		w.why = why
	}
	w.ring()
}

func (w *Watch) ring() {
	select {
	case w.news <- struct{}{}:
	default:
	}
}
