package storetest

import (
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/ventanilla/ventanilla/pkg/testkit"
	"github.com/ventanilla/ventanilla/services/notifications/internal/message"
	"github.com/ventanilla/ventanilla/services/notifications/internal/store"
)

var deadLetterChecks = checks{
	"dead letters are listed both ways":       deadLettersAreListedBothWays,
	"a dead letter is tried again":            aDeadLetterIsTriedAgain,
	"what is no dead letter is left alone":    whatIsNoDeadLetterIsLeftAlone,
	"what is erased is not tried again":       whatIsErasedIsNotTriedAgain,
	"of many replays at once one is done":     ofManyReplaysAtOnceOneIsDone,
	"nothing is erased while it is replayed":  nothingIsErasedWhileItIsReplayed,
	"a replayed part can be cancelled or end": aReplayedPartCanBeCancelledOrEnd,
}

// failed enters dispatches whose notification has failed for a reason.
func failed(t failing, s *store.Store, channel message.Channel, reason message.Reason, n int) []store.PartKey {
	t.Helper()
	group := make([]store.NewDispatch, n)
	for i := range group {
		group[i] = newDispatch("d")
		group[i].Parts[0].Channel = channel
	}
	accept(t, s, group...)
	parts, err := s.Claim(ctx, store.Lane{Channel: channel}, "w", n, time.Minute)
	check(t, err)
	results, keys := make([]store.Result, len(parts)), make([]store.PartKey, len(parts))
	for i, c := range parts {
		results[i] = finished(c, message.OutcomeRejected, message.Failed, reason, time.Time{})
		keys[i] = store.PartKey{DispatchID: c.DispatchID, Kind: c.Kind}
	}
	finish(t, s, results...)
	return keys
}

// replays have parts tried again until a time.
func replays(until time.Time, keys ...store.PartKey) []store.Replay {
	all := make([]store.Replay, len(keys))
	for i, key := range keys {
		all[i] = store.Replay{PartKey: key, ExpiresAt: until}
	}
	return all
}

func keysOf(letters []store.DeadLetter) []store.PartKey {
	var keys []store.PartKey
	for _, l := range letters {
		keys = append(keys, l.PartKey)
	}
	return keys
}

func deadLettersAreListedBothWays(t *testing.T, open Open) {
	s, clock := one(t, open)
	var blocked, all []store.PartKey
	for range 3 { // several at a time
		blocked = append(blocked, failed(t, s, message.SMS, message.Blocked, 4)...)
		all = append(all, failed(t, s, message.FCM, message.NoAddress, 3)...)
		clock.Advance(time.Minute)
	}
	all = append(all, blocked...)
	accept(t, s, newDispatch("open"), paying())

	pages := func(limit int, list func(*store.DeadLetterPosition) ([]store.DeadLetter, *store.DeadLetterPosition, error)) (found []store.DeadLetter) {
		t.Helper()
		for behind := (*store.DeadLetterPosition)(nil); ; {
			page, next, err := list(behind)
			check(t, err)
			if len(page) > limit {
				t.Errorf("a page has %d", len(page))
			}
			if found = append(found, page...); next == nil {
				return found
			}
			behind = next
		}
	}
	for name, c := range map[string]struct {
		filter store.DeadLetterFilter
		want   []store.PartKey
	}{
		"all":           {store.DeadLetterFilter{}, all},
		"a channel":     {store.DeadLetterFilter{Channel: message.SMS}, blocked},
		"a reason":      {store.DeadLetterFilter{Reason: message.Blocked}, blocked},
		"a provider":    {store.DeadLetterFilter{ProviderID: 1}, all},
		"another":       {store.DeadLetterFilter{ProviderID: 2}, nil},
		"before":        {store.DeadLetterFilter{To: start}, nil},
		"one minute":    {store.DeadLetterFilter{Channel: message.SMS, From: start.Add(time.Minute), To: start.Add(2 * time.Minute)}, blocked[4:8]},
		"not erased":    {store.DeadLetterFilter{Kept: true}, all},
		"another's end": {store.DeadLetterFilter{From: clock.Now()}, nil},
	} {
		for _, limit := range []int{1, 3, 500} {
			newest := pages(limit, func(behind *store.DeadLetterPosition) ([]store.DeadLetter, *store.DeadLetterPosition, error) {
				return s.NewestDeadLetters(ctx, c.filter, behind, limit)
			})
			oldest := pages(limit, func(behind *store.DeadLetterPosition) ([]store.DeadLetter, *store.DeadLetterPosition, error) {
				return s.OldestDeadLetters(ctx, c.filter, behind, limit)
			})
			if !slices.IsSortedFunc(oldest, func(a, b store.DeadLetter) int { return a.EndedAt.Compare(b.EndedAt) }) {
				t.Errorf("%s: not in the order of time", name)
			}
			slices.Reverse(newest)
			wantSame(t, name+": newest first", newest, oldest)
			order := func(a, b store.PartKey) int { return slices.Compare([]byte(a.DispatchID), []byte(b.DispatchID)) }
			wantSame(t, name, slices.SortedFunc(slices.Values(keysOf(oldest)), order), slices.SortedFunc(slices.Values(c.want), order))
		}
	}
	found, _, err := s.NewestDeadLetters(ctx, store.DeadLetterFilter{Channel: message.SMS}, nil, 1)
	check(t, err)
	wantSame(t, "one", found, []store.DeadLetter{{
		PartKey: found[0].PartKey, ProviderID: 1, ServiceID: 2, Channel: message.SMS, Status: message.Failed, Reason: message.Blocked, Attempts: 1,
		EndedAt: start.Add(2 * time.Minute),
	}})
}

