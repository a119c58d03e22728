package storetest

import (
	"encoding/json"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
	"github.com/ventanilla/ventanilla/services/auth/internal/store"
)

func clientsAreKeptWhole(t *testing.T, open Open) {
	s, clock := one(t, open)
	clock.Advance(123_456 * time.Nanosecond) // less than a millisecond is dropped
	want := client("prestación-🏛")
	want.Name = "Oficina de Atención \u0301 \"Ñandú\" \\ 東京"
	want.Kind, want.DataSet = store.KindResourceServer, store.Staging
	want.Scopes = []string{"read", "write:a", `odd"scope`}
	want.Audiences = []string{"other"}
	want.ResourceScopes = []string{"read"}
	want.IntrospectsAll, want.PersonalData = true, true
	want.IntrospectionMembers = json.RawMessage(`{"z":1, "a":{"é":[1.50,null]}}`)
	want.TokenLife = 90*time.Second + time.Millisecond
	want.TokenAlgorithm, want.IntrospectionAlgorithm = "ES256", "EdDSA"
	want.PublicKeys = json.RawMessage(`{"keys":[{"kty":"OKP"}]}`)
	want.Limit = store.Limit{PerSecond: 0.1, Burst: 7}
	want.Origins = []string{"https://www.example.cl", "http://localhost:8080"}
	want.PreviousSecretHash, want.PreviousSecretUntil = client("previous").SecretHash, start.Add(time.Hour)

	stored, err := s.CreateClient(t.Context(), want, act)
	if err != nil {
		t.Fatal(err)
	}
	want.Revision, want.CreatedAt, want.UpdatedAt = 1, start, start
	expectSame(t, "created", stored, want)
	read, err := s.Client(t.Context(), want.ID)
	if err != nil {
		t.Fatal(err)
	}
	expectSame(t, "read", read, want)

	later := clock.Advance(1999 * time.Millisecond).Truncate(time.Millisecond)
	changed, err := s.ChangeClient(t.Context(), want.ID, act, func(c *store.Client) error {
		c.ID, c.DataSet, c.CreatedAt = "another", store.Production, later // none of these can be changed
		c.Disabled, c.Epoch, c.Scopes, c.IntrospectionMembers = true, 7, nil, nil
		c.PublicKeys, c.Limit, c.PreviousSecretHash, c.PreviousSecretUntil = nil, store.Limit{}, nil, time.Time{}
		c.Origins = nil
		c.Deleted = true // nor can this
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	want.Disabled, want.Epoch, want.Scopes, want.IntrospectionMembers = true, 7, nil, nil
	want.PublicKeys, want.Limit, want.PreviousSecretHash, want.PreviousSecretUntil = nil, store.Limit{}, nil, time.Time{}
	want.Origins = nil
	want.Revision, want.UpdatedAt = 2, later
	expectSame(t, "changed", changed, want)
	if read, err = s.Client(t.Context(), want.ID); err != nil {
		t.Fatal(err)
	}
	expectSame(t, "read again", read, want)

	if _, err := s.CreateClient(t.Context(), client(want.ID), act); !errors.Is(err, sqlstore.ErrConflict) {
		t.Errorf("created twice: %v", err)
	}
}

func expectSame[T any](t *testing.T, what string, got, want T) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

func keysAreComparedByTheirBytes(t *testing.T, open Open) {
	s, _ := one(t, open)
	// In the order of a language, these would come otherwise, or two of them be the same.
	want := []string{"A", "B", "_", "a", "a ", "a-b", "ab", "b", "caf\u0065\u0301", "caf\u00e9", "ﬁ", "🏛"}
	for _, id := range slices.Backward(want) {
		create(t, s, id)
	}
	all, err := s.Clients(t.Context(), store.ClientPage{Limit: 100})
	if err != nil {
		t.Fatal(err)
	}
	expectSame(t, "order", ids(all), want)
	_, err = s.Client(t.Context(), "AB")
	expectNotFound(t, "other case", err)
}

func ids(clients []store.Client) []string {
	var all []string
	for _, c := range clients {
		all = append(all, c.ID)
	}
	return all
}

func oddKeysAreNotFound(t *testing.T, open Open) {
	s, _ := one(t, open)
	for _, key := range []string{"", "nul\x00", "\xff", "' OR ''='", "%", "$1"} {
		_, err := s.Client(t.Context(), key)
		expectNotFound(t, "client", err)
		_, err = s.Operator(t.Context(), key)
		expectNotFound(t, "operator", err)
		_, err = s.ChangeClient(t.Context(), key, act, func(*store.Client) error { return nil })
		expectNotFound(t, "changed client", err)
		_, err = s.ChangeOperator(t.Context(), key, act, func(*store.Operator, []store.Operator) error { return nil })
		expectNotFound(t, "changed operator", err)
		if revoked, err := s.Revoked(t.Context(), key); revoked || err != nil {
			t.Errorf("revoked: %t, %v", revoked, err)
		}
		if page, err := s.Clients(t.Context(), store.ClientPage{Family: key + "no", Limit: 1}); len(page) != 0 || err != nil {
			t.Errorf("page: %v, %v", page, err)
		}
	}
}

func clientsComeInPages(t *testing.T, open Open) {
	s, _ := one(t, open)
	create(t, s, "c", "a", "e", "b", "d")
	other := client("bb")
	other.Family = "tuidd"
	if _, err := s.CreateClient(t.Context(), other, act); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		ask  store.ClientPage
		want []string
	}{
		{store.ClientPage{Limit: 2}, []string{"a", "b"}},
		{store.ClientPage{Limit: 2, After: "b"}, []string{"bb", "c"}},
		{store.ClientPage{Limit: 2, After: "b", Family: "cmp"}, []string{"c", "d"}},
		{store.ClientPage{Limit: 9, Family: "tuidd"}, []string{"bb"}},
		{store.ClientPage{Limit: 9, After: "e"}, nil},
		{store.ClientPage{}, []string{"a"}},
	} {
		page, err := s.Clients(t.Context(), test.ask)
		if err != nil {
			t.Fatal(err)
		}
		expectSame(t, "page", ids(page), test.want)
	}
}
