package edge

import (
	"context"
	"fmt"
	"time"

	"github.com/maypok86/otter/v2"

	"github.com/ventanilla/ventanilla/pkg/ratelimit"
)

// maxPaced bounds the addresses that are slowed at a time.
const maxPaced = 1 << 16

// pacer slows those whose credentials do not hold. Only failures take tokens; that
// a bucket is empty is remembered here until it has one, so that looking costs nothing.
type pacer struct {
	limit   ratelimit.Limit
	limiter Limiter
	clock   func() time.Time
	empty   *otter.Cache[ratelimit.Key, pause]
}

// pause is when a bucket will have a token, and when it will be full.
type pause struct{ next, full time.Time }

func newPacer(limit ratelimit.Limit, limiter Limiter, clock func() time.Time) (*pacer, error) {
	empty, err := otter.New(&otter.Options[ratelimit.Key, pause]{
		MaximumSize: maxPaced,
		// Upkeep runs in the caller, so that no goroutine is left to nobody.
		Executor: func(task func()) { task() },
	})
	if err != nil {
		return nil, fmt.Errorf("making the pacer of failures: %w", err)
	}
	return &pacer{limit, limiter, clock, empty}, nil
}

// look tells how long one more try has to wait; not at all when RetryAfter is 0.
func (p *pacer) look(key ratelimit.Key) ratelimit.Result {
	told, ok := p.empty.GetIfPresent(key)
	if !ok {
		return ratelimit.Result{Allowed: true}
	}
	now := p.clock()
	if !now.Before(told.next) {
		p.empty.Invalidate(key)
		return ratelimit.Result{Allowed: true}
	}
	return ratelimit.Result{RetryAfter: told.next.Sub(now), Reset: told.full.Sub(now)}
}

func (p *pacer) failed(ctx context.Context, key ratelimit.Key) {
	result := p.limiter.Take(ctx, key, p.limit)
	if result.RetryAfter > 0 {
		now := p.clock()
		p.empty.Set(key, pause{now.Add(result.RetryAfter), now.Add(result.Reset)})
	}
}
