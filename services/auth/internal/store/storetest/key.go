package storetest

import (
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/ventanilla/ventanilla/pkg/testkit"
	"github.com/ventanilla/ventanilla/services/auth/internal/store"
)

func key(kid string) store.SigningKey {
	return store.SigningKey{KID: kid, Alg: "ES256", SealedPrivate: []byte{0, 1, 0xff}, Public: []byte("public of " + kid)}
}

// All replicas have found no key before any of them stores one.
func replicasAgreeOnAKey(t *testing.T, open Open) {
	const replicas = 8
	replica := open(t, 2, testkit.NewClock(start).Now)
	var making, group sync.WaitGroup
	making.Add(replicas)
	got := make([]store.SigningKey, replicas)
	for i := range got {
		s := replica()
		group.Go(func() {
			var err error
			got[i], err = s.EnsureKey(t.Context(), store.UseAccess, func() (store.SigningKey, error) {
				making.Done()
				making.Wait()
				return key(fmt.Sprint(i)), nil
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	for _, k := range got[1:] {
		expectSame(t, "key", k, got[0])
	}
	stored, err := replica().Keys(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	expectSame(t, "stored", stored, got[:1])
}

func keysAreKeptByUse(t *testing.T, open Open) {
	s, _ := one(t, open)
	for i, use := range []store.Use{store.UseAccess, store.UseInternal, store.UseOperatorCA, store.UseLog} {
		want := key("key of " + string(use))
		for _, made := range []store.SigningKey{want, key("needless")} {
			got, err := s.EnsureKey(t.Context(), use, func() (store.SigningKey, error) { return made, nil })
			if err != nil {
				t.Fatal(err)
			}
			want.Use, want.State, want.CreatedAt, want.ActivatedAt, want.Revision = use, store.KeyActive, start, start, int64(i+1)
			expectSame(t, "key", got, want)
		}
	}
	broken := errors.New("no randomness")
	_, err := s.EnsureKey(t.Context(), "other", func() (store.SigningKey, error) { return store.SigningKey{}, broken })
	if !errors.Is(err, broken) {
		t.Errorf("failed making: %v", err)
	}
}
