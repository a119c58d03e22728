package delivery_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
	"github.com/ventanilla/ventanilla/pkg/testkit"
	"github.com/ventanilla/ventanilla/services/notifications/internal/delivery"
	"github.com/ventanilla/ventanilla/services/notifications/internal/message"
	"github.com/ventanilla/ventanilla/services/notifications/internal/queue"
	"github.com/ventanilla/ventanilla/services/notifications/internal/store"
)

// mortal is the store as a worker sees it that can be killed: then nothing it does comes to the store any more.
type mortal struct {
	*store.Store
	dead atomic.Bool
}

func (m *mortal) Claim(ctx context.Context, lane store.Lane, owner string, n int, lease time.Duration) ([]store.Claimed, error) {
	if m.dead.Load() {
		return nil, sqlstore.ErrUnavailable
	}
	claimed, err := m.Store.Claim(ctx, lane, owner, n, lease)
	if m.dead.Load() { // it dies with what it has claimed
		return nil, sqlstore.ErrUnavailable
	}
	return claimed, err
}

func (m *mortal) Renew(ctx context.Context, claimed []store.Claimed, lease time.Duration) ([]bool, error) {
	if m.dead.Load() {
		return nil, sqlstore.ErrUnavailable
	}
	return m.Store.Renew(ctx, claimed, lease)
}

func (m *mortal) Finish(ctx context.Context, results []store.Result) ([]bool, error) {
	if m.dead.Load() {
		return nil, sqlstore.ErrUnavailable
	}
	return m.Store.Finish(ctx, results)
}

// Workers are killed at any time, with what they have in hand. Nothing is lost, and nothing is sent twice of which it was known that it had been sent.
func TestKilledWorkersLoseNothing(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		const dispatches, kills = 200, 8
		seed := rand.Uint64()
		t.Logf("the seed is %d", seed)
		var mu sync.Mutex
		random := rand.New(rand.NewPCG(seed, 0))
		w.carriers.room = 40
		w.carriers.answer = func(message.Message) (string, message.Result) {
			all := []message.Result{sent, sent, sent, delivered, failed, unknown, asksWait, rejected}
			mu.Lock()
			defer mu.Unlock()
			return "carrier", all[random.IntN(len(all))]
		}
		for n := 0; n < dispatches; n += 100 {
			var group []store.NewDispatch
			for i := range 100 {
				group = append(group, notification(fmt.Sprint("d", n+i)))
			}
			w.enter(group...)
		}
		start := func() (*mortal, func()) {
			m := &mortal{Store: w.Store}
			return m, w.deliver(func(o *delivery.Options) {
				o.Store = m
				o.Queue = func(q *queue.Options[store.Claimed]) { q.Idle, q.Grace = 5*time.Millisecond, 10*time.Millisecond }
			})
		}
		survivor, _ := start()
		for range kills {
			m, stop := start()
			before := len(w.carriers.messages())
			testkit.Eventually(t, time.Minute, func() error { // some more were sent, by whomever
				w.clock.Advance(500 * time.Millisecond)
				if len(w.carriers.messages()) < before+10 && w.open(dispatches) > 0 {
					return fmt.Errorf("%d messages", len(w.carriers.messages()))
				}
				return nil
			})
			m.dead.Store(true)
			stop()
		}
		testkit.Eventually(t, 5*time.Minute, func() error {
			w.clock.Advance(5 * time.Second)
			if open := w.open(dispatches); open > 0 {
				return fmt.Errorf("%d parts are open", open)
			}
			return nil
		})
		if survivor.dead.Load() {
			t.Fatal("nobody survived")
		}
		w.reconcile(dispatches)
	})
}

// open is how many of d0, d1 … are not at their end.
func (w *world) open(dispatches int) (open int) {
	for _, d := range w.all(dispatches, w.Snapshots) {
		if d.Parts[0].Status.Open() {
			open++
		}
	}
	return open
}

func (w *world) all(dispatches int, read func(context.Context, []string) ([]*store.Snapshot, error)) (all []*store.Snapshot) {
	w.t.Helper()
	for n := 0; n < dispatches; n += 100 {
		ids := make([]string, 100)
		for i := range ids {
			ids[i] = fmt.Sprint("d", n+i)
		}
		some, err := read(w.t.Context(), ids)
		check(w.t, err)
		all = append(all, some...)
	}
	return all
}

// reconcile holds what the store says against what the carriers were given.
func (w *world) reconcile(dispatches int) {
	w.t.Helper()
	sends := make(map[string][]message.Message)
	for _, m := range w.carriers.messages() {
		sends[m.ID] = append(sends[m.ID], m)
	}
	count := make(map[message.Status]int)
	unknowns, repeats := 0, 0
	all := w.all(dispatches, w.Whole)
	for _, d := range all {
		part := d.Parts[0]
		count[part.Status]++
		attempts := make(map[int]store.SnapshotAttempt)
		uncertain := false
		for i, a := range part.Attempts {
			attempts[int(a.Number)] = a
			if a.Repeated != uncertain {
				w.t.Errorf("%s: attempt %d of %v is repeated: %t", d.ID, a.Number, outcomes(part), a.Repeated)
			}
			taken := a.Outcome == message.OutcomeSent || a.Outcome == message.OutcomeDelivered
			if taken && i < len(part.Attempts)-1 {
				w.t.Errorf("%s was sent again: %v", d.ID, outcomes(part))
			}
			if a.Outcome == message.OutcomeUnknown {
				unknowns++
				uncertain = true
			}
			if a.Repeated {
				repeats++
			}
		}
		for _, m := range sends[d.ID+"-1"] {
			if a, made := attempts[m.Attempt]; !made || a.Repeated != m.Repeated {
				w.t.Errorf("%s: attempt %d is not among %v", d.ID, m.Attempt, outcomes(part))
			}
		}
	}
	ended := count[message.Sent] + count[message.Delivered] + count[message.Failed] + count[message.Expired] + count[message.Cancelled]
	if len(all) != dispatches || ended != dispatches {
		w.t.Errorf("of %d dispatches %d are there and %d ended: %v", dispatches, len(all), ended, count)
	}
	w.t.Logf("%v; %d attempts of unknown outcome, %d repeated", count, unknowns, repeats)
	if unknowns == 0 || repeats == 0 {
		w.t.Error("nothing was uncertain: nobody was killed at work")
	}
}
