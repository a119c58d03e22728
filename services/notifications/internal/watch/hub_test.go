package watch_test

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/ventanilla/ventanilla/pkg/testkit"
	"github.com/ventanilla/ventanilla/services/notifications/internal/message"
	"github.com/ventanilla/ventanilla/services/notifications/internal/store"
	"github.com/ventanilla/ventanilla/services/notifications/internal/watch"
)

func TestMain(m *testing.M) { testkit.Main(m) }

var start = time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC)

// book is a source whose changes come to light when the test wants.
type book struct {
	mu     sync.Mutex
	shown  map[string]store.Snapshot
	failed error
	loads  int
}

func newBook() *book { return &book{shown: make(map[string]store.Snapshot)} }

func (b *book) show(all ...store.Snapshot) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, d := range all {
		if d.Version > b.shown[d.ID].Version {
			b.shown[d.ID] = d
		}
	}
}

func (b *book) fail(err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.failed = err
}

func changeOf(d store.Snapshot) store.Change {
	return store.Change{At: d.ChangedAt, ID: d.ID, ProviderID: d.ProviderID, Version: d.Version}
}

func (b *book) Changes(_ context.Context, behind time.Time, id string, limit int) ([]store.Change, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	var all []store.Change
	for _, d := range b.shown {
		if cmp.Or(d.ChangedAt.Compare(behind), cmp.Compare(d.ID, id)) > 0 {
			all = append(all, changeOf(d))
		}
	}
	slices.SortFunc(all, func(x, y store.Change) int { return cmp.Or(x.At.Compare(y.At), cmp.Compare(x.ID, y.ID)) })
	return all[:min(limit, len(all))], b.failed
}

func (b *book) LastChanges(_ context.Context, ids []string) ([]store.Change, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	var all []store.Change
	for _, id := range ids {
		if d, ok := b.shown[id]; ok {
			all = append(all, changeOf(d))
		}
	}
	return all, b.failed
}

func (b *book) Whole(_ context.Context, ids []string) ([]*store.Snapshot, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	var all []*store.Snapshot
	for _, id := range ids {
		if d, ok := b.shown[id]; ok {
			all = append(all, &d)
		}
	}
	b.loads += len(all)
	return all, b.failed
}

func newHub(source watch.Source, clock *testkit.Clock) *watch.Hub {
	return watch.NewHub(source, clock.Now, slog.New(slog.DiscardHandler))
}

func begin(t testing.TB, hub *watch.Hub, interest watch.Interest) *watch.Watch {
	t.Helper()
	w, err := hub.Watch("ana", interest)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(w.Close)
	return w
}

// told takes what a watch was told, and why it ended.
func told(w *watch.Watch) (versions map[string]int64, why error) {
	now, cancel := context.WithCancel(context.Background())
	cancel()
	versions = make(map[string]int64)
	for {
		d, err := w.Next(now)
		if err != nil {
			if errors.Is(err, context.Canceled) {
				err = nil
			}
			return versions, err
		}
		versions[d.ID] = d.Version
	}
}

func wantTold(t testing.TB, w *watch.Watch, want map[string]int64) {
	t.Helper()
	if got, err := told(w); err != nil || fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("told %v, %v; want %v", got, err, want)
	}
}

func at(id string, version int64, changed time.Time) store.Snapshot {
	return store.Snapshot{ID: id, ProviderID: 1, Version: version, ChangedAt: changed, Status: message.Accepted}
}

// of is who watches one dispatch, known at a version.
func of(id string, version int64) watch.Interest {
	d := at(id, version, start)
	return watch.Interest{Known: &d}
}

func TestAWatchIsToldWhatChangesFromThenOn(t *testing.T) {
	clock, source := testkit.NewClock(start), newBook()
	source.show(at("old", 1, start.Add(-time.Second)))
	hub := newHub(source, clock)
	w := begin(t, hub, watch.Interest{})
	select {
	case <-w.Begun():
		t.Error("it has begun before anything was read")
	default:
	}
	hub.Poll(t.Context())
	<-w.Begun()
	wantTold(t, w, nil)

	source.show(at("new", 1, start), at("old", 2, start))
	hub.Poll(t.Context())
	wantTold(t, w, map[string]int64{"new": 1, "old": 2})
	hub.Poll(t.Context())
	wantTold(t, w, nil)

	// Of several changes the last is told.
	source.show(at("new", 2, start), at("new", 5, start))
	hub.Poll(t.Context())
	wantTold(t, w, map[string]int64{"new": 5})

	// Another watch hears what comes after.
	later := begin(t, hub, watch.Interest{})
	source.show(at("new", 6, start))
	hub.Poll(t.Context())
	wantTold(t, w, map[string]int64{"new": 6})
	wantTold(t, later, map[string]int64{"new": 6})
}

