package storetest

import (
	"crypto/sha256"
	"errors"
	"maps"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/ventanilla/ventanilla/pkg/testkit"
	"github.com/ventanilla/ventanilla/services/auth/internal/store"
)

func apiKey(id, owner string) store.APIKey {
	hash := sha256.Sum256([]byte("secret of " + id))
	return store.APIKey{ID: id, ClientID: owner, Name: "A key", Form: store.KeyOpaque, SecretHash: hash[:]}
}

func createKeys(t *testing.T, s *store.Store, owner string, ids ...string) {
	t.Helper()
	for _, id := range ids {
		if _, err := s.CreateAPIKey(t.Context(), apiKey(id, owner), act); err != nil {
			t.Fatal(err)
		}
	}
}

func apiKeysAreKept(t *testing.T, open Open) {
	s, clock := one(t, open)
	create(t, s, "owner", "other")
	createKeys(t, s, "owner", "z", "b")
	createKeys(t, s, "other", "x")
	later := clock.Advance(time.Second)
	want := apiKey("a", "owner")
	want.Name, want.Scopes, want.ExpiresAt = "Clé nº 1", []string{"read", `odd"scope`}, start.Add(time.Hour)
	created, err := s.CreateAPIKey(t.Context(), want, act)
	if err != nil {
		t.Fatal(err)
	}
	want.CreatedAt = later
	expectSame(t, "created", created, want)
	read, err := s.APIKey(t.Context(), "a")
	if err != nil {
		t.Fatal(err)
	}
	expectSame(t, "read", read, want)
	all, err := s.APIKeys(t.Context(), "owner")
	if err != nil {
		t.Fatal(err)
	}
	expectSame(t, "listed", keyIDs(all), []string{"b", "z", "a"})
	for _, odd := range []string{"", "A", "nul\x00", "\xff"} {
		_, err := s.APIKey(t.Context(), odd)
		expectNotFound(t, "key", err)
		_, err = s.CreateAPIKey(t.Context(), apiKey("new", odd), act)
		expectNotFound(t, "owner", err)
		_, err = s.DeleteAPIKey(t.Context(), odd, start, act)
		expectNotFound(t, "key to be deleted", err)
		if all, err := s.APIKeys(t.Context(), odd); len(all) != 0 || err != nil {
			t.Errorf("keys of %q: %v, %v", odd, all, err)
		}
	}
	entries := logged(t, s)
	if last := entries[0]; last.Target != "a" || strings.Contains(string(last.Detail), "before") || strings.Contains(string(last.Detail), "secret") {
		t.Errorf("recorded %+v", last)
	}
}

// A key that is a JWT is found by its text, and by nothing else that it shares with others.
func aJWTIsFoundByItsText(t *testing.T, open Open) {
	s, _ := one(t, open)
	create(t, s, "owner")
	createKeys(t, s, "owner", "opaque")
	want := apiKey("jwt", "owner")
	want.Form = store.KeyJWT
	want, err := s.CreateAPIKey(t.Context(), want, act)
	if err != nil {
		t.Fatal(err)
	}
	found, err := s.APIKeyOfText(t.Context(), want.SecretHash)
	if err != nil {
		t.Fatal(err)
	}
	expectSame(t, "found", found, want)
	for name, hash := range map[string][]byte{"an opaque key": apiKey("opaque", "owner").SecretHash, "nobody's": store.NoSecret(), "no hash": {}} {
		_, err := s.APIKeyOfText(t.Context(), hash)
		expectNotFound(t, name, err)
	}
	if _, err := s.DeleteAPIKey(t.Context(), "jwt", start, act); err != nil {
		t.Fatal(err)
	}
	_, err = s.APIKeyOfText(t.Context(), want.SecretHash)
	expectNotFound(t, "the deleted key", err)
}

func keyIDs(keys []store.APIKey) []string {
	var all []string
	for _, k := range keys {
		all = append(all, k.ID)
	}
	return all
}

// Of many that are made at once, no more than the limit are stored.
func aClientHasAHundredAPIKeys(t *testing.T, open Open) {
	replica := open(t, 2, testkit.NewClock(start).Now)
	create(t, replica(), "owner", "other")
	var refused atomic.Int32
	var group sync.WaitGroup
	for range 3 {
		s := replica()
		group.Go(func() {
			for range 40 {
				_, err := s.CreateAPIKey(t.Context(), apiKey(uniqueID(), "owner"), act)
				switch {
				case errors.Is(err, store.ErrTooManyKeys):
					refused.Add(1)
				case err != nil:
					t.Error(err)
				}
			}
		})
	}
	group.Wait()
	s := replica()
	all, err := s.APIKeys(t.Context(), "owner")
	if err != nil || len(all) != store.MaxAPIKeys || refused.Load() != 120-store.MaxAPIKeys {
		t.Errorf("%d keys, %d refused, %v", len(all), refused.Load(), err)
	}
	createKeys(t, s, "other", "another")
	if _, err := s.DeleteAPIKey(t.Context(), all[0].ID, start, act); err != nil {
		t.Fatal(err)
	}
	createKeys(t, s, "owner", "in its place")
}

var unique atomic.Int32

func uniqueID() string { return numbered("key", int(unique.Add(1))) }

func aDeletedAPIKeyIsRevoked(t *testing.T, open Open) {
	s, _ := one(t, open)
	create(t, s, "owner")
	createKeys(t, s, "owner", "doomed", "kept")
	until := start.Add(time.Hour)
	revoked, err := s.DeleteAPIKey(t.Context(), "doomed", until, act)
	if err != nil {
		t.Fatal(err)
	}
	want := store.Revocation{TokenID: "doomed", ClientID: "owner", ExpiresAt: until, Revision: 4}
	expectSame(t, "revocation", revoked, want)
	news, err := s.RevocationsSince(t.Context(), 3, 10)
	if err != nil {
		t.Fatal(err)
	}
	expectSame(t, "changes", news, []store.Revocation{want})
	_, err = s.APIKey(t.Context(), "doomed")
	expectNotFound(t, "the key", err)
	_, err = s.DeleteAPIKey(t.Context(), "doomed", until, act)
	expectNotFound(t, "to be deleted again", err)
	left, err := s.APIKeys(t.Context(), "owner")
	if err != nil {
		t.Fatal(err)
	}
	expectSame(t, "left", keyIDs(left), []string{"kept"})
}

// Replicas note what they saw, in any order.
func useOfAPIKeysNeverGoesBack(t *testing.T, open Open) {
	replica := open(t, 2, testkit.NewClock(start).Now)
	create(t, replica(), "owner")
	createKeys(t, replica(), "owner", "a", "b", "unused")
	var group sync.WaitGroup
	for i := range 8 {
		s := replica()
		group.Go(func() {
			at := start.Add(time.Duration(i) * time.Second)
			if err := s.UseAPIKeys(t.Context(), map[string]time.Time{"b": at, "a": at, "gone": at}); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	all, err := replica().APIKeys(t.Context(), "owner")
	if err != nil {
		t.Fatal(err)
	}
	used := map[string]time.Time{}
	for _, k := range all {
		used[k.ID] = k.LastUsedAt
	}
	last := start.Add(7 * time.Second)
	if want := map[string]time.Time{"a": last, "b": last, "unused": {}}; !maps.Equal(used, want) {
		t.Errorf("used %v, want %v", used, want)
	}
}
