package password_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/ventanilla/ventanilla/pkg/testkit"
	"github.com/ventanilla/ventanilla/services/session/internal/password"
)

func TestAProvenPairIsRemembered(t *testing.T) {
	clock := testkit.NewClock(time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC))
	p := password.NewProven(clock.Now)
	pair := password.Pair{Account: "a", Epoch: 1, Password: "bc"}
	proofs := 0
	prove := func(pair password.Pair) int {
		before := proofs
		check(t, p.Prove(t.Context(), pair, func(context.Context) error { proofs++; return nil }))
		return proofs - before
	}
	if prove(pair) != 1 || prove(pair) != 0 {
		t.Error("a pair is not proven once")
	}
	for name, other := range map[string]password.Pair{
		"another password": {"a", 1, "bd", ""}, "another epoch": {"a", 2, "bc", ""}, "another account": {"b", 1, "bc", ""}, "another address": {"a", 1, "bc", "b"},
		"moved by a character": {"ab", 1, "c", ""}, "moved into the address": {"a", 1, "c", "b"},
	} {
		if prove(other) != 1 {
			t.Errorf("%s is taken for it", name)
		}
	}
	clock.Advance(5*time.Minute - time.Second)
	if prove(pair) != 0 {
		t.Error("a pair is forgotten before five minutes")
	}
	clock.Advance(time.Second) // use does not keep it
	if prove(pair) != 1 {
		t.Error("a pair is remembered after five minutes")
	}
}

func TestAPairThatIsNotProvenIsNotRemembered(t *testing.T) {
	p := password.NewProven(time.Now)
	wrong := errors.New("wrong")
	proofs := 0
	for range 2 {
		if err := p.Prove(t.Context(), password.Pair{}, func(context.Context) error { proofs++; return wrong }); !errors.Is(err, wrong) {
			t.Errorf("got %v", err)
		}
	}
	if proofs != 2 {
		t.Errorf("%d proofs", proofs)
	}
}

// A caller who goes away while others wait for its proof leaves them one of their own.
func TestCallersShareAProof(t *testing.T) {
	p := password.NewProven(time.Now)
	leaving, leave := context.WithCancel(t.Context())
	begun, proven := make(chan struct{}), make(chan struct{})
	var callers sync.WaitGroup
	callers.Go(func() {
		err := p.Prove(leaving, password.Pair{}, func(ctx context.Context) error { close(begun); <-ctx.Done(); return ctx.Err() })
		if !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
	})
	<-begun
	for range 50 {
		callers.Go(func() {
			// The channel is closed once.
			if err := p.Prove(t.Context(), password.Pair{}, func(context.Context) error { close(proven); return nil }); err != nil {
				t.Error(err)
			}
		})
	}
	leave()
	callers.Wait()
	<-proven
}