func TestOneDispatchIsWatchedToItsEnd(t *testing.T) {
	clock, source := testkit.NewClock(start), newBook()
	source.show(at("a", 3, start), at("b", 1, start))
	hub := newHub(source, clock)
	known, behind := begin(t, hub, of("a", 3)), begin(t, hub, of("a", 2))
	hub.Poll(t.Context())
	wantTold(t, known, nil)
	wantTold(t, behind, map[string]int64{"a": 3})
	source.show(at("b", 2, start))
	hub.Poll(t.Context())
	wantTold(t, known, nil)

	end := at("a", 4, start)
	end.EndedAt = start
	source.show(end)
	hub.Poll(t.Context())
	for _, w := range []*watch.Watch{known, behind} {
		if got, err := told(w); got["a"] != 4 || !errors.Is(err, io.EOF) {
			t.Errorf("at the end: %v, %v", got, err)
		}
	}
	// What nobody watches is not read.
	if source.loads != 2 {
		t.Errorf("%d dispatches were read", source.loads)
	}
}

// TestASentDispatchIsWatchedForItsReceipt has one receipt come, and another not.
func TestASentDispatchIsWatchedForItsReceipt(t *testing.T) {
	clock, source := testkit.NewClock(start), newBook()
	hub := newHub(source, clock)
	heard, silent := begin(t, hub, of("heard", 1)), begin(t, hub, of("silent", 1))
	ended := func(id string, version int64, status message.Status) store.Snapshot {
		d := at(id, version, start)
		d.EndedAt, d.Parts = start, []store.SnapshotPart{{Status: message.Failed}, {Status: status}}
		return d
	}
	source.show(ended("heard", 2, message.Sent), ended("silent", 2, message.Sent))
	hub.Poll(t.Context())
	wantTold(t, heard, map[string]int64{"heard": 2})
	wantTold(t, silent, map[string]int64{"silent": 2})
	clock.Advance(29 * time.Second)
	source.show(ended("heard", 3, message.Delivered))
	hub.Poll(t.Context())
	if got, err := told(heard); got["heard"] != 3 || !errors.Is(err, io.EOF) {
		t.Errorf("after the receipt: %v, %v", got, err)
	}
	wantTold(t, silent, nil)
	clock.Advance(time.Second)
	hub.Poll(t.Context())
	if got, err := told(silent); len(got) > 0 || !errors.Is(err, io.EOF) {
		t.Errorf("without a receipt: %v, %v", got, err)
	}
}

func TestAFilterIsObeyed(t *testing.T) {
	clock, source := testkit.NewClock(start), newBook()
	hub := newHub(source, clock)
	nobody := begin(t, hub, watch.Interest{Filter: store.DispatchFilter{Providers: []int64{}}})
	failed := begin(t, hub, watch.Interest{Filter: store.DispatchFilter{Providers: []int64{1}, Status: message.Failed}})
	hub.Poll(t.Context())
	dead, another := at("dead", 2, start), at("another's", 1, start)
	dead.Status, another.ProviderID = message.Failed, 2
	source.show(at("alive", 1, start), dead, another)
	hub.Poll(t.Context())
	wantTold(t, nobody, nil)
	wantTold(t, failed, map[string]int64{"dead": 2})
	if source.loads != 2 {
		t.Errorf("%d dispatches were read", source.loads)
	}
}

func TestWatchesAreBounded(t *testing.T) {
	hub := newHub(newBook(), testkit.NewClock(start))
	for n := range watch.MaxWatches {
		if _, err := hub.Watch(fmt.Sprint(n%(watch.MaxWatches/watch.MaxOfCaller)), watch.Interest{}); err != nil {
			t.Fatal(n, err)
		}
	}
	for _, caller := range []string{"0", "another"} {
		if _, err := hub.Watch(caller, watch.Interest{}); !errors.Is(err, watch.ErrTooMany) {
			t.Errorf("%s: %v", caller, err)
		}
	}
	hub = newHub(newBook(), testkit.NewClock(start))
	var last *watch.Watch
	for range watch.MaxOfCaller {
		last = begin(t, hub, watch.Interest{})
	}
	if _, err := hub.Watch("ana", watch.Interest{}); !errors.Is(err, watch.ErrTooMany) {
		t.Errorf("of one caller: %v", err)
	}
	last.Close()
	begin(t, hub, watch.Interest{})
}

