// Package app runs the parts of a process: started one after the other, each
// resting on those before it, and stopped in the reverse order, so that nothing
// is taken away from a part that still works.
package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
)

// Group holds the running parts. The zero value is not usable; see New.
type Group struct {
	logger *slog.Logger
	failed chan struct{}

	mu       sync.Mutex
	parts    []part
	failures []error // of parts that ended unasked, not yet returned
}

type part struct {
	name string
	stop func() error
}

// New returns an empty group that logs what it stops.
func New(logger *slog.Logger) *Group {
	return &Group{logger: logger, failed: make(chan struct{}, 1)}
}

// Go runs a part in its own goroutine until its context ends. A part that returns
// an error, or returns before it was asked to, stops the whole group.
// The group waits for run to return before it stops the parts under it.
func (g *Group) Go(ctx context.Context, name string, run func(context.Context) error) {
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	done := make(chan error, 1)
	go func() {
		err := run(ctx)
		if ctx.Err() == nil {
			if err == nil {
				err = errors.New("ended unasked")
			}
			g.fail(fmt.Errorf("%s: %w", name, err))
			err = nil // it is told once
		}
		done <- err
	}()
	g.push(part{name, func() error {
		cancel()
		if err := <-done; err != nil && !errors.Is(err, context.Canceled) {
			return err
		}
		return nil
	}})
}

// Defer adds something to be called when the group stops, such as closing a store.
func (g *Group) Defer(name string, stop func() error) {
	g.push(part{name, stop})
}

// Wait blocks until the context ends or a part fails, then stops all parts, the last
// one first. It returns nil when the context ended and everything stopped cleanly.
func (g *Group) Wait(ctx context.Context) error {
	select {
	case <-ctx.Done():
	case <-g.failed:
	}
	return g.Stop()
}

// Stop stops all parts, the last one first, and returns why parts ended unasked and what failed in stopping.
// A second call does nothing.
func (g *Group) Stop() error {
	var errs []error
	for {
		p, ok := g.pop()
		if !ok {
			return errors.Join(append(g.takeFailures(), errs...)...)
		}
		g.logger.Debug("stopping", "part", p.name)
		if err := p.stop(); err != nil {
			errs = append(errs, fmt.Errorf("stopping %s: %w", p.name, err))
		}
	}
}

func (g *Group) fail(err error) {
	g.mu.Lock()
	g.failures = append(g.failures, err)
	g.mu.Unlock()
	select {
	case g.failed <- struct{}{}:
	default: // an earlier failure has told already
	}
}

func (g *Group) takeFailures() []error {
	g.mu.Lock()
	defer g.mu.Unlock()
	taken := g.failures
	g.failures = nil
	return taken
}

func (g *Group) push(p part) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.parts = append(g.parts, p)
}

func (g *Group) pop() (part, bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if len(g.parts) == 0 {
		return part{}, false
	}
	last := g.parts[len(g.parts)-1]
	g.parts = g.parts[:len(g.parts)-1]
	return last, true
}
