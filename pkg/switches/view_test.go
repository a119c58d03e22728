package switches_test

import (
	"errors"
	"log/slog"
	"testing"
	"time"

	clientv3 "go.etcd.io/etcd/client/v3"

	"github.com/ventanilla/ventanilla/pkg/switches"
	"github.com/ventanilla/ventanilla/pkg/testkit"
)

const outage = "switches stay as they are until etcd is back"

// awaits waits until the view has the effect at a place; the zero effect is that of no switch.
func awaits(t *testing.T, view *switches.View, family, path string, want switches.Effect) {
	t.Helper()
	testkit.Eventually(t, patience, func() error {
		if got, ok := view.At(family, path); got != want || ok != (want != switches.Effect{}) {
			return errors.New("not switched so")
		}
		return nil
	})
}

func TestViewFollows(t *testing.T) {
	e := newEtcd(t)
	store := e.store()
	maintenance := switches.Effect{Maintenance: true, RetryAfter: time.Minute}
	set(t, store, "cmp", "", maintenance)
	view := e.view(t, discard)
	awaits(t, view, "cmp", "", maintenance)
	awaits(t, view, "cmp", "/any", maintenance)
	awaits(t, view, "tuidd", "/any", switches.Effect{})
	set(t, store, "tuidd", "/mcg", switches.Effect{Retired: true})
	awaits(t, view, "tuidd", "/mcg", switches.Effect{Retired: true})
	awaits(t, view, "tuidd", "/mcg/v1", switches.Effect{})
	if err := store.Clear(t.Context(), "cmp", ""); err != nil {
		t.Fatal(err)
	}
	awaits(t, view, "cmp", "/any", switches.Effect{})
}

func TestLoadedViewKnowsAtOnce(t *testing.T) {
	e := newEtcd(t)
	set(t, e.store(), "cmp", "", switches.Effect{Retired: true})
	view := switches.NewView(e.client, prefix, discard)
	if _, ok := view.At("cmp", ""); ok {
		t.Error("a view that was not loaded has a switch")
	}
	if err := view.Load(t.Context()); err != nil {
		t.Fatal(err)
	}
	if effect, ok := view.At("cmp", "/any"); !ok || !effect.Retired {
		t.Errorf("got %+v", effect)
	}
}

func TestPathsWordWinsOverTheFamilys(t *testing.T) {
	e := newEtcd(t)
	later := noon.Add(time.Hour)
	for name, c := range map[string]struct{ family, path, want switches.Effect }{
		"each its own": {
			switches.Effect{Maintenance: true, RetryAfter: time.Minute, Documentation: "https://example.org/f"},
			switches.Effect{Retired: true, RetryAfter: time.Hour, Documentation: "https://example.org/p"},
			switches.Effect{Maintenance: true, Retired: true, RetryAfter: time.Hour, Documentation: "https://example.org/p"},
		},
		"silence is no word": {
			switches.Effect{Maintenance: true, RetryAfter: time.Minute, DeprecatedAt: noon, SunsetAt: later, Documentation: "https://example.org/f"},
			switches.Effect{Retired: true},
			switches.Effect{true, time.Minute, true, noon, later, "https://example.org/f", false},
		},
		"strict where either says so": {
			switches.Effect{Strict: true},
			switches.Effect{Retired: true},
			switches.Effect{Retired: true, Strict: true},
		},
		"dates go together": {
			switches.Effect{DeprecatedAt: later, SunsetAt: later},
			switches.Effect{SunsetAt: noon},
			switches.Effect{SunsetAt: noon},
		},
	} {
		t.Run(name, func(t *testing.T) {
			set(t, e.store(), "cmp", "", c.family)
			set(t, e.store(), "cmp", "/one", c.path)
			view := switches.NewView(e.client, prefix, discard)
			if err := view.Load(t.Context()); err != nil {
				t.Fatal(err)
			}
			if got, _ := view.At("cmp", "/one"); got != c.want {
				t.Errorf("got %+v, want %+v", got, c.want)
			}
			if got, _ := view.At("cmp", "/two"); got != c.family {
				t.Errorf("elsewhere: got %+v, want %+v", got, c.family)
			}
		})
	}
}

