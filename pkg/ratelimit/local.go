package ratelimit

import (
	"context"
	"fmt"
	"time"

	"github.com/maypok86/otter/v2"
	"golang.org/x/time/rate"
)

// maxBuckets bounds the buckets remembered. One that is evicted starts full again; those
// that many calls draw from are the last to be evicted, however many others come once.
const maxBuckets = 1 << 16

// Local has the buckets of this process.
type Local struct {
	buckets *otter.Cache[Key, *rate.Limiter]
	clock   func() time.Time
}

// NewLocal makes a limiter whose buckets are all full.
func NewLocal(clock func() time.Time) (*Local, error) {
	buckets, err := newCache[*rate.Limiter]()
	if err != nil {
		return nil, err
	}
	return &Local{buckets, clock}, nil
}

func newCache[V any]() (*otter.Cache[Key, V], error) {
	cache, err := otter.New(&otter.Options[Key, V]{
		MaximumSize: maxBuckets,
		// Upkeep runs in the caller, so that no goroutine is left to nobody.
		Executor: func(task func()) { task() },
	})
	if err != nil {
		return nil, fmt.Errorf("making the rate limiter: %w", err)
	}
	return cache, nil
}

// Take takes a token from a bucket, which has the limit from now on.
func (l *Local) Take(_ context.Context, key Key, limit Limit) Result {
	bucket, ok := l.buckets.GetIfPresent(key)
	if !ok {
		bucket, _ = l.buckets.ComputeIfAbsent(key, func() (*rate.Limiter, bool) {
			return rate.NewLimiter(rate.Limit(limit.PerSecond), limit.Burst), false
		})
	}
	now := l.clock()
	if bucket.Limit() != rate.Limit(limit.PerSecond) || bucket.Burst() != limit.Burst {
		bucket.SetLimitAt(now, rate.Limit(limit.PerSecond))
		bucket.SetBurstAt(now, limit.Burst)
	}
	allowed := bucket.AllowN(now, 1)
	return limit.result(allowed, bucket.TokensAt(now))
}
