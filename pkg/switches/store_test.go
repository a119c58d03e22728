package switches_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ventanilla/ventanilla/pkg/switches"
)

func TestStoreListsWhatIsSet(t *testing.T) {
	e := newEtcd(t)
	store := e.store()
	all := []switches.Switch{
		{Family: "cmp", SetAt: noon, SetBy: "ana", Effect: switches.Effect{Maintenance: true, RetryAfter: 10 * time.Minute}},
		{Family: "cmp", Path: "/api/v1/oauth/token", SetAt: noon, SetBy: "zoe", Effect: switches.Effect{
			Retired: true, DeprecatedAt: noon, SunsetAt: noon.Add(time.Hour), Documentation: "https://example.org/end",
		}},
		{Family: "native", SetAt: noon, SetBy: "ana"},
	}
	for _, i := range []int{2, 1, 0} {
		if err := store.Set(t.Context(), all[i]); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := e.client.Put(t.Context(), "ventanilla/switches/tuidd", `{"format":2}`); err != nil {
		t.Fatal(err)
	}
	list, err := store.List(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(all, list); diff != "" {
		t.Error(diff)
	}
	if got, err := store.Get(t.Context(), "cmp", all[1].Path); err != nil || got != all[1] {
		t.Errorf("got %+v, %v", got, err)
	}
	if got, err := store.Get(t.Context(), "tuidd", ""); err != nil || got != (switches.Switch{Family: "tuidd"}) {
		t.Errorf("of one that cannot be read: got %+v, %v", got, err)
	}
	if _, err := store.Get(t.Context(), "cmp", "/api"); !errors.Is(err, switches.ErrNotFound) {
		t.Errorf("of one that is not set: %v", err)
	}
	for _, c := range []struct {
		family, path string
		want         error
	}{
		{"cmp", "", nil},
		{"cmp", "", switches.ErrNotFound},
		{"cmp", "/api/v1", switches.ErrNotFound},
		{"cmp", "/api/v1/oauth/token", nil},
		{"tuidd", "", nil},
	} {
		if err := store.Clear(t.Context(), c.family, c.path); !errors.Is(err, c.want) {
			t.Errorf("clearing %s%s: %v, want %v", c.family, c.path, err, c.want)
		}
	}
	if list, err = store.List(t.Context()); err != nil || len(list) != 1 || list[0].Family != "native" {
		t.Errorf("left are %v, %v", list, err)
	}
}

func TestStoreWhileEtcdIsAway(t *testing.T) {
	e := newEtcd(t)
	store := e.store()
	e.node.Close()
	_, listed := store.List(t.Context())
	_, got := store.Get(t.Context(), "cmp", "")
	for name, err := range map[string]error{
		"Set":   store.Set(t.Context(), switches.Switch{Family: "cmp"}),
		"Clear": store.Clear(t.Context(), "cmp", ""),
		"List":  listed,
		"Get":   got,
	} {
		if err == nil || errors.Is(err, switches.ErrNotFound) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
