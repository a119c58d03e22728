package queue_test

import (
	"context"
	"errors"
	"log/slog"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ventanilla/ventanilla/services/notifications/internal/queue"
)

// Idle lanes are told by one look who of them has something to do.
func TestOnlyLanesWithItemsClaim(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var looks, a, b atomic.Int64
		var due atomic.Pointer[[]string] // nil fails
		due.Store(new([]string))
		options := queue.DefaultOptions[int]()
		options.Renew = (&pile{}).renew
		options.Now, options.Logger = time.Now, slog.New(slog.DiscardHandler)
		options.Due = func(context.Context) ([]string, error) {
			looks.Add(1)
			if some := due.Load(); some != nil {
				return *some, nil
			}
			return nil, errors.New("away")
		}
		lane := func(name string, claims *atomic.Int64) queue.Lane[int] {
			return queue.Lane[int]{Name: name, Size: 4, Handle: func(context.Context, int) {}, Claim: func(context.Context, int) ([]int, error) {
				claims.Add(1)
				return nil, nil
			}}
		}
		e := queue.New(options, lane("a", &a), lane("b", &b))
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error)
		go func() { ended <- e.Run(ctx) }()
		want := func(what string, ofA, ofB int64) {
			t.Helper()
			synctest.Wait()
			if a.Load() != ofA || b.Load() != ofB {
				t.Errorf("%s: %d and %d claims, want %d and %d", what, a.Load(), b.Load(), ofA, ofB)
			}
		}
		pass(time.Minute)
		want("nothing is due", 1, 1) // when they start
		if n := looks.Load(); n < 100 || n > 121 {
			t.Errorf("%d looks in a minute", n)
		}
		due.Store(&[]string{"b"})
		e.Wake()
		want("b is due", 1, 2)
		pass(options.Idle + 2*time.Millisecond)
		want("b is due still", 1, 3)
		due.Store(nil)
		pass(3 * time.Millisecond)
		e.Wake()
		want("nobody knows", 2, 4)
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
}
