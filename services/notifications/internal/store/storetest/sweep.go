package storetest

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/ventanilla/ventanilla/pkg/testkit"
	"github.com/ventanilla/ventanilla/services/notifications/internal/message"
	"github.com/ventanilla/ventanilla/services/notifications/internal/store"
)

var sweepChecks = checks{
	"parts expire that wait too long":              partsExpire,
	"payment requests expire with their parts":     paymentsExpire,
	"what was said is erased once it was kept":     contentIsErased,
	"replicas sweep side by side, all there is":    sweepsSideBySide,
	"an expired idempotency key can be used again": keysAreForgotten,
}

func newClock() *testkit.Clock { return testkit.NewClock(start) }

// sweep makes all sweeps until they find nothing, and returns for how many rows each did something.
func sweep(t failing, s *store.Store) map[string]int {
	t.Helper()
	done := make(map[string]int)
	for _, sweep := range s.Sweeps() {
		for some := store.MaxSweep; some == store.MaxSweep; {
			var err error
			some, err = sweep.Once(ctx)
			check(t, err)
			if some > 0 {
				done[sweep.Doing] += some
			}
		}
	}
	return done
}

func partsExpire(t *testing.T, open Open) {
	s, clock := one(t, open)
	short := notification("short")
	short.ExpiresAt = start.Add(time.Minute)
	scheduled := notification("scheduled")
	scheduled.SendAt, scheduled.ExpiresAt = start.Add(30*time.Second), start.Add(time.Minute)
	scheduled.Parts[0].Status = message.Scheduled
	busy := withAdvertisement(notification("busy"))
	busy.ExpiresAt = start.Add(time.Minute)
	enter(t, s, short, scheduled, busy, notification("long"))
	for _, c := range claim(t, s, urgentSMS, 9) {
		if c.DispatchID != "busy" {
			finishAs(t, s, true, store.Result{
				DispatchID: c.DispatchID, Kind: c.Kind, Fence: c.Fence, Attempt: c.Attempt, Unmade: true, Status: message.Accepted, NextAttemptAt: start,
			})
		}
	}
	wantSame(t, "what is swept before", sweep(t, s), map[string]int{})
	clock.Advance(time.Minute)
	wantSame(t, "what is swept", sweep(t, s), map[string]int{"ending parts whose time ran out": 3})
	wantStatus(t, s, "short", message.Expired, message.Expired)
	wantStatus(t, s, "scheduled", message.Expired, message.Expired)
	wantStatus(t, s, "busy", message.Sending, message.Sending, message.Expired) // whoever sends it will say what came of it
	wantStatus(t, s, "long", message.Accepted, message.Accepted)
	d := whole(t, s, "short")
	if p := d.Parts[0]; p.Reason != message.TimeRanOut || !p.NextAttemptAt.IsZero() || !d.EndedAt.Equal(clock.Now()) {
		t.Errorf("the dispatch is %+v", d)
	}
}

func paymentsExpire(t *testing.T, open Open) {
	s, clock := one(t, open)
	d := notification("a")
	d.ExpiresAt = start.Add(time.Minute)
	d.Parts = []store.Part{{Kind: message.MicroPayment, Status: message.Sent}}
	d.Payment = &store.NewPayment{ID: "payment", Currency: "CLP", Concept: "concept", Reference: "reference", Amount: 1}
	enter(t, s, d)
	if ended := whole(t, s, "a").EndedAt; !ended.IsZero() {
		t.Error("a dispatch that waits to be paid has ended")
	}
	clock.Advance(time.Minute)
	wantSame(t, "what is swept", sweep(t, s), map[string]int{"ending payment requests whose time ran out": 1})
	wantStatus(t, s, "a", message.Expired, message.Expired)
	if p := whole(t, s, "a").Parts[0]; p.PaymentStatus != "expired" || p.Reason != message.TimeRanOut {
		t.Errorf("the part is %+v", p)
	}
}

func contentIsErased(t *testing.T, open Open) {
	s, clock := one(t, open)
	d := notification("a")
	d.Pictures = []store.NewPicture{{ID: "picture", Kind: message.Notification, MediaType: "image/png", Bytes: []byte{1}}}
	enter(t, s, d, notification("open"))
	for _, c := range claim(t, s, urgentSMS, 2) {
		if c.DispatchID == "a" {
			finishAs(t, s, true, came(c, message.OutcomeSent, message.Sent))
		}
	}
	clock.Advance(time.Hour - time.Millisecond)
	wantSame(t, "what is swept before", sweep(t, s), map[string]int{})
	clock.Advance(time.Millisecond)
	wantSame(t, "what is swept", sweep(t, s), map[string]int{"erasing what was said": 1})
	got := whole(t, s, "a")
	if got.PersonID != "" || !got.ErasedAt.Equal(clock.Now()) || len(got.Parts[0].Attempts) != 1 {
		t.Errorf("the dispatch is %+v", got)
	}
	if c := claimOne(t, s, urgentSMS); c.DispatchID != "open" || c.Content == "" || c.PersonID == "" {
		t.Errorf("what is still to be sent is %+v", c)
	}
	if got := whole(t, s, "open"); !got.ErasedAt.IsZero() {
		t.Error("what is still to be sent is erased")
	}
}

func sweepsSideBySide(t *testing.T, open Open) {
	clock := newClock()
	replica := open(t, connections, clock.Now)
	s := replica()
	const parts = 2*store.MaxSweep + 10
	group := make([]store.NewDispatch, parts)
	for i := range group {
		group[i] = notification(fmt.Sprint("d", i))
		group[i].ExpiresAt = start.Add(time.Minute)
	}
	enter(t, s, group...)
	clock.Advance(time.Minute)
	var mu sync.Mutex
	all := 0
	var replicas sync.WaitGroup
	for range 3 {
		other := replica()
		replicas.Go(func() {
			for _, sweep := range other.Sweeps() {
				for range parts/store.MaxSweep + 1 {
					some, err := sweep.Once(ctx)
					if err != nil {
						t.Error(err)
						return
					}
					mu.Lock()
					all += some
					mu.Unlock()
				}
			}
		})
	}
	replicas.Wait()
	for _, some := range sweep(t, s) {
		all += some
	}
	if all != parts {
		t.Errorf("%d parts have expired, want %d", all, parts)
	}
	clock.Advance(time.Hour)
	wantSame(t, "what is swept", sweep(t, s), map[string]int{"erasing what was said": parts})
}

func keysAreForgotten(t *testing.T, open Open) {
	s, clock := one(t, open)
	d := notification("a")
	d.Key = "key"
	enter(t, s, d)
	clock.Advance(store.KeyLife - time.Millisecond)
	wantSame(t, "what is swept before", sweep(t, s), map[string]int{})
	clock.Advance(time.Millisecond)
	wantSame(t, "what is swept", sweep(t, s), map[string]int{"forgetting idempotency keys": 1})
}
