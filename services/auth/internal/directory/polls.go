package directory

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"

	"golang.org/x/sync/semaphore"
	"golang.org/x/time/rate"
)

const (
	// lookTimeout bounds one look at the store, so that one that hangs is asked anew, over another connection.
	lookTimeout = 2 * time.Second
	// lookPause and lookBurst bound how often callers can make the store be looked at, whatever they ask for.
	lookPause = 5 * time.Millisecond
	lookBurst = 20
)

// polls lets callers share looks at the store, made one after the other.
type polls struct {
	turn  *semaphore.Weighted // held through a look, so that looks do not overtake each other
	pace  *rate.Limiter
	begun atomic.Int64 // counts the looks
	// The last look that was not given up: its number and outcome. Whoever has the turn may use them.
	ended   int64
	outcome error
}

func newPolls() *polls {
	return &polls{turn: semaphore.NewWeighted(1), pace: rate.NewLimiter(rate.Every(lookPause), lookBurst)}
}

// next waits for a look that begins after the call: the caller's own, or that of another who came before it.
func (p *polls) next(ctx context.Context, look func(context.Context) error) error {
	wanted := p.begun.Load() + 1
	if err := p.turn.Acquire(ctx, 1); err != nil {
		return fmt.Errorf("waiting for a look at the store: %w", err)
	}
	defer p.turn.Release(1)
	if p.ended >= wanted {
		return p.outcome
	}
	if err := p.pace.Wait(ctx); err != nil {
		return fmt.Errorf("waiting for a look at the store: %w", err)
	}
	number := p.begun.Add(1)
	bounded, cancel := context.WithTimeout(ctx, lookTimeout)
	defer cancel()
	err := look(bounded)
	if ctx.Err() == nil { // else it was the caller who gave up, and the others look themselves
		p.ended, p.outcome = number, err
	}
	return err
}
