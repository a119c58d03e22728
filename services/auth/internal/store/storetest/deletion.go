package storetest

import (
	"errors"
	"testing"
	"time"

	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
	"github.com/ventanilla/ventanilla/services/auth/internal/store"
)

func aDeletedClientLeavesATrace(t *testing.T, open Open) {
	s, clock := one(t, open)
	doomed := client("doomed")
	doomed.PublicKeys, doomed.Epoch = []byte(`{"keys":[]}`), 3
	doomed.PreviousSecretHash, doomed.PreviousSecretUntil = doomed.SecretHash, start.Add(time.Hour)
	if _, err := s.CreateClient(t.Context(), doomed, act); err != nil {
		t.Fatal(err)
	}
	create(t, s, "kept")
	createKeys(t, s, "doomed", "one", "two")
	createKeys(t, s, "kept", "other")
	later := clock.Advance(time.Second)

	want := doomed
	want.SecretHash, want.PublicKeys, want.PreviousSecretHash, want.PreviousSecretUntil = store.NoSecret(), nil, nil, time.Time{}
	want.Deleted, want.Disabled, want.Epoch = true, true, 4
	want.Revision, want.CreatedAt, want.UpdatedAt = 6, start, later
	deleted, err := s.DeleteClient(t.Context(), "doomed", act)
	if err != nil {
		t.Fatal(err)
	}
	expectSame(t, "deleted", deleted, want)
	news, err := s.ClientsSince(t.Context(), 5, 10)
	if err != nil {
		t.Fatal(err)
	}
	expectSame(t, "changes", news, []store.Client{want})

	_, err = s.Client(t.Context(), "doomed")
	expectNotFound(t, "the client", err)
	_, err = s.ChangeClient(t.Context(), "doomed", act, func(*store.Client) error { return nil })
	expectNotFound(t, "to be changed", err)
	_, err = s.DeleteClient(t.Context(), "doomed", act)
	expectNotFound(t, "to be deleted again", err)
	_, err = s.CreateAPIKey(t.Context(), apiKey("three", "doomed"), act)
	expectNotFound(t, "the owner of a new key", err)
	if _, err = s.CreateClient(t.Context(), doomed, act); !errors.Is(err, sqlstore.ErrConflict) {
		t.Errorf("the identifier is given again: %v", err)
	}
	_, err = s.APIKey(t.Context(), "one")
	expectNotFound(t, "its key", err)
	if _, err := s.APIKey(t.Context(), "other"); err != nil {
		t.Errorf("another client's key: %v", err)
	}
	for _, family := range []string{"", "cmp"} {
		all, err := s.Clients(t.Context(), store.ClientPage{Family: family, Limit: 10})
		if err != nil {
			t.Fatal(err)
		}
		expectSame(t, "list", ids(all), []string{"kept"})
	}
	acts, err := s.AdminActs(t.Context(), 0, 1)
	if err != nil || acts[0].Target != "doomed" || len(acts[0].Before) == 0 {
		t.Errorf("recorded %+v, %v", acts, err)
	}
}

func tombstonesAreDropped(t *testing.T, open Open) {
	s, clock := one(t, open)
	create(t, s, "first", "second", "living")
	createKeys(t, s, "first", "one", "two")
	createKeys(t, s, "living", "three", "four")
	for _, id := range []string{"first", "second"} {
		if _, err := s.DeleteClient(t.Context(), id, act); err != nil {
			t.Fatal(err)
		}
		if _, err := s.DeleteAPIKey(t.Context(), map[string]string{"first": "three", "second": "four"}[id], start, act); err != nil {
			t.Fatal(err)
		}
		clock.Advance(time.Millisecond)
	}
	before := start.Add(time.Millisecond)
	if n, err := s.DeleteTombstones(t.Context(), before); n != 1 || err != nil {
		t.Errorf("dropped %d clients, %v; want the first", n, err)
	}
	if n, err := s.DeleteDeadAPIKeys(t.Context(), before); n != 3 || err != nil {
		t.Errorf("dropped %d keys, %v; want one, two and three", n, err)
	}
	left, err := s.ClientsSince(t.Context(), 0, 10)
	if err != nil {
		t.Fatal(err)
	}
	expectSame(t, "left", ids(left), []string{"living", "second"})
}