func TestViewKeepsToTheLastKnown(t *testing.T) {
	e := newEtcd(t)
	set(t, e.store(), "cmp", "", switches.Effect{Retired: true})
	view := e.view(t, discard)
	awaits(t, view, "cmp", "", switches.Effect{Retired: true})
	e.node.Close()
	if _, err := e.store().List(t.Context()); err == nil {
		t.Fatal("etcd is not away")
	}
	awaits(t, view, "cmp", "", switches.Effect{Retired: true})
	e.start(t)
	set(t, e.store(), "cmp", "", switches.Effect{Maintenance: true})
	awaits(t, view, "cmp", "", switches.Effect{Maintenance: true})
}

// While the view's etcd is away, switches change and the history is compacted: the watch cannot go on from where it was.
func TestCompactedHistoryIsReadAnew(t *testing.T) {
	e := newEtcd(t)
	set(t, e.store(), "cmp", "", switches.Effect{Retired: true})
	set(t, e.store(), "tuidd", "", switches.Effect{Retired: true})
	view := e.view(t, discard)
	awaits(t, view, "tuidd", "", switches.Effect{Retired: true})
	e.node.Close()

	e.aside(t, func(client *clientv3.Client) {
		store := switches.NewStore(client, prefix, discard)
		if err := store.Clear(t.Context(), "cmp", ""); err != nil {
			t.Fatal(err)
		}
		set(t, store, "tuidd", "", switches.Effect{Maintenance: true})
		now, err := client.Get(t.Context(), "none")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := client.Compact(t.Context(), now.Header.Revision); err != nil {
			t.Fatal(err)
		}
	})

	e.start(t)
	awaits(t, view, "tuidd", "", switches.Effect{Maintenance: true})
	awaits(t, view, "cmp", "", switches.Effect{})
}

func TestViewThatStartsWithoutEtcdPicksUp(t *testing.T) {
	e := newEtcd(t)
	set(t, e.store(), "cmp", "", switches.Effect{Retired: true})
	e.node.Close()
	log := &messages{}
	view := e.view(t, slog.New(log))
	if err := switches.NewView(e.client, prefix, discard).Load(t.Context()); err == nil {
		t.Error("loaded without etcd")
	}
	testkit.Eventually(t, patience, func() error {
		if log.of(outage) == 0 {
			return errors.New("the outage was not told")
		}
		return nil
	})
	awaits(t, view, "cmp", "", switches.Effect{})
	e.start(t)
	awaits(t, view, "cmp", "", switches.Effect{Retired: true})
	if count := log.of(outage); count != 1 {
		t.Errorf("one outage was told %d times", count)
	}
}

func TestUnreadableSwitchesBreakNoOthers(t *testing.T) {
	e := newEtcd(t)
	for name, text := range map[string]string{
		"native": "no JSON", "tuidd/later": `{"format":2,"maintenance":true}`, "UPPER": `{"format":1,"maintenance":true}`,
	} {
		if _, err := e.client.Put(t.Context(), "ventanilla/switches/"+name, text); err != nil {
			t.Fatal(err)
		}
	}
	set(t, e.store(), "cmp", "", switches.Effect{Retired: true})
	log := &messages{}
	view := e.view(t, slog.New(log))
	awaits(t, view, "cmp", "", switches.Effect{Retired: true})
	set(t, e.store(), "cmp", "/x", switches.Effect{Maintenance: true})
	awaits(t, view, "cmp", "/x", switches.Effect{Retired: true, Maintenance: true})
	awaits(t, view, "native", "", switches.Effect{})
	awaits(t, view, "tuidd", "/later", switches.Effect{})
	if count := log.of("a switch is not obeyed"); count != 3 {
		t.Errorf("three unreadable switches were told %d times", count)
	}
	// One that was obeyed is off once its value cannot be read, and one that is mended is on.
	if _, err := e.client.Put(t.Context(), "ventanilla/switches/cmp", "{"); err != nil {
		t.Fatal(err)
	}
	awaits(t, view, "cmp", "/x", switches.Effect{Maintenance: true})
	set(t, e.store(), "native", "", switches.Effect{Maintenance: true})
	awaits(t, view, "native", "/x", switches.Effect{Maintenance: true})
	if count := log.of("a switch is not obeyed"); count != 4 {
		t.Errorf("four unreadable switches were told %d times", count)
	}
}
