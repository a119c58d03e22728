package discovery

import (
	"context"
	"log/slog"
	"time"

	"github.com/cenkalti/backoff/v5"
)

// newRetry gives pauses, jittered so that the instances of a platform do not return to etcd all at once.
func newRetry() *backoff.ExponentialBackOff {
	return &backoff.ExponentialBackOff{
		InitialInterval: 100 * time.Millisecond, RandomizationFactor: 0.5, Multiplier: 2, MaxInterval: 3 * time.Second,
	}
}

// pause waits and reports false where ctx ended first.
func pause(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}

// outageLevel is for failures that repeat while etcd is away: an operator is told once.
func outageLevel(told bool) slog.Level {
	if told {
		return slog.LevelDebug
	}
	return slog.LevelWarn
}
