package benefits

import (
	"context"

	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
)

// change is a read of the number of the catalogue's newest change, for all who ask before it begins.
type change struct {
	done   chan struct{}
	number int64
	err    error
}

// change returns the number of the newest change. However many ask, one read runs at a time; none is given what was read before it asked.
func (c *catalogue) change(ctx context.Context) (int64, error) {
	c.mu.Lock()
	mine := c.waiting
	first := mine == nil
	if first {
		mine = &change{done: make(chan struct{})}
		c.waiting = mine
	}
	c.mu.Unlock()
	if first {
		c.read(ctx, mine)
	}
	select {
	case <-ctx.Done():
		return 0, ctx.Err()
	case <-mine.done:
		return mine.number, sqlstore.Failure(mine.err, "reading the catalogue's change")
	}
}

// read reads once nobody else does. Others may wait for it: it does not end because the first of them goes away.
func (c *catalogue) read(ctx context.Context, into *change) {
	c.reading.Lock()
	defer c.reading.Unlock()
	c.mu.Lock()
	c.waiting = nil
	c.mu.Unlock()
	defer close(into.done)
	shared, cancel := context.WithTimeout(context.WithoutCancel(ctx), readTimeout)
	defer cancel()
	into.number, into.err = c.store.ChangeNumber(shared)
}