func aDeadLetterIsTriedAgain(t *testing.T, open Open) {
	s, clock := one(t, open)
	key := failed(t, s, message.SMS, message.Blocked, 1)[0]
	before := whole(t, s, key.DispatchID)
	clock.Advance(time.Hour)
	until := clock.Now().Add(24 * time.Hour)
	for round := range int64(2) {
		done, err := s.ReplayDeadLetters(ctx, "ana", replays(until, key, key))
		check(t, err)
		wantSame(t, "replayed", done, []store.PartKey{key})
		again, err := s.ReplayDeadLetters(ctx, "ana", replays(until, key))
		check(t, err)
		if len(again) != 0 {
			t.Errorf("replayed again: %v", again)
		}
		got := whole(t, s, key.DispatchID)
		wantSame(t, "the dispatch", []any{got.Status, got.EndedAt, got.ExpiresAt, got.ChangedAt}, []any{message.Accepted, time.Time{}, until, clock.Now()})
		if got.Version <= before.Version {
			t.Errorf("its version is %d after %d", got.Version, before.Version)
		}
		wantSame(t, "the part", []any{got.Parts[0].Status, got.Parts[0].Reason, got.Parts[0].NextAttemptAt}, []any{message.Accepted, message.Reason(""), clock.Now()})
		c := claimed(t, s, message.SMS, message.Urgent)
		wantSame(t, "as it is taken", []any{c.DispatchID, c.Tries, c.Replays, c.Attempt, c.ExpiresAt}, []any{key.DispatchID, int64(0), round + 1, round + 2, until})
		finish(t, s, finished(c, message.OutcomeRejected, message.Failed, message.Blocked, time.Time{}))
		before = got
	}
	events := eventsOf(t, s)
	if len(events) != 2 || events[0].Actor != "ana" || events[0].Act != "ReplayDeadLetters" || events[0].Target != "dispatch/"+key.DispatchID ||
		events[0].Before != `{"parts":[{"kind":"notification","status":"failed"}]}` ||
		events[0].After != `{"parts":[{"kind":"notification","status":"accepted"}],"expires_at":"2026-03-05T06:06:07.89Z"}` {
		t.Errorf("events: %+v", events)
	}
}

func whatIsNoDeadLetterIsLeftAlone(t *testing.T, open Open) {
	s, clock := one(t, open)
	waiting, taken, gone := newDispatch("waiting"), paying(), newDispatch("gone")
	waiting.Parts[0].Channel = message.Email
	accept(t, s, waiting, taken)
	c := claimed(t, s, message.SMS, message.Urgent)
	clock.Advance(2 * time.Hour)
	for _, sweep := range s.Sweeps() { // the payment request expires, which is no letter
		_, err := sweep.Once(ctx)
		check(t, err)
	}
	before := []store.Snapshot{whole(t, s, taken.ID)}
	until := clock.Now().Add(time.Hour)
	done, err := s.ReplayDeadLetters(ctx, "ana", replays(until,
		store.PartKey{DispatchID: taken.ID, Kind: message.Notification},
		store.PartKey{DispatchID: taken.ID, Kind: message.QRCode},
		store.PartKey{DispatchID: taken.ID, Kind: message.MicroPayment},
		store.PartKey{DispatchID: gone.ID, Kind: message.Notification},
		store.PartKey{DispatchID: waiting.ID, Kind: message.Notification},
	))
	check(t, err)
	// What waited has expired, and is one.
	wantSame(t, "replayed", done, []store.PartKey{{DispatchID: waiting.ID, Kind: message.Notification}})
	wantSame(t, "the other", []store.Snapshot{whole(t, s, taken.ID)}, before)
	finish(t, s, finished(c, message.OutcomeSent, message.Sent, "", time.Time{}))
}

