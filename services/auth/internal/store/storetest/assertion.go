package storetest

import (
	"bytes"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/ventanilla/ventanilla/pkg/testkit"
	"github.com/ventanilla/ventanilla/services/auth/internal/store"
)

func use(owner string, jti byte, attempt string) store.UsedAssertion {
	return store.UsedAssertion{
		ClientID: owner, JTIHash: bytes.Repeat([]byte{jti}, 32), Attempt: attempt, ExpiresAt: start.Add(time.Minute),
	}
}

// Of attempts on several replicas at once, one wins, and it alone may come again.
func anAssertionServesOneAttempt(t *testing.T, open Open) {
	const attempts = 8
	replica := open(t, 2, testkit.NewClock(start).Now)
	var group sync.WaitGroup
	var won atomic.Value
	var wins atomic.Int32
	for i := range attempts {
		s := replica()
		group.Go(func() {
			attempt := numbered("attempt", i)
			switch err := s.UseAssertion(t.Context(), use("partner", 1, attempt)); {
			case err == nil:
				won.Store(attempt)
				wins.Add(1)
			case !errors.Is(err, store.ErrReplay):
				t.Error(err)
			}
		})
	}
	group.Wait()
	if wins.Load() != 1 {
		t.Fatalf("%d attempts won", wins.Load())
	}
	s := replica()
	for name, c := range map[string]struct {
		use  store.UsedAssertion
		want error
	}{
		"the winner again":  {use("partner", 1, won.Load().(string)), nil},
		"another attempt":   {use("partner", 1, "late"), store.ErrReplay},
		"another assertion": {use("partner", 2, "late"), nil},
		"another client's":  {use("Partner", 1, "late"), nil},
	} {
		if err := s.UseAssertion(t.Context(), c.use); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
}

func usedAssertionsAreForgotten(t *testing.T, open Open) {
	s, _ := one(t, open)
	for i := range byte(3) {
		one := use("partner", i, "first")
		one.ExpiresAt = start.Add(time.Duration(i) * time.Millisecond)
		if err := s.UseAssertion(t.Context(), one); err != nil {
			t.Fatal(err)
		}
	}
	if n, err := s.DeleteUsedAssertions(t.Context(), start.Add(2*time.Millisecond)); n != 2 || err != nil {
		t.Errorf("forgot %d, %v; want 2", n, err)
	}
	if err := s.UseAssertion(t.Context(), use("partner", 2, "second")); !errors.Is(err, store.ErrReplay) {
		t.Errorf("the one that has not ended: %v", err)
	}
}
