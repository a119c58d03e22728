package groupcommit

import (
	"context"
	"fmt"
	"time"
)

// Run commits until ctx ends; it returns nil then. What is under way is finished, what waits fails. It is called once.
func (c *Committer[T, R]) Run(ctx context.Context) error {
	defer close(c.ended)
	for {
		select {
		case <-ctx.Done():
			return nil
		case first := <-c.queue:
			if ctx.Err() != nil {
				return nil
			}
			c.share(context.WithoutCancel(ctx), c.gather(first))
		}
		if c.options.Pace > 0 {
			c.rest(ctx)
		}
	}
}

func (c *Committer[T, R]) rest(ctx context.Context) {
	pace := time.NewTimer(c.options.Pace)
	defer pace.Stop()
	select {
	case <-ctx.Done():
	case <-pace.C:
	}
}

// gather takes what waits, leaving out callers that have gone.
func (c *Committer[T, R]) gather(first *Pending[T, R]) []*Pending[T, R] {
	group := make([]*Pending[T, R], 0, min(1+len(c.queue), c.options.MaxGroup))
	for next := first; ; {
		if next.ctx.Err() == nil {
			group = append(group, next)
		}
		if len(group) == c.options.MaxGroup {
			return group
		}
		select {
		case next = <-c.queue:
		default:
			return group
		}
	}
}

// share commits a group and tells each what became of its item.
func (c *Committer[T, R]) share(ctx context.Context, group []*Pending[T, R]) {
	if len(group) == 0 {
		return
	}
	items := make([]T, len(group))
	for i, p := range group {
		items[i] = p.item
	}
	ctx, cancel := context.WithTimeout(ctx, c.options.Timeout)
	defer cancel()
	results, err := c.commit(ctx, items)
	if err == nil && len(results) != len(group) {
		err = fmt.Errorf("a commit of %d items has %d results", len(group), len(results))
	}
	for i, p := range group {
		if err != nil {
			p.outcome <- outcome[R]{err: err}
		} else {
			p.outcome <- outcome[R]{result: results[i]}
		}
	}
}
