package storetest

import (
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/ventanilla/ventanilla/services/notifications/internal/message"
	"github.com/ventanilla/ventanilla/services/notifications/internal/store"
)

var queueChecks = checks{
	"a claim takes what is due, oldest first, of its lane alone": claimsWhatIsDue,
	"of many who claim at once each part has one holder":         claimsOnce,
	"a claimed part has an attempt and what its dispatch says":   claimTells,
	"results move parts and their dispatch":                      finishes,
	"what was not sent is no attempt":                            unmadeIsNoAttempt,
	"a part is retaken when its lease has ended":                 retakes,
	"a lease that is renewed lasts":                              renews,
	"late results change nothing that is known":                  lateResults,
	"the depth of a lane is what is due":                         depths,
}

const lease = 6 * time.Second

var (
	urgentSMS = store.Lane{Channel: message.SMS, Priority: message.Urgent}
	bulkFCM   = store.Lane{Channel: message.FCM, Priority: message.Bulk}
)

// notification is a dispatch with one part in the lane urgentSMS.
func notification(id string) store.NewDispatch {
	return store.NewDispatch{
		ID: id, ProviderID: 1, ServiceID: 1, DataSet: message.Production, PersonID: "person of " + id, Digest: id,
		ExpiresAt: start.Add(72 * time.Hour), Retention: time.Hour, Content: `{"notification":{}}`,
		Parts: []store.Part{{Kind: message.Notification, Channel: message.SMS, Status: message.Accepted}},
	}
}

// withAdvertisement adds a part in the lane bulkFCM.
func withAdvertisement(d store.NewDispatch) store.NewDispatch {
	d.Parts = append(d.Parts, store.Part{Kind: message.Advertisement, Channel: message.FCM, Priority: message.Bulk, Status: message.Accepted})
	return d
}

func enter(t failing, s *store.Store, dispatches ...store.NewDispatch) {
	t.Helper()
	accepted, err := s.Accept(ctx, dispatches)
	check(t, err)
	for _, a := range accepted {
		check(t, a.Err)
	}
}

func claim(t failing, s *store.Store, lane store.Lane, n int) []store.Claimed {
	t.Helper()
	claimed, err := s.Claim(ctx, lane, "worker", n, lease)
	check(t, err)
	return claimed
}

// claimOne claims the only part that is due.
func claimOne(t failing, s *store.Store, lane store.Lane) store.Claimed {
	t.Helper()
	claimed := claim(t, s, lane, 2)
	if len(claimed) != 1 {
		t.Fatal(fmt.Sprintf("%d parts are claimed, want 1", len(claimed)))
	}
	return claimed[0]
}

func idsOf(claimed []store.Claimed) []string {
	ids := make([]string, len(claimed))
	for i, c := range claimed {
		ids[i] = c.DispatchID
	}
	slices.Sort(ids)
	return ids
}

// came is a result of a claimed part.
func came(c store.Claimed, outcome message.Outcome, status message.Status) store.Result {
	return store.Result{
		DispatchID: c.DispatchID, Kind: c.Kind, Fence: c.Fence, Attempt: c.Attempt, Carrier: "carrier", Ref: "ref", Outcome: outcome,
		Status: status, Counts: true,
	}
}

// finishAs writes results of which all are to be written, or none.
func finishAs(t failing, s *store.Store, want bool, results ...store.Result) {
	t.Helper()
	written, err := s.Finish(ctx, results)
	check(t, err)
	for i, got := range written {
		if got != want {
			t.Errorf("result %d is written: %t, want %t", i, got, want)
		}
	}
}

// wantStatus checks a dispatch and its parts in their order.
func wantStatus(t failing, s *store.Store, id string, dispatch message.Status, parts ...message.Status) {
	t.Helper()
	d := whole(t, s, id)
	got := []message.Status{d.Status}
	for _, p := range d.Parts {
		got = append(got, p.Status)
	}
	wantSame(t, "the status of "+id+" and of its parts", got, append([]message.Status{dispatch}, parts...))
}

// outcomes are those of the attempts of a dispatch's first part, with + where an attempt repeated one.
func outcomes(t failing, s *store.Store, id string) []string {
	t.Helper()
	var all []string
	for _, a := range whole(t, s, id).Parts[0].Attempts {
		text := string(a.Outcome)
		if a.Repeated {
			text += "+"
		}
		all = append(all, text)
	}
	return all
}

