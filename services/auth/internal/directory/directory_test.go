package directory_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
	"github.com/ventanilla/ventanilla/pkg/testkit"
	authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"
	"github.com/ventanilla/ventanilla/services/auth/internal/directory"
	"github.com/ventanilla/ventanilla/services/auth/internal/store"
)

func TestMain(m *testing.M) { testkit.Main(m) }

var start = time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC)

// fake is a store whose history a test writes by hand. Its lists are in the order of revisions.
type fake struct {
	clients     []store.Client
	operators   []store.Operator
	revocations []store.Revocation
	keys        []store.SigningKey
	head        int64
	err         error // of every call
	pagesErr    error // of reading changes
}

// noRing takes no keys.
type noRing struct{}

func (noRing) Update([]store.SigningKey, bool) {}

func (f *fake) Head(context.Context) (int64, error) { return f.head, f.err }

func (f *fake) ClientsSince(_ context.Context, revision int64, limit int) ([]store.Client, error) {
	return since(f.clients, revision, limit, func(c store.Client) int64 { return c.Revision }), errors.Join(f.err, f.pagesErr)
}

func (f *fake) OperatorsSince(_ context.Context, revision int64, limit int) ([]store.Operator, error) {
	return since(f.operators, revision, limit, func(o store.Operator) int64 { return o.Revision }), f.err
}

func (f *fake) RevocationsSince(_ context.Context, revision int64, limit int) ([]store.Revocation, error) {
	return since(f.revocations, revision, limit, func(r store.Revocation) int64 { return r.Revision }), f.err
}

func (f *fake) KeysSince(_ context.Context, revision int64) ([]store.SigningKey, error) {
	return since(f.keys, revision, len(f.keys), func(k store.SigningKey) int64 { return k.Revision }), f.err
}

func since[T any](all []T, revision int64, limit int, of func(T) int64) (page []T) {
	for _, one := range all {
		if of(one) > revision && len(page) < limit {
			page = append(page, one)
		}
	}
	return page
}

func (f *fake) Client(_ context.Context, id string) (store.Client, error) {
	for _, c := range f.clients {
		if c.ID == id {
			return c, f.err
		}
	}
	return store.Client{}, errors.Join(sqlstore.ErrNotFound, f.err)
}

func (f *fake) Operator(_ context.Context, name string) (store.Operator, error) {
	for _, o := range f.operators {
		if o.Name == name {
			return o, f.err
		}
	}
	return store.Operator{}, errors.Join(sqlstore.ErrNotFound, f.err)
}

func (f *fake) Revoked(_ context.Context, id string) (bool, error) {
	for _, r := range f.revocations {
		if r.TokenID == id {
			return true, f.err
		}
	}
	return false, f.err
}

// revoke adds so many revocations.
func (f *fake) revoke(count int) {
	for range count {
		f.head++
		f.revocations = append(f.revocations, store.Revocation{
			TokenID: fmt.Sprintf("token-%d", f.head), Revision: f.head, ExpiresAt: start.Add(time.Hour),
		})
	}
}