func whatIsErasedIsNotTriedAgain(t *testing.T, open Open) {
	s, clock := one(t, open)
	key := failed(t, s, message.SMS, message.Blocked, 1)[0]
	clock.Advance(2 * time.Hour)
	for _, sweep := range s.Sweeps() {
		_, err := sweep.Once(ctx)
		check(t, err)
	}
	before := whole(t, s, key.DispatchID)
	if before.ErasedAt.IsZero() {
		t.Fatal("it is not erased")
	}
	done, err := s.ReplayDeadLetters(ctx, "ana", replays(clock.Now().Add(time.Hour), key))
	check(t, err)
	wantSame(t, "replayed", len(done), 0)
	wantSame(t, "the dispatch", whole(t, s, key.DispatchID), before)
	listed, _, err := s.OldestDeadLetters(ctx, store.DeadLetterFilter{}, nil, 10)
	check(t, err)
	kept, _, err := s.OldestDeadLetters(ctx, store.DeadLetterFilter{Kept: true}, nil, 10)
	check(t, err)
	if len(listed) != 1 || !listed[0].Erased || len(kept) != 0 {
		t.Errorf("listed: %v, %v", listed, kept)
	}
}

func ofManyReplaysAtOnceOneIsDone(t *testing.T, open Open) {
	clock := testkit.NewClock(start)
	replica := open(t, connections, clock.Now)
	s := replica()
	keys := failed(t, s, message.SMS, message.Blocked, 20)
	var running sync.WaitGroup
	var mu sync.Mutex
	times := make(map[store.PartKey]int)
	for n := range 6 {
		mine := replica()
		running.Go(func() {
			var mixed []store.PartKey
			for i := range keys { // each in another order
				mixed = append(mixed, keys[(i*7+n)%len(keys)])
			}
			done, err := mine.ReplayDeadLetters(ctx, "ana", replays(start.Add(time.Hour), mixed...))
			if err != nil {
				t.Error(err)
			}
			mu.Lock()
			defer mu.Unlock()
			for _, key := range done {
				times[key]++
			}
		})
	}
	running.Wait()
	for _, key := range keys {
		if times[key] != 1 {
			t.Errorf("a part was replayed %d times", times[key])
		}
	}
}

// What is replayed and what is erased are two sorts, whichever comes first.
func nothingIsErasedWhileItIsReplayed(t *testing.T, open Open) {
	clock := testkit.NewClock(start)
	replica := open(t, connections, clock.Now)
	s := replica()
	keys := failed(t, s, message.SMS, message.Blocked, 100)
	clock.Advance(2 * time.Hour)
	var running sync.WaitGroup
	done := make([][]store.PartKey, 4)
	for n := range done {
		mine := replica()
		running.Go(func() {
			for some := range slices.Chunk(keys[n*25:(n+1)*25], 5) {
				replayed, err := mine.ReplayDeadLetters(ctx, "ana", replays(clock.Now().Add(time.Hour), some...))
				if err != nil {
					t.Error(err)
				}
				done[n] = append(done[n], replayed...)
			}
		})
	}
	eraser := replica()
	running.Go(func() {
		for _, sweep := range eraser.Sweeps() {
			if _, err := sweep.Once(ctx); err != nil {
				t.Error(err)
			}
		}
	})
	running.Wait()
	replayed := slices.Concat(done...)
	for _, key := range keys {
		d := whole(t, s, key.DispatchID)
		if again := slices.Contains(replayed, key); again != d.ErasedAt.IsZero() || again != (d.Status == message.Accepted) {
			t.Errorf("replayed: %v, erased at %v, %s", again, d.ErasedAt, d.Status)
		}
	}
}

func aReplayedPartCanBeCancelledOrEnd(t *testing.T, open Open) {
	s, clock := one(t, open)
	keys := failed(t, s, message.SMS, message.Blocked, 2)
	until := clock.Now().Add(time.Minute)
	_, err := s.ReplayDeadLetters(ctx, "ana", replays(until, keys...))
	check(t, err)
	check(t, s.CancelDispatch(ctx, keys[0].DispatchID, ""))
	clock.Advance(time.Minute)
	for _, sweep := range s.Sweeps() {
		_, err := sweep.Once(ctx)
		check(t, err)
	}
	wantSame(t, "cancelled", whole(t, s, keys[0].DispatchID).Parts[0].Reason, message.CancelledByUser)
	wantSame(t, "expired", whole(t, s, keys[1].DispatchID).Parts[0].Reason, message.TimeRanOut)
}
