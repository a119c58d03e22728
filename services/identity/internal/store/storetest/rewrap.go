package storetest

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ventanilla/ventanilla/services/identity/internal/store"
)

var rewrapChecks = checks{
	"KeysAreSealedAnew":                keysAreSealedAnew,
	"KeysAreSealedAnewWhileTheyChange": keysAreSealedAnewWhileTheyChange,
}

// sealedAs seals what is not sealed so already.
func sealedAs(text string) func(store.SigningKey) ([]byte, bool, error) {
	return func(k store.SigningKey) ([]byte, bool, error) {
		sealed := text + " " + k.ID
		return []byte(sealed), string(k.SealedPrivate) != sealed, nil
	}
}

// withAllKeys has a key of each state, and the log's.
func withAllKeys(t *testing.T, s *store.Store) {
	t.Helper()
	withCardKeys(t, s)
	rotate(t, s, "third")
	rotate(t, s, "fourth")
	_, err := s.RetireCardKey(t.Context(), act, "first", agreed)
	check(t, err)
	log := cardKey("log", store.KeyActive)
	log.Use, log.DataSet = store.UseLog, ""
	check(t, s.EnsureKey(t.Context(), log))
}

func keysAreSealedAnew(t *testing.T, open Open) {
	s, _ := one(t, open)
	withAllKeys(t, s)
	before, err := s.SigningKeys(t.Context())
	check(t, err)
	failed := errors.New("sealed with another key")
	_, _, err = s.RewrapKeys(t.Context(), act, func(k store.SigningKey) ([]byte, bool, error) {
		if k.Use == store.UseLog {
			return nil, false, failed
		}
		return []byte("new"), true, nil
	})
	wantClass(t, "one cannot be sealed", err, failed)
	after, err := s.SigningKeys(t.Context())
	check(t, err)
	wantSame(t, "all or none", after, before)

	for _, want := range []int{4, 0} {
		if rewrapped, all, err := s.RewrapKeys(t.Context(), act, sealedAs("new")); rewrapped != want || all != 4 || err != nil {
			t.Errorf("sealed %d of %d anew, %v; want %d of 4", rewrapped, all, err, want)
		}
	}
	for i, k := range before {
		if k.State != store.KeyRetired {
			before[i].SealedPrivate = []byte("new " + k.ID)
		}
	}
	after, err = s.SigningKeys(t.Context())
	check(t, err)
	wantSame(t, "sealed anew", after, before)
	if logged := entries(t, s, "signing keys"); len(logged) != 1 || !strings.Contains(logged[0], `"detail":{"rewrapped":"4"}`) {
		t.Errorf("logged %v", logged)
	}
}

// Replicas rotate, retire and seal anew at once. No private half is lost, and none of a retired key comes back.
func keysAreSealedAnewWhileTheyChange(t *testing.T, open Open) {
	const replicas, rounds = 3, 5
	replica := open(t, 4, time.Now)
	s := replica()
	withAllKeys(t, s)
	var group sync.WaitGroup
	for i := range replicas {
		s := replica()
		group.Go(func() {
			for round := range rounds {
				active, err := s.RotateCardKey(t.Context(), act, store.Production, cardKey(fmt.Sprint("key ", i, round), store.KeyNext), agreed)
				if err != nil {
					t.Error(err)
				}
				if _, err := s.RotateCardKey(t.Context(), act, store.Production, cardKey(fmt.Sprint("more ", i, round), store.KeyNext), agreed); err != nil {
					t.Error(err)
				}
				if _, err := s.RetireCardKey(t.Context(), act, active.ID, agreed); err != nil {
					t.Error(err)
				}
			}
		})
		group.Go(func() {
			for round := range 2 * rounds {
				if _, _, err := s.RewrapKeys(t.Context(), act, sealedAs(fmt.Sprint("seal ", i, round))); err != nil {
					t.Error(err)
				}
			}
		})
	}
	group.Wait()
	if _, _, err := s.RewrapKeys(t.Context(), act, sealedAs("last")); err != nil {
		t.Error(err)
	}
	keys, err := s.SigningKeys(t.Context())
	check(t, err)
	for _, k := range keys {
		want := "last " + k.ID
		if k.State == store.KeyRetired {
			want = ""
		}
		if string(k.SealedPrivate) != want {
			t.Errorf("the %s key %s: %q", k.State, k.ID, k.SealedPrivate)
		}
	}
}
