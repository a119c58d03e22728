package queue

import (
	"context"
	"slices"
	"time"
)

// look makes lanes look for items when there are some that are due: in the pace of idle lanes, and when somebody wakes the engine. When the
// lanes start they look by themselves.
func (e *Engine[T]) look(ctx context.Context) {
	for {
		sleep(ctx, e.options.Idle, e.wake)
		if ctx.Err() != nil {
			return
		}
		e.call(ctx)
		sleep(ctx, betweenClaims, nil) // what comes meanwhile is looked for together
	}
}

// call wakes the lanes that have items, or all where that cannot be told.
func (e *Engine[T]) call(ctx context.Context) {
	bound, cancel := context.WithTimeout(ctx, e.options.Lease)
	defer cancel()
	due, err := e.options.Due(bound)
	if err != nil && ctx.Err() == nil {
		e.options.Logger.WarnContext(ctx, "cannot tell what is due", "error", err)
	}
	for _, l := range e.lanes {
		if err != nil || slices.Contains(due, l.Name) {
			signal(l.wake)
		}
	}
}

func sleep(ctx context.Context, d time.Duration, sign <-chan struct{}) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	case <-sign:
	}
}
