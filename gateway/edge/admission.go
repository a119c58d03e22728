package edge

import (
	"context"
	"net/http"
	"sync/atomic"
	"time"
)

// maxHeld bounds the refused that are held at a time: with more, holding them slows nobody down.
const maxHeld = 1 << 14

// admission bounds the requests that are served at a time, and those that wait for it.
type admission struct {
	places  chan struct{}
	waiting atomic.Int64
	held    atomic.Int64
	limits  Limits
}

func newAdmission(limits Limits) *admission {
	return &admission{places: make(chan struct{}, limits.Concurrent), limits: limits}
}

// enter takes a place, which leave gives back. Those who wait get theirs in the order in which they came. It tells
// false when there was none in time.
func (a *admission) enter(ctx context.Context) bool {
	select {
	case a.places <- struct{}{}:
		return true
	default:
	}
	defer a.waiting.Add(-1)
	if a.waiting.Add(1) > int64(a.limits.Waiting) {
		return false
	}
	patience := time.NewTimer(a.limits.Wait)
	defer patience.Stop()
	select {
	case a.places <- struct{}{}:
		return true
	case <-patience.C:
	case <-ctx.Done():
	}
	return false
}

// crowded tells that nobody more may wait.
func (a *admission) crowded() bool {
	return a.limits.Waiting > 0 && a.waiting.Load() >= int64(a.limits.Waiting)
}

// heldFor is how many times longer than those who wait the others are held: a second, unless the wait was set.
const heldFor = 4

// hold keeps one that is going to be refused from coming again soon.
func (a *admission) hold(ctx context.Context) {
	defer a.held.Add(-1)
	if a.held.Add(1) > maxHeld {
		return
	}
	patience := time.NewTimer(heldFor * a.limits.Wait)
	defer patience.Stop()
	select {
	case <-patience.C:
	case <-ctx.Done():
	}
}

func (a *admission) leave() { <-a.places }

// admit bounds the requests that are served at a time. One for which there is no
// place waits a little before it is refused: a short burst is served whole, and a
// caller that tries again at once cannot do so as fast as it can be refused.
func (s *Server) admit(next handler) handler {
	return func(x *exchange, r *http.Request) {
		if !s.admission.enter(r.Context()) {
			x.shed = true
			x.fail(r, errCrowded)
			return
		}
		defer s.admission.leave()
		next(x, r)
	}
}
