package edge

import (
	"context"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
)

// admission bounds the requests that are served at a time, and those that wait for it.
type admission struct {
	places  chan struct{}
	waiting atomic.Int64
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

func (a *admission) leave() { <-a.places }

// admit bounds the requests that are served at a time. One for which there is no
// place waits a little before it is refused: a short burst is served whole, and a
// caller that tries again at once cannot do so as fast as it can be refused.
func (s *Server) admit(next handler) handler {
	return func(x *exchange, r *http.Request) {
		if !s.admission.enter(r.Context()) {
			x.shed = true
			x.fail(r, rpcerr.New(errorsv1.Reason_REASON_UNAVAILABLE, "too many requests are being served"))
			return
		}
		defer s.admission.leave()
		next(x, r)
	}
}