func claimsWhatIsDue(t *testing.T, open Open) {
	s, clock := one(t, open)
	late := notification("late")
	late.SendAt = start.Add(time.Hour)
	late.Parts[0].Status, late.Parts[0].Reason = message.Scheduled, message.SendAt
	enter(t, s, late, withAdvertisement(notification("a")))
	clock.Advance(time.Second)
	enter(t, s, notification("b"))
	clock.Advance(time.Second)
	enter(t, s, notification("c"))

	wantSame(t, "the first two", idsOf(claim(t, s, urgentSMS, 2)), []string{"a", "b"})
	wantSame(t, "the rest", idsOf(claim(t, s, urgentSMS, 2)), []string{"c"})
	wantSame(t, "what is left", idsOf(claim(t, s, urgentSMS, 2)), []string{})
	wantSame(t, "the other lane", idsOf(claim(t, s, bulkFCM, 2)), []string{"a"})
	wantSame(t, "another lane", idsOf(claim(t, s, store.Lane{Channel: message.FCM}, 2)), []string{})
	clock.Advance(time.Hour)
	if got := idsOf(claim(t, s, urgentSMS, 9)); !slices.Contains(got, "late") {
		t.Errorf("what is due later is not claimed then: %v", got)
	}
}

func claimsOnce(t *testing.T, open Open) {
	clock := newClock()
	replica := open(t, connections, clock.Now)
	s := replica()
	const parts = 120
	var group []store.NewDispatch
	for i := range parts {
		group = append(group, notification(fmt.Sprint("d", i)))
	}
	enter(t, s, group...)
	var mu sync.Mutex
	holders := make(map[string]int)
	var workers sync.WaitGroup
	for range 6 {
		other := replica()
		workers.Go(func() {
			for {
				claimed, err := other.Claim(ctx, urgentSMS, "worker", 7, lease)
				if err != nil {
					t.Error(err)
					return
				}
				if len(claimed) == 0 {
					return
				}
				mu.Lock()
				for _, c := range claimed {
					holders[c.DispatchID]++
				}
				mu.Unlock()
			}
		})
	}
	workers.Wait()
	if len(holders) != parts {
		t.Errorf("%d parts are claimed, want %d", len(holders), parts)
	}
	for id, n := range holders {
		if n != 1 {
			t.Errorf("%s has %d holders", id, n)
		}
	}
}

func claimTells(t *testing.T, open Open) {
	s, _ := one(t, open)
	enter(t, s, notification("a"))
	c := claimOne(t, s, urgentSMS)
	wantSame(t, "what is claimed", c, store.Claimed{
		Part: store.Part{
			DispatchID: "a", Kind: message.Notification, DataSet: message.Production, Channel: message.SMS, Status: message.Sending,
			NextAttemptAt: c.LeaseUntil, LeaseOwner: "worker", LeaseUntil: start.Add(lease), Fence: 1, Attempt: 1, ExpiresAt: start.Add(72 * time.Hour),
		},
		PersonID: "person of a", Content: `{"notification":{}}`,
	})
	d := whole(t, s, "a")
	wantSame(t, "the attempts", d.Parts[0].Attempts, []store.SnapshotAttempt{{Number: 1, At: start}})
	if d.Status != message.Sending || d.Version != 2 {
		t.Errorf("the dispatch is %s in version %d", d.Status, d.Version)
	}
}

func finishes(t *testing.T, open Open) {
	s, clock := one(t, open)
	enter(t, s, withAdvertisement(notification("a")))
	first := claimOne(t, s, urgentSMS)
	wantStatus(t, s, "a", message.Sending, message.Sending, message.Accepted)

	again := came(first, message.OutcomeFailed, message.Accepted)
	again.Reason, again.Cause, again.NextAttemptAt = message.CarrierAway, message.CarrierAway, start.Add(time.Minute)
	finishAs(t, s, true, again)
	wantStatus(t, s, "a", message.Accepted, message.Accepted, message.Accepted)
	wantSame(t, "what is due", idsOf(claim(t, s, urgentSMS, 1)), []string{})

	clock.Advance(time.Minute)
	second := claimOne(t, s, urgentSMS)
	if second.Tries != 1 || second.Attempt != 2 || second.Repeated {
		t.Errorf("the second claim is %+v", second)
	}
	advertisement := claimOne(t, s, bulkFCM)
	refused := came(advertisement, message.OutcomeRejected, message.Failed)
	refused.Reason, refused.Cause = message.BadAddress, message.BadAddress
	finishAs(t, s, true, came(second, message.OutcomeSent, message.Sent), refused)
	wantStatus(t, s, "a", message.Failed, message.Sent, message.Failed)
	d := whole(t, s, "a")
	if !d.EndedAt.Equal(clock.Now()) || d.Parts[1].Reason != message.BadAddress || !d.Parts[0].NextAttemptAt.IsZero() {
		t.Errorf("the dispatch is %+v", d)
	}
	wantSame(t, "the attempts", d.Parts[0].Attempts, []store.SnapshotAttempt{
		{Number: 1, At: start, Carrier: "carrier", Outcome: message.OutcomeFailed, Reason: message.CarrierAway},
		{Number: 2, At: start.Add(time.Minute), Carrier: "carrier", Outcome: message.OutcomeSent},
	})
}

