package queue

import (
	"context"
	"sync"
	"sync/atomic"
	"time"
)

// betweenClaims is how long a lane that is busy lets room gather before it claims again: a statement for many items costs little more than
// one for a single item.
const betweenClaims = 2 * time.Millisecond

type lane[T any] struct {
	Lane[T]
	engine *Engine[T]
	wake   chan struct{} // items may have come
	free   chan struct{} // an item has finished
	inHand atomic.Int64
}

// run claims until ctx ends, then waits for what is in hand, whose contexts are of working.
func (l *lane[T]) run(ctx, working context.Context) {
	var items sync.WaitGroup
	defer items.Wait()
	for ctx.Err() == nil {
		room, wait := l.room()
		if room == 0 {
			sleep(ctx, wait, l.free)
			continue
		}
		since := l.engine.options.Now()
		// It is not cut short by the end of ctx, so that it is known what was claimed.
		bound, cancel := context.WithTimeout(working, l.engine.options.Lease)
		claimed, err := l.Claim(bound, room)
		cancel()
		if err != nil {
			l.engine.options.Logger.WarnContext(ctx, "cannot claim", "lane", l.Name, "error", err)
		}
		for _, item := range claimed {
			l.inHand.Add(1)
			h := l.engine.hold(working, item, since)
			if ctx.Err() != nil {
				h.end() // it came too late to be begun
			}
			items.Go(func() {
				l.Handle(h.ctx, item)
				l.engine.drop(h)
				l.inHand.Add(-1)
				signal(l.free)
			})
		}
		if len(claimed) < room {
			l.idle(ctx)
		} else {
			sleep(ctx, betweenClaims, nil)
		}
	}
}

// room is for how many items there is room. Without any, wait is how long to wait unless one finishes.
func (l *lane[T]) room() (room int, wait time.Duration) {
	room, wait = l.Size-int(l.inHand.Load()), l.engine.options.Idle
	if room > 0 && l.Room != nil {
		var bound int
		if bound, wait = l.Room(); bound < room {
			room = max(bound, 0)
		}
	}
	if wait <= 0 {
		wait = l.engine.options.Idle
	}
	return room, wait
}

// idle waits until there may be items.
func (l *lane[T]) idle(ctx context.Context) {
	if l.engine.options.Due == nil {
		sleep(ctx, l.engine.options.Idle, l.wake)
		return
	}
	select {
	case <-ctx.Done():
	case <-l.wake:
	}
}
