package accept

import (
	"context"
	"time"

	"github.com/maypok86/otter/v2"
)

const (
	// keptFor is how long a change of what dispatches are held against may go unseen.
	keptFor = time.Second
	// maxKept bounds what is in memory of a kind.
	maxKept = 10_000
	// readTimeout bounds a read that several callers wait for.
	readTimeout = 5 * time.Second
)

// cache keeps what was read for a second. Callers who want the same at a time share a read.
type cache[K comparable, V any] struct {
	kept *otter.Cache[K, V]
	read otter.LoaderFunc[K, V]
}

func newCache[K comparable, V any](now func() time.Time, read func(context.Context, K) (V, error)) *cache[K, V] {
	return &cache[K, V]{
		kept: otter.Must(&otter.Options[K, V]{
			MaximumSize:      maxKept,
			Clock:            clock{now},
			ExpiryCalculator: otter.ExpiryWriting[K, V](keptFor),
			// Upkeep runs in the caller, so that no goroutine is left to nobody.
			Executor: func(task func()) { task() },
		}),
		read: func(ctx context.Context, key K) (V, error) {
			// Others may be waiting: it must not end because the first of them goes away.
			shared, cancel := context.WithTimeout(context.WithoutCancel(ctx), readTimeout)
			defer cancel()
			return read(shared, key)
		},
	}
}

func (c *cache[K, V]) get(ctx context.Context, key K) (V, error) { return c.kept.Get(ctx, key, c.read) }

// clock is the injected one. It has no ticks: whoever writes cleans up.
type clock struct{ now func() time.Time }

func (c clock) NowNano() int64                    { return c.now().UnixNano() }
func (clock) Tick(time.Duration) <-chan time.Time { return nil }
