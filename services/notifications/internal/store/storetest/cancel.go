package storetest

import (
	"errors"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/ventanilla/ventanilla/pkg/eventlog"
	"github.com/ventanilla/ventanilla/pkg/testkit"
	"github.com/ventanilla/ventanilla/services/notifications/internal/message"
	"github.com/ventanilla/ventanilla/services/notifications/internal/store"
)

var cancelChecks = checks{
	"what waits is taken back":            whatWaitsIsTakenBack,
	"what is being sent is left":          whatIsBeingSentIsLeft,
	"operators' cancels are entered":      operatorsCancelsAreEntered,
	"nothing is both cancelled and sent":  nothingIsBothCancelledAndSent,
	"of many cancels at once one is done": ofManyCancelsAtOnceOneIsDone,
}

func statusesOf(d store.Snapshot) []message.Status {
	all := []message.Status{d.Status}
	for _, p := range d.Parts {
		all = append(all, p.Status)
	}
	return all
}

func whatWaitsIsTakenBack(t *testing.T, open Open) {
	s, clock := one(t, open)
	d := paying()
	accept(t, s, d)
	clock.Advance(time.Second)
	check(t, s.CancelDispatch(ctx, d.ID, ""))
	got := whole(t, s, d.ID)
	wantSame(t, "statuses", statusesOf(got), []message.Status{message.Delivered, message.Cancelled, message.Cancelled, message.Delivered, message.Cancelled})
	for _, p := range got.Parts {
		if cancelled := p.Status == message.Cancelled; cancelled != (p.Reason == message.CancelledByUser) || !p.NextAttemptAt.IsZero() {
			t.Errorf("a part is %+v", p)
		}
	}
	wantSame(t, "the payment", got.Parts[3].PaymentStatus, "cancelled")
	wantSame(t, "the end", []any{got.EndedAt, got.ChangedAt, got.Version}, []any{clock.Now(), clock.Now(), int64(2)})
	wantClass(t, "again", s.CancelDispatch(ctx, d.ID, ""), store.ErrNothingToCancel)
	wantClass(t, "another", s.CancelDispatch(ctx, "nobody's", ""), store.ErrNothingToCancel)
	wantSame(t, "a refused one changes nothing", whole(t, s, d.ID), got)
}

func whatIsBeingSentIsLeft(t *testing.T, open Open) {
	s, _ := one(t, open)
	d := newDispatch("d")
	d.Parts = append(d.Parts, store.Part{Kind: message.Advertisement, Channel: message.SMS, Priority: message.Bulk, Status: message.Accepted})
	accept(t, s, d)
	c := claimed(t, s, message.SMS, message.Urgent)
	check(t, s.CancelDispatch(ctx, d.ID, ""))
	wantSame(t, "statuses", statusesOf(whole(t, s, d.ID)), []message.Status{message.Sending, message.Sending, message.Cancelled})
	wantClass(t, "again", s.CancelDispatch(ctx, d.ID, ""), store.ErrNothingToCancel)
	finish(t, s, finished(c, message.OutcomeSent, message.Sent, "", time.Time{}))
	wantSame(t, "statuses", statusesOf(whole(t, s, d.ID)), []message.Status{message.Sent, message.Sent, message.Cancelled})
}

func operatorsCancelsAreEntered(t *testing.T, open Open) {
	s, clock := one(t, open)
	d, other := paying(), newDispatch("other")
	accept(t, s, d, other)
	check(t, s.CancelDispatch(ctx, d.ID, "ana"))
	check(t, s.CancelDispatch(ctx, other.ID, ""))
	wantClass(t, "again", s.CancelDispatch(ctx, d.ID, "ana"), store.ErrNothingToCancel)
	events := eventsOf(t, s)
	wantSame(t, "events", events, []eventlog.Event{{
		Number: 1, At: clock.Now(), Actor: "ana", Act: "CancelDispatch", Target: "dispatch/" + d.ID,
		Before: `{"parts":[{"kind":"notification","status":"accepted"},{"kind":"advertisement","status":"scheduled"},{"kind":"micro_payment","status":"sent"}]}`,
		After:  `{"parts":[{"kind":"notification","status":"cancelled"},{"kind":"advertisement","status":"cancelled"},{"kind":"micro_payment","status":"cancelled"}]}`,
	}})
}

