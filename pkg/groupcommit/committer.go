// Package groupcommit lets many callers share the commits of a store: their items gather while a commit is under way, and the next one
// takes all that have come.
package groupcommit

import (
	"context"
	"fmt"
	"time"

	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
)

// ErrStopped says that the committer has ended. It is of the class of a database that does not answer.
var ErrStopped = fmt.Errorf("the committer has stopped: %w", sqlstore.ErrUnavailable)

// Options bound a committer. Pace may be zero.
type Options struct {
	// MaxWaiting bounds the items that wait for a commit; callers beyond it wait for room.
	MaxWaiting int
	// MaxGroup bounds the items of one commit.
	MaxGroup int
	// Pace is how long items gather after a commit, where fewer commits are worth a wait. Whoever comes later than that does not wait.
	Pace time.Duration
	// Timeout bounds one commit, so that a store that hangs is tried anew.
	Timeout time.Duration
}

// Committer commits items of many callers with few calls of its function. Whoever comes when it is idle does not wait for company.
type Committer[T, R any] struct {
	commit  func(ctx context.Context, items []T) ([]R, error)
	options Options
	queue   chan *Pending[T, R]
	ended   chan struct{}
}

// Pending is an item that is about to be committed.
type Pending[T, R any] struct {
	ctx     context.Context
	item    T
	outcome chan outcome[R]
	ended   <-chan struct{}
}

type outcome[R any] struct {
	result R
	err    error
}

// New returns a committer, which works while Run does. commit returns a result for each item, in their order, once all is durable, or
// an error that is every item's.
func New[T, R any](commit func(ctx context.Context, items []T) ([]R, error), options Options) *Committer[T, R] {
	return &Committer[T, R]{
		commit: commit, options: options,
		queue: make(chan *Pending[T, R], options.MaxWaiting), ended: make(chan struct{}),
	}
}

// Do returns an item's result once it is committed. When ctx ends first, the item may be committed or not: once a commit has taken it,
// its caller's leaving changes nothing. It fails with ErrStopped when Run has ended.
func (c *Committer[T, R]) Do(ctx context.Context, item T) (R, error) {
	pending, err := c.Start(ctx, item)
	if err != nil {
		var none R
		return none, err
	}
	return pending.Wait()
}

// Start is Do for a caller that has something else to do until it calls Wait. Items of one caller are committed in the order of their starts.
func (c *Committer[T, R]) Start(ctx context.Context, item T) (*Pending[T, R], error) {
	started := &Pending[T, R]{ctx, item, make(chan outcome[R], 1), c.ended}
	select {
	case c.queue <- started:
		return started, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-c.ended:
		return nil, ErrStopped
	}
}

// Wait returns what Do would.
func (p *Pending[T, R]) Wait() (R, error) {
	var none R
	select {
	case o := <-p.outcome:
		return o.result, o.err
	case <-p.ctx.Done():
		return none, p.ctx.Err()
	case <-p.ended:
	}
	select {
	case o := <-p.outcome: // it was among the last
		return o.result, o.err
	default:
		return none, ErrStopped
	}
}
