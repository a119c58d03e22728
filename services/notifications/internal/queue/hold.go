package queue

import (
	"context"
	"sync/atomic"
	"time"
)

// hold is an item in hand.
type hold[T any] struct {
	item T
	ctx  context.Context
	end  context.CancelFunc
	*lease
}

// lease is how long an item is held, as its context knows it.
type lease struct {
	now   func() time.Time
	until atomic.Int64 // in Unix nanoseconds
}

type leaseKey struct{}

// Held tells whether the item of a lane's context is still this worker's, as far as it knows: ask before what should not be done twice. It is
// true for other contexts that have not ended.
func Held(ctx context.Context) bool {
	if ctx.Err() != nil {
		return false
	}
	l, ok := ctx.Value(leaseKey{}).(*lease)
	return !ok || l.now().UnixNano() < l.until.Load()
}

// hold takes an item in hand that was claimed at some time or later.
func (e *Engine[T]) hold(ctx context.Context, item T, since time.Time) *hold[T] {
	h := &hold[T]{item: item, lease: &lease{now: e.options.Now}}
	h.until.Store(since.Add(e.options.Lease).UnixNano())
	h.ctx, h.end = context.WithCancel(context.WithValue(ctx, leaseKey{}, h.lease)) //nolint:gosec // drop calls it
	e.mu.Lock()
	defer e.mu.Unlock()
	e.held[h] = struct{}{}
	return h
}

func (e *Engine[T]) drop(h *hold[T]) {
	h.end()
	e.mu.Lock()
	defer e.mu.Unlock()
	delete(e.held, h)
}

// renew prolongs the leases of all that is in hand until ctx ends.
func (e *Engine[T]) renew(ctx context.Context) {
	ticker := time.NewTicker(e.options.Every)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		holds, items := e.inHand()
		if len(holds) == 0 {
			continue
		}
		since := e.options.Now()
		bound, cancel := context.WithTimeout(ctx, e.options.Lease)
		held, err := e.options.Renew(bound, items)
		cancel()
		if err != nil {
			if ctx.Err() == nil {
				e.options.Logger.WarnContext(ctx, "cannot renew leases", "leases", len(items), "error", err)
			}
			continue // they may still be held: what comes of the items is written only if so
		}
		for i, h := range holds {
			if held[i] {
				h.until.Store(since.Add(e.options.Lease).UnixNano())
			} else {
				h.end() // or it has just finished
			}
		}
	}
}

func (e *Engine[T]) inHand() (holds []*hold[T], items []T) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for h := range e.held {
		holds, items = append(holds, h), append(items, h.item)
	}
	return holds, items
}