func poll(t *testing.T, d *directory.Directory) {
	t.Helper()
	if err := d.Poll(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func watch(t *testing.T, d *directory.Directory, cursor int64) (directory.Batch, *directory.Watch) {
	t.Helper()
	batch, w, err := d.Watch(cursor)
	if err != nil {
		t.Fatal(err)
	}
	return batch, w
}

func TestAPollReadsAllPages(t *testing.T) {
	source := &fake{}
	source.revoke(2500)
	d := directory.New(source, noRing{}, testkit.NewClock(start).Now)
	poll(t, d)
	batch, _ := watch(t, d, 0)
	if len(batch.Revocations) != 2500 || batch.Cursor != 2500 {
		t.Errorf("%d revocations, cursor %d", len(batch.Revocations), batch.Cursor)
	}
}

func TestTheViewIsReliedOnForASecond(t *testing.T) {
	source, clock := &fake{clients: []store.Client{{ID: "c", Revision: 1}}, head: 1}, testkit.NewClock(start)
	d := directory.New(source, noRing{}, clock.Now)
	if d.Fresh() {
		t.Error("fresh before the first poll")
	}
	poll(t, d)
	source.err = sqlstore.ErrUnavailable
	clock.Advance(directory.MaxAge)
	if _, err := d.Client(t.Context(), "c"); err != nil || !d.Fresh() {
		t.Errorf("after a second: %v", err)
	}
	if _, err := d.Client(t.Context(), "unknown"); !errors.Is(err, sqlstore.ErrUnavailable) {
		t.Errorf("unknown to the view: %v, want the store's answer", err)
	}
	clock.Advance(time.Millisecond)
	if _, err := d.Client(t.Context(), "c"); !errors.Is(err, sqlstore.ErrUnavailable) || d.Fresh() {
		t.Errorf("after more than a second: %v", err)
	}
	if err := d.Poll(t.Context()); !errors.Is(err, sqlstore.ErrUnavailable) {
		t.Errorf("Poll: %v", err)
	}
}

func TestAnEarlierStateNeverReplacesALater(t *testing.T) {
	source := &fake{clients: []store.Client{{ID: "c", Epoch: 1, Revision: 1}}, head: 1}
	d := directory.New(source, noRing{}, testkit.NewClock(start).Now)
	d.PutClient(store.Client{ID: "c", Epoch: 2, Revision: 2})
	poll(t, d)
	if c, _ := d.Client(t.Context(), "c"); c.Epoch != 2 {
		t.Errorf("epoch %d", c.Epoch)
	}
}

func TestADeletedClientIsOverOnceItWasMissed(t *testing.T) {
	source := &fake{clients: []store.Client{{ID: "c", Revision: 1}}, head: 1}
	d := directory.New(source, noRing{}, testkit.NewClock(start).Now)
	poll(t, d)
	d.PutClient(store.Client{ID: "d", Revision: 3, Disabled: true, Deleted: true})
	source.clients = []store.Client{{ID: "d", Revision: 2}}
	for _, id := range []string{"c", "d"} {
		if _, err := d.StoredClient(t.Context(), id); !errors.Is(err, sqlstore.ErrNotFound) {
			t.Errorf("%s: %v", id, err)
		}
		if c, err := d.Client(t.Context(), id); err == nil && !c.Disabled {
			t.Errorf("%s is in force", id)
		}
	}
}

func TestASlowWatchIsCutOffAndGoesOnAtItsCursor(t *testing.T) {
	source := &fake{}
	d := directory.New(source, noRing{}, testkit.NewClock(start).Now)
	poll(t, d)
	_, slow := watch(t, d, 0)
	const changes = 500
	for range changes {
		source.revoke(1)
		poll(t, d)
	}
	heard, cursor := 0, int64(0)
	for batch := range slow.News {
		heard += len(batch.Revocations)
		cursor = batch.Cursor
	}
	if heard == 0 || heard == changes {
		t.Fatalf("heard %d of %d: it was not cut off", heard, changes)
	}
	if rest, _ := watch(t, d, cursor); heard+len(rest.Revocations) != changes {
		t.Errorf("heard %d, then %d of %d", heard, len(rest.Revocations), changes)
	}
	d.Unwatch(slow) // once more does no harm
}

func TestARestoredStoreIsAnotherHistory(t *testing.T) {
	source := &fake{}
	source.revoke(5)
	d := directory.New(source, noRing{}, testkit.NewClock(start).Now)
	poll(t, d)
	_, w := watch(t, d, 5)
	*source = fake{}
	source.revoke(2)
	source.pagesErr = sqlstore.ErrUnavailable
	if err := d.Poll(t.Context()); err == nil || d.Fresh() {
		t.Errorf("Poll: %v; an emptied view is relied on", err)
	}
	source.pagesErr = nil
	poll(t, d)
	if _, open := <-w.News; open {
		t.Error("a watch of the old history goes on")
	}
	batch, _ := watch(t, d, 5)
	if !batch.Reset || len(batch.Revocations) != 2 || batch.Cursor != 2 {
		t.Errorf("got %+v", batch)
	}
}

func TestForgetDropsWhatIsOver(t *testing.T) {
	source := &fake{}
	source.revoke(1)
	d := directory.New(source, noRing{}, testkit.NewClock(start).Now)
	poll(t, d)
	for _, c := range []struct {
		before time.Time
		left   int
	}{{start.Add(time.Hour), 1}, {start.Add(2 * time.Hour), 0}} {
		d.Forget(c.before)
		if batch, _ := watch(t, d, 0); len(batch.Revocations) != c.left {
			t.Errorf("before %v: %d left", c.before, len(batch.Revocations))
		}
	}
}

func TestPrincipals(t *testing.T) {
	source := &fake{
		clients:     []store.Client{{ID: "c", Epoch: 2, Revision: 1}},
		operators:   []store.Operator{{Name: "o", Epoch: 1, Revision: 2}},
		revocations: []store.Revocation{{TokenID: "t", Revision: 3}},
		head:        3,
	}
	clock := testkit.NewClock(start)
	d := directory.New(source, noRing{}, clock.Now)
	poll(t, d)
	cases := map[string]struct {
		principal *authv1.Principal
		want      bool
	}{
		"client of the epoch":        {&authv1.Principal{ClientId: "c", Epoch: 2}, false},
		"client of an earlier epoch": {&authv1.Principal{ClientId: "c", Epoch: 1}, true},
		"revoked token":              {&authv1.Principal{ClientId: "c", Epoch: 2, TokenId: "t"}, true},
		"operator of the epoch":      {&authv1.Principal{Operator: "o", Epoch: 1}, false},
		"operator of an earlier":     {&authv1.Principal{Operator: "o"}, true},
		"peer":                       {&authv1.Principal{Peer: "gateway"}, false},
	}
	for name, c := range cases {
		if got := d.Revoked(c.principal); got != c.want {
			t.Errorf("%s: the view says %v", name, got)
		}
	}
	clock.Advance(time.Minute)
	cases["client that is gone"] = struct {
		principal *authv1.Principal
		want      bool
	}{&authv1.Principal{ClientId: "gone"}, true}
	for name, c := range cases {
		if got, err := d.Check(t.Context(), c.principal); got != c.want || err != nil {
			t.Errorf("%s: the store says %v, %v", name, got, err)
		}
	}
}

func TestAClosedDirectoryIsNotWatched(t *testing.T) {
	d := directory.New(&fake{}, noRing{}, testkit.NewClock(start).Now)
	poll(t, d)
	_, w := watch(t, d, 0)
	d.Close()
	if _, open := <-w.News; open {
		t.Error("a watch goes on")
	}
	if _, _, err := d.Watch(0); !errors.Is(err, directory.ErrStale) {
		t.Errorf("Watch: %v", err)
	}
}

// What was deleted while the view was away for long may have left no trace in the store.
func TestAViewThatWasAwayForLongStartsAnew(t *testing.T) {
	for _, c := range []struct {
		away  time.Duration
		known bool
	}{{directory.MaxGap, true}, {directory.MaxGap + time.Second, false}} {
		source := &fake{clients: []store.Client{{ID: "c", Revision: 1}}, head: 1}
		clock := testkit.NewClock(start)
		d := directory.New(source, noRing{}, clock.Now)
		poll(t, d)
		source.clients, source.head = nil, 2 // deleted, and the tombstone dropped
		clock.Advance(c.away)
		poll(t, d)
		if _, known := d.Cached("c"); known != c.known {
			t.Errorf("after %v: known %v", c.away, known)
		}
	}
}

func TestForgetDeletedDropsTombstones(t *testing.T) {
	source := &fake{clients: []store.Client{
		{ID: "living", Revision: 1, UpdatedAt: start}, {ID: "dead", Revision: 2, UpdatedAt: start, Deleted: true},
	}, head: 2}
	d := directory.New(source, noRing{}, testkit.NewClock(start).Now)
	poll(t, d)
	for _, c := range []struct {
		before time.Time
		known  bool
	}{{start, true}, {start.Add(time.Millisecond), false}} {
		d.ForgetDeleted(c.before)
		if _, known := d.Cached("dead"); known != c.known {
			t.Errorf("before %v: known %v", c.before, known)
		}
	}
	if _, known := d.Cached("living"); !known {
		t.Error("a living client is forgotten")
	}
}

// ring notes what it is told, and whether the view was relied on by then.
type ring struct {
	view  func() bool
	told  []string
	fresh bool
}

func (r *ring) Update(changed []store.SigningKey, all bool) {
	r.fresh = r.fresh || r.view()
	for _, key := range changed {
		r.told = append(r.told, fmt.Sprint(key.KID, " ", all))
	}
}

func TestTheRingIsCurrentBeforeTheView(t *testing.T) {
	source := &fake{head: 2, keys: []store.SigningKey{{KID: "a", Revision: 1}, {KID: "b", Revision: 2}}}
	told := &ring{}
	d := directory.New(source, told, testkit.NewClock(start).Now)
	told.view = d.Fresh
	poll(t, d)
	if told.fresh {
		t.Error("the view was relied on before the ring was told")
	}
	source.head, source.keys = 3, append(source.keys, store.SigningKey{KID: "c", Revision: 3})
	poll(t, d)
	source.head, source.keys = 1, source.keys[:1] // another history
	poll(t, d)
	if want := "[a true b true c false a true]"; fmt.Sprint(told.told) != want {
		t.Errorf("told of %v, want %s", told.told, want)
	}
}

func TestRetiredKeysVoidTheirTokens(t *testing.T) {
	cut := store.SigningKey{KID: "cut", State: store.KeyRetired, RetiredAt: start, LastTokenEnds: start.Add(time.Hour), Revision: 1}
	over := store.SigningKey{KID: "over", State: store.KeyRetired, RetiredAt: start, LastTokenEnds: start, Revision: 2}
	old := store.SigningKey{KID: "old", State: store.KeyOld, LastTokenEnds: start.Add(time.Hour), Revision: 3}
	d := directory.New(&fake{head: 3, keys: []store.SigningKey{cut, over, old}}, noRing{}, testkit.NewClock(start).Now)
	poll(t, d)
	for _, key := range []store.SigningKey{cut, over, old} {
		p := &authv1.Principal{TokenId: "t", KeyId: key.KID}
		want := key.KID == "cut"
		if checked, err := d.Check(t.Context(), p); d.Revoked(p) != want || checked != want || err != nil {
			t.Errorf("%s: revoked %t, checked %t, %v", key.KID, d.Revoked(p), checked, err)
		}
	}
	snapshot, _, err := d.Watch(0)
	if err != nil || len(snapshot.Revocations) != 1 || snapshot.Revocations[0].GetKey() != "cut" ||
		snapshot.Revocations[0].GetKind() != authv1.RevocationKind_REVOCATION_KIND_KEY {
		t.Errorf("told to verifiers: %v, %v", snapshot.Revocations, err)
	}
	d.Forget(start.Add(2 * time.Hour))
	if d.Revoked(&authv1.Principal{KeyId: "cut"}) {
		t.Error("a key is remembered after its last token")
	}
}

// slow is a store that answers when it is let.
type slow struct {
	fake
	asked  atomic.Int64
	answer chan struct{}
}

func (s *slow) Head(context.Context) (int64, error) {
	s.asked.Add(1)
	<-s.answer
	return 1, nil
}

func TestPollsThatComeTogetherShareALook(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		source := &slow{answer: make(chan struct{})}
		d := directory.New(source, noRing{}, time.Now)
		var group sync.WaitGroup
		call := func() {
			group.Go(func() {
				if err := d.Poll(t.Context()); err != nil {
					t.Error(err)
				}
			})
		}
		call()
		synctest.Wait()
		for range 50 { // the look under way may miss what they came for
			call()
		}
		synctest.Wait()
		close(source.answer)
		group.Wait()
		if asked := source.asked.Load(); asked != 2 {
			t.Errorf("asked %d times, want 2", asked)
		}
	})
}