// Replicas send, fail and try again while others cancel. What was cancelled is never claimed afterwards, and what was sent stays so.
func nothingIsBothCancelledAndSent(t *testing.T, open Open) {
	clock := testkit.NewClock(start)
	replica := open(t, connections, clock.Now)
	s := replica()
	var ids []string
	for range 10 {
		group := make([]store.NewDispatch, 30)
		for i := range group {
			group[i] = newDispatch("d")
			group[i].Parts = append(group[i].Parts, store.Part{Kind: message.Advertisement, Channel: message.SMS, Priority: message.Bulk, Status: message.Accepted})
			ids = append(ids, group[i].ID)
		}
		accept(t, s, group...)
	}
	sent := make(map[store.PartKey]bool)
	var mu sync.Mutex
	var sending, cancelling sync.WaitGroup
	stop := make(chan struct{})
	for worker := range 4 {
		mine, random := replica(), rand.New(rand.NewPCG(1, uint64(worker)))
		sending.Go(func() {
			for empty := 0; empty < 3; {
				parts, err := mine.Claim(ctx, store.Lane{Channel: message.SMS, Priority: message.Priority(random.IntN(2))}, "w", 1+random.IntN(5), time.Minute)
				if err != nil {
					t.Error(err)
					return
				}
				if len(parts) == 0 {
					select {
					case <-stop:
						empty++
					default:
					}
					continue
				}
				results := make([]store.Result, len(parts))
				for i, c := range parts {
					if random.IntN(2) == 0 {
						results[i] = finished(c, message.OutcomeFailed, message.Accepted, message.CarrierAway, clock.Now())
						continue
					}
					results[i] = finished(c, message.OutcomeSent, message.Sent, "", time.Time{})
					mu.Lock()
					sent[store.PartKey{DispatchID: c.DispatchID, Kind: c.Kind}] = true
					mu.Unlock()
				}
				written, err := mine.Finish(ctx, results)
				if err != nil || slices.Contains(written, false) {
					t.Errorf("a result was not written: %v, %v", written, err)
					return
				}
			}
		})
	}
	for canceller := range 4 {
		mine, random := replica(), rand.New(rand.NewPCG(2, uint64(canceller)))
		cancelling.Go(func() {
			for _, n := range random.Perm(len(ids))[:len(ids)/2] {
				if err := mine.CancelDispatch(ctx, ids[n], ""); err != nil && !errors.Is(err, store.ErrNothingToCancel) {
					t.Error(err)
					return
				}
			}
		})
	}
	cancelling.Wait()
	close(stop)
	sending.Wait()

	counts := make(map[message.Status]int)
	for some := range slices.Chunk(ids, 100) {
		all, err := s.Whole(ctx, some)
		check(t, err)
		for _, d := range all {
			for _, p := range d.Parts {
				counts[p.Status]++
				if reached := sent[store.PartKey{DispatchID: d.ID, Kind: p.Kind}]; reached != (p.Status == message.Sent) {
					t.Errorf("a part is %s, and was sent: %v", p.Status, reached)
				}
				for i, a := range p.Attempts {
					if last := i == len(p.Attempts)-1; (a.Outcome == message.OutcomeSent) != (last && p.Status == message.Sent) {
						t.Errorf("a part is %s, its attempt %d of %d %s", p.Status, i+1, len(p.Attempts), a.Outcome)
					}
				}
			}
		}
	}
	if counts[message.Sent] == 0 || counts[message.Cancelled] == 0 || counts[message.Sent]+counts[message.Cancelled] != 2*len(ids) {
		t.Errorf("the parts are %v", counts)
	}
}

func ofManyCancelsAtOnceOneIsDone(t *testing.T, open Open) {
	clock := testkit.NewClock(start)
	replica := open(t, connections, clock.Now)
	s := replica()
	d := paying()
	accept(t, s, d)
	var running sync.WaitGroup
	errs := make([]error, 8)
	for i := range errs {
		mine := replica()
		running.Go(func() { errs[i] = mine.CancelDispatch(ctx, d.ID, "ana") })
	}
	running.Wait()
	done := 0
	for _, err := range errs {
		if err == nil {
			done++
			continue
		}
		wantClass(t, "another", err, store.ErrNothingToCancel)
	}
	events := eventsOf(t, s)
	wantSame(t, "cancels, events, version", []any{done, len(events), whole(t, s, d.ID).Version}, []any{1, 1, int64(2)})
}