func unmadeIsNoAttempt(t *testing.T, open Open) {
	s, _ := one(t, open)
	enter(t, s, notification("a"))
	for range 3 {
		c := claimOne(t, s, urgentSMS)
		if c.Attempt != 1 || c.Tries != 0 {
			t.Errorf("attempt %d after %d tries", c.Attempt, c.Tries)
		}
		finishAs(t, s, true, store.Result{
			DispatchID: c.DispatchID, Kind: c.Kind, Fence: c.Fence, Attempt: c.Attempt, Unmade: true, Status: message.Accepted, NextAttemptAt: start,
		})
	}
	if got := outcomes(t, s, "a"); len(got) > 0 {
		t.Errorf("attempts %v", got)
	}
}

func retakes(t *testing.T, open Open) {
	s, clock := one(t, open)
	enter(t, s, notification("a"))
	lost := claimOne(t, s, urgentSMS)
	clock.Advance(lease - time.Millisecond)
	wantSame(t, "what is due while the lease lasts", idsOf(claim(t, s, urgentSMS, 1)), []string{})
	clock.Advance(time.Millisecond)
	second := claimOne(t, s, urgentSMS)
	if second.Fence <= lost.Fence || second.Attempt != 2 || second.Tries != 1 || !second.Repeated {
		t.Errorf("the second claim is %+v", second)
	}
	finishAs(t, s, false, came(lost, message.OutcomeSent, message.Sent))
	wantSame(t, "the attempts", outcomes(t, s, "a"), []string{"unknown", "+"})
	if a := whole(t, s, "a").Parts[0].Attempts[0]; a.Reason != message.WorkerLost || a.Carrier != "carrier" {
		t.Errorf("the lost attempt is %+v", a)
	}
	finishAs(t, s, true, came(second, message.OutcomeDelivered, message.Delivered))
	wantSame(t, "the attempts", outcomes(t, s, "a"), []string{"unknown", "delivered+"})
	finishAs(t, s, false, came(second, message.OutcomeFailed, message.Failed))
	wantStatus(t, s, "a", message.Delivered, message.Delivered)
}

func renews(t *testing.T, open Open) {
	s, clock := one(t, open)
	enter(t, s, notification("a"), notification("b"), notification("c"))
	claimed := claim(t, s, urgentSMS, 3)
	clock.Advance(lease - time.Second)
	finishAs(t, s, true, came(claimed[1], message.OutcomeSent, message.Sent))
	held, err := s.Renew(ctx, claimed, lease)
	check(t, err)
	wantSame(t, "what is held", held, []bool{true, false, true})
	clock.Advance(lease - time.Second)
	wantSame(t, "what is due", idsOf(claim(t, s, urgentSMS, 3)), []string{})
	clock.Advance(time.Second)
	if got := claim(t, s, urgentSMS, 3); len(got) != 2 {
		t.Errorf("%d parts are claimed when the renewed leases have ended, want 2", len(got))
	}
	held, err = s.Renew(ctx, claimed, lease)
	check(t, err)
	wantSame(t, "what the first worker holds", held, []bool{false, false, false})
}

func lateResults(t *testing.T, open Open) {
	s, clock := one(t, open)
	enter(t, s, notification("a"))
	lost := claimOne(t, s, urgentSMS)
	clock.Advance(lease)
	second := claimOne(t, s, urgentSMS)
	unmade := came(lost, "", message.Accepted)
	unmade.Unmade = true
	finishAs(t, s, false, unmade)
	wantSame(t, "the attempts", outcomes(t, s, "a"), []string{"unknown", "+"})
	finishAs(t, s, true, came(second, message.OutcomeRejected, message.Failed))
	finishAs(t, s, false, came(lost, message.OutcomeDelivered, message.Delivered))
	wantStatus(t, s, "a", message.Failed, message.Failed)
	version := whole(t, s, "a").Version
	finishAs(t, s, false, came(second, message.OutcomeDelivered, message.Delivered))
	if got := whole(t, s, "a").Version; got != version {
		t.Errorf("a late result makes version %d of %d", got, version)
	}
}

func depths(t *testing.T, open Open) {
	s, clock := one(t, open)
	enter(t, s, notification("a"), notification("b"))
	clock.Advance(time.Minute)
	all, err := s.Depths(ctx)
	check(t, err)
	for _, d := range all {
		want := store.Depth{Lane: d.Lane}
		if d.Lane == urgentSMS {
			want.Due, want.Age = 2, time.Minute
		}
		wantSame(t, fmt.Sprint("the depth of ", d.Lane), d, want)
	}
	if len(all) != 2*len(message.Channels()) {
		t.Errorf("%d lanes", len(all))
	}
}
