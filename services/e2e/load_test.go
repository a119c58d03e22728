package e2e

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/ventanilla/ventanilla/pkg/testkit"
)

// mostErrors bounds the errors that a load remembers.
const mostErrors = 5

// load repeats a call from several workers until it is stopped, and counts.
type load struct {
	name   string
	done   atomic.Int64
	failed atomic.Int64

	stop   context.CancelFunc
	group  sync.WaitGroup
	mu     sync.Mutex
	errors []error
}

// begin starts a load, which ends with its test at the latest. A call that was under way at the end is not counted.
func begin(t *testing.T, name string, workers int, one func(context.Context) error) *load {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	l := &load{name: name, stop: stop}
	for range workers {
		l.group.Go(func() {
			for ctx.Err() == nil {
				if l.count(ctx, one(ctx)) {
					breathe(ctx)
				}
			}
		})
	}
	t.Cleanup(l.end)
	return l
}

// count tells whether the call failed.
func (l *load) count(ctx context.Context, err error) bool {
	switch {
	case ctx.Err() != nil:
		return false
	case err == nil:
		l.done.Add(1)
		return false
	}
	l.failed.Add(1)
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.errors) < mostErrors {
		l.errors = append(l.errors, err)
	}
	return true
}

// breathe keeps a worker whose calls fail from taking the processor from those that bring the platform back.
func breathe(ctx context.Context) { pause(ctx, 10*time.Millisecond) }

// pause paces a worker.
func pause(ctx context.Context, length time.Duration) {
	over := time.NewTimer(length)
	defer over.Stop()
	select {
	case <-over.C:
	case <-ctx.Done():
	}
}

// end stops the workers and waits for them.
func (l *load) end() {
	l.stop()
	l.group.Wait()
}

// more waits until so many further calls were answered well.
func (l *load) more(t *testing.T, calls int64) {
	t.Helper()
	want := l.done.Load() + calls
	testkit.Eventually(t, patience, func() error {
		if done := l.done.Load(); done < want {
			l.mu.Lock()
			defer l.mu.Unlock()
			return fmt.Errorf("%s: %d calls of %d, %d failed %v", l.name, done, want, l.failed.Load(), l.errors)
		}
		return nil
	})
}

// ended stops the load and fails the test when more calls failed than may.
func (l *load) ended(t *testing.T, mayFail int64) {
	t.Helper()
	l.end()
	done, failed := l.done.Load(), l.failed.Load()
	t.Logf("%s: %d calls, %d failed %v", l.name, done, failed, l.errors)
	if failed > mayFail {
		t.Errorf("%s: %d calls failed, at most %d may", l.name, failed, mayFail)
	}
}

// introspections asks for one active token from so many workers.
func introspections(t *testing.T, e edge, workers int, token string, by credentials) *load {
	t.Helper()
	return begin(t, "introspections", workers, func(ctx context.Context) error {
		active, err := e.tryActive(ctx, token, by)
		if err == nil && !active {
			err = fmt.Errorf("a live token was answered inactive")
		}
		return err
	})
}

// tokens issues tokens from so many workers.
func tokens(t *testing.T, e edge, workers int, c credentials) *load {
	t.Helper()
	return begin(t, "tokens", workers, func(ctx context.Context) error {
		a, err := e.try(ctx, issuing(c))
		if err == nil && a.status != 200 {
			err = fmt.Errorf("token: status %d, %s", a.status, a.body)
		}
		return err
	})
}

// revocations issues tokens and ends them, from so many workers.
func revocations(t *testing.T, e edge, workers int, c credentials) *load {
	t.Helper()
	return begin(t, "revocations", workers, func(ctx context.Context) error {
		issued, err := e.try(ctx, issuing(c))
		if err != nil {
			return err
		}
		token, err := issued.accessToken()
		if err != nil {
			return err
		}
		ended, err := e.try(ctx, revoking(token, c))
		if err == nil && ended.status != 200 {
			err = fmt.Errorf("revocation: status %d, %s", ended.status, ended.body)
		}
		return err
	})
}