func TestWhoIsTooSlowIsLeftBehind(t *testing.T) {
	clock, source := testkit.NewClock(start), newBook()
	hub := newHub(source, clock)
	slow, one := begin(t, hub, watch.Interest{}), begin(t, hub, of("0", 0))
	hub.Poll(t.Context())
	for n := range watch.MaxPending {
		source.show(at(fmt.Sprint(n), 1, start))
	}
	hub.Poll(t.Context())
	source.show(at("0", 2, start)) // it waits already
	hub.Poll(t.Context())
	source.show(at("one more", 1, start))
	hub.Poll(t.Context())
	if got, err := told(slow); len(got) > 0 || !errors.Is(err, watch.ErrSlow) {
		t.Errorf("told %d, %v", len(got), err)
	}
	wantTold(t, one, map[string]int64{"0": 2})
}

func TestWatchesEndWhenTheStoreIsAway(t *testing.T) {
	clock, source := testkit.NewClock(start), newBook()
	hub := newHub(source, clock)
	w := begin(t, hub, watch.Interest{})
	hub.Poll(t.Context())
	source.fail(errors.New("away"))
	source.show(at("a", 1, start))
	for range watch.MaxFailures - 1 {
		hub.Poll(t.Context())
	}
	wantTold(t, w, nil)
	source.fail(nil)
	hub.Poll(t.Context()) // nothing is lost
	wantTold(t, w, map[string]int64{"a": 1})
	source.fail(errors.New("away"))
	for range watch.MaxFailures {
		hub.Poll(t.Context())
	}
	if _, err := told(w); !errors.Is(err, watch.ErrAway) {
		t.Errorf("the watch: %v", err)
	}
}

func TestWatchesEndWithTheService(t *testing.T) {
	hub := newHub(newBook(), testkit.NewClock(start))
	w := begin(t, hub, watch.Interest{})
	ctx, cancel := context.WithCancel(t.Context())
	var running sync.WaitGroup
	running.Go(func() { hub.Run(ctx) })
	<-w.Begun()
	cancel()
	if _, err := w.Next(t.Context()); !errors.Is(err, watch.ErrStopped) {
		t.Errorf("the watch: %v", err)
	}
	running.Wait()
	if _, err := hub.Watch("ana", watch.Interest{}); !errors.Is(err, watch.ErrStopped) {
		t.Errorf("a new watch: %v", err)
	}
}

// Changes come to light out of order, as much later than they say as transactions and clocks allow: none is lost.
func TestNoChangeIsLost(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		clock, source := testkit.NewClock(start), newBook()
		hub := newHub(source, clock)
		w, err := hub.Watch("ana", watch.Interest{})
		if err != nil {
			rt.Fatal(err)
		}
		defer w.Close()
		hub.Poll(t.Context())
		type hidden struct {
			store.Snapshot
			until time.Time
		}
		var underWay []hidden
		versions, got := make(map[string]int64), make(map[string]int64)
		hear := func() {
			some, err := told(w)
			if err != nil {
				rt.Fatal(err)
			}
			for id, version := range some {
				if version <= got[id] {
					rt.Errorf("told version %d after %d", version, got[id])
				}
				got[id] = version
			}
		}
		pass := func(d time.Duration) {
			now := clock.Advance(d)
			underWay = slices.DeleteFunc(underWay, func(h hidden) bool {
				if now.Before(h.until) {
					return false
				}
				source.show(h.Snapshot)
				return true
			})
		}
		for range rapid.IntRange(1, 60).Draw(rt, "events") {
			switch rapid.IntRange(0, 3).Draw(rt, "event") {
			case 0, 1:
				id := rapid.StringMatching(`[a-e]`).Draw(rt, "dispatch")
				versions[id]++
				off := time.Duration(rapid.Int64Range(-int64(watch.LongLap)/2, int64(watch.LongLap)/2).Draw(rt, "clock"))
				late := time.Duration(rapid.Int64Range(0, int64(watch.LongLap)/3).Draw(rt, "commit"))
				underWay = append(underWay, hidden{at(id, versions[id], clock.Now().Add(off)), clock.Now().Add(late)})
				pass(0)
			case 2:
				pass(time.Duration(rapid.Int64Range(0, int64(3*time.Second)).Draw(rt, "pause")))
			default:
				hub.Poll(t.Context())
				hear()
			}
		}
		pass(watch.LongLap / 3)
		hub.Poll(t.Context())
		pass(watch.LongEvery)
		hub.Poll(t.Context())
		hear()
		if fmt.Sprint(got) != fmt.Sprint(versions) {
			rt.Errorf("told %v of %v", got, versions)
		}
	})
}
