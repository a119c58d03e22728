package queue

import (
	"context"
	"log/slog"
	"sync"
	"time"
)

// Lane is a kind of work that has room of its own: no other lane's work can be in its way.
type Lane[T any] struct {
	// Name is for the log.
	Name string
	// Size is how many items are in hand at a time.
	Size int
	// Room bounds further how many may be claimed now. When there is none, wait says after how long to ask again. nil for no bound but Size.
	Room func() (room int, wait time.Duration)
	// Claim takes at most n items that are due, for a lease from now.
	Claim func(ctx context.Context, n int) ([]T, error)
	// Handle does what is to be done with an item, and writes what came of it, before it returns. Its context ends when the item's lease was lost,
	// or when it has to stop at once: what it writes after that needs another context, and a bound.
	Handle func(ctx context.Context, item T)
}

// Options are what lanes share.
type Options[T any] struct {
	// Lease is for how long an item is claimed, and Every how often the leases of all that are in hand are renewed.
	Lease, Every time.Duration
	// Idle is how long a lane without items waits until it looks again, when nobody wakes it.
	Idle time.Duration
	// Due tells which lanes have items that are due, by their names: when it is there, idle lanes look for items only if they are among them.
	Due func(ctx context.Context) ([]string, error)
	// Grace is how long items in hand may take to finish when the engine stops, before their contexts end.
	Grace time.Duration
	// Renew prolongs the leases of items for a lease from now, and tells of each whether it is still held.
	Renew func(ctx context.Context, items []T) (held []bool, err error)
	// Now is the clock of the leases.
	Now func() time.Time
	// Logger takes what fails.
	Logger *slog.Logger
}

// DefaultOptions let the items of a worker that died be claimed again within 7 seconds. Renew, Now and Logger have no default.
func DefaultOptions[T any]() Options[T] {
	return Options[T]{Lease: 6 * time.Second, Every: 2 * time.Second, Idle: 500 * time.Millisecond, Grace: 5 * time.Second}
}

// Engine works on the items of its lanes while Run does.
type Engine[T any] struct {
	options Options[T]
	lanes   []*lane[T]
	wake    chan struct{} // items may have come

	mu   sync.Mutex
	held map[*hold[T]]struct{}
}

// New returns an engine. The names of lanes differ.
func New[T any](options Options[T], lanes ...Lane[T]) *Engine[T] {
	e := &Engine[T]{options: options, wake: make(chan struct{}, 1), held: make(map[*hold[T]]struct{})}
	for _, l := range lanes {
		e.lanes = append(e.lanes, &lane[T]{Lane: l, engine: e, wake: make(chan struct{}, 1), free: make(chan struct{}, 1)})
	}
	return e
}

// Wake makes the lanes look for items now. It does not wait.
func (e *Engine[T]) Wake() {
	if e.options.Due != nil {
		signal(e.wake)
		return
	}
	for _, l := range e.lanes {
		signal(l.wake)
	}
}

// Run works until ctx ends. Then it claims no more, and returns nil once all that is in hand has finished.
func (e *Engine[T]) Run(ctx context.Context) error {
	// What is in hand goes on when ctx ends.
	working, cut := context.WithCancel(context.WithoutCancel(ctx))
	defer cut()
	renewing, stop := context.WithCancel(context.WithoutCancel(ctx))
	var lanes, renewals sync.WaitGroup
	renewals.Go(func() { e.renew(renewing) })
	for _, l := range e.lanes {
		lanes.Go(func() { l.run(ctx, working) })
	}
	if e.options.Due != nil {
		lanes.Go(func() { e.look(ctx) })
	}
	<-ctx.Done()
	grace := time.AfterFunc(e.options.Grace, cut)
	defer grace.Stop()
	lanes.Wait()
	stop()
	renewals.Wait()
	return nil
}

// signal leaves a sign in a channel of one.
func signal(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}
