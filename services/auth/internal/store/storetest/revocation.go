package storetest

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/ventanilla/ventanilla/pkg/testkit"
	"github.com/ventanilla/ventanilla/services/auth/internal/store"
)

func revokingTwiceIsOnce(t *testing.T, open Open) {
	s, _ := one(t, open)
	var group sync.WaitGroup
	answers := make([]store.Revocation, 10)
	for i := range answers {
		group.Go(func() {
			var err error
			if answers[i], err = s.RevokeToken(t.Context(), "token", "partner", start.Add(time.Hour)); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	all, err := s.RevocationsSince(t.Context(), 0, 10)
	if err != nil || len(all) != 1 {
		t.Fatalf("stored %v, %v; want one", all, err)
	}
	want := store.Revocation{TokenID: "token", ClientID: "partner", ExpiresAt: start.Add(time.Hour), Revision: all[0].Revision}
	for _, got := range answers {
		expectSame(t, "answer", got, want)
	}
	for token, want := range map[string]bool{"token": true, "Token": false} {
		if revoked, err := s.Revoked(t.Context(), token); revoked != want || err != nil {
			t.Errorf("%s revoked: %t, %v", token, revoked, err)
		}
	}
}

func expiredRevocationsAreDeleted(t *testing.T, open Open) {
	s, _ := one(t, open)
	for i := range 3 {
		if _, err := s.RevokeToken(t.Context(), numbered("token", i), "partner", start.Add(time.Duration(i)*time.Millisecond)); err != nil {
			t.Fatal(err)
		}
	}
	if n, err := s.DeleteExpired(t.Context(), start.Add(2*time.Millisecond)); n != 2 || err != nil {
		t.Errorf("deleted %d, %v; want 2", n, err)
	}
	left, err := s.RevocationsSince(t.Context(), 0, 10)
	if err != nil || len(left) != 1 || left[0].TokenID != "token-0002" {
		t.Errorf("left %v, %v", left, err)
	}
}

// Writers of several replicas change all three tables while a tailer follows by the rule of the store's
// documentation. It must have seen every record in its last state.
func aTailerMissesNothing(t *testing.T, open Open) {
	const writers, rounds = 6, 15
	replica := open(t, 3, testkit.NewClock(start).Now)
	ctx := t.Context()
	var group sync.WaitGroup
	for w := range writers {
		s := replica()
		group.Go(func() {
			if err := write(ctx, s, numbered("writer", w), rounds); err != nil {
				t.Error(err)
			}
		})
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		group.Wait()
	}()

	tail := tailer{store: replica(), seen: map[string]int64{}}
	for last := false; !last; {
		select {
		case <-ended:
			last = true // what was written before is seen by one more read
		default:
		}
		if err := tail.read(ctx); err != nil {
			t.Fatal(err)
		}
	}
	for w := range writers {
		name := numbered("writer", w)
		for _, want := range []string{"client " + name, "operator " + name} {
			if tail.seen[want] != rounds {
				t.Errorf("%s seen at epoch %d, want %d", want, tail.seen[want], rounds)
			}
		}
		for i := range rounds {
			if _, ok := tail.seen["token "+numbered(name, i)]; !ok {
				t.Errorf("token %s not seen", numbered(name, i))
			}
		}
	}
}

func write(ctx context.Context, s *store.Store, name string, rounds int) error {
	if _, err := s.CreateClient(ctx, client(name), act); err != nil {
		return err
	}
	if _, err := s.CreateOperator(ctx, store.Operator{Name: name}, act); err != nil {
		return err
	}
	for i := range rounds {
		if _, err := s.ChangeClient(ctx, name, act, func(c *store.Client) error { c.Epoch++; return nil }); err != nil {
			return err
		}
		if _, err := s.ChangeOperator(ctx, name, act, func(o *store.Operator, _ []store.Operator) error { o.Epoch++; return nil }); err != nil {
			return err
		}
		if _, err := s.RevokeToken(ctx, numbered(name, i), name, start); err != nil {
			return err
		}
	}
	return nil
}

// tailer remembers the last epoch of every record it was told of.
type tailer struct {
	store  *store.Store
	cursor int64
	seen   map[string]int64
}

// read follows the changes up to now, in pages smaller than what there is.
func (t *tailer) read(ctx context.Context) error {
	head, err := t.store.Head(ctx)
	if err != nil {
		return err
	}
	err = pages(ctx, t.cursor, t.store.ClientsSince, func(c store.Client) int64 {
		t.seen["client "+c.ID] = c.Epoch
		return c.Revision
	})
	if err != nil {
		return err
	}
	err = pages(ctx, t.cursor, t.store.OperatorsSince, func(o store.Operator) int64 {
		t.seen["operator "+o.Name] = o.Epoch
		return o.Revision
	})
	if err != nil {
		return err
	}
	err = pages(ctx, t.cursor, t.store.RevocationsSince, func(r store.Revocation) int64 {
		t.seen["token "+r.TokenID] = 0
		return r.Revision
	})
	t.cursor = head
	return err
}

func pages[T any](ctx context.Context, after int64, page func(context.Context, int64, int) ([]T, error), see func(T) int64) error {
	const limit = 2
	for {
		some, err := page(ctx, after, limit)
		if err != nil {
			return err
		}
		for _, one := range some {
			after = see(one)
		}
		if len(some) < limit {
			return nil
		}
	}
}
