package storetest

import (
	"cmp"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/ventanilla/ventanilla/pkg/testkit"
	"github.com/ventanilla/ventanilla/services/notifications/internal/message"
	"github.com/ventanilla/ventanilla/services/notifications/internal/store"
)

var dispatchChecks = checks{
	"a dispatch is read whole":                 aDispatchIsReadWhole,
	"lists are those that a filter finds":      listsAreThoseThatAFilterFinds,
	"changes are read in the order of time":    changesAreReadInTheOrderOfTime,
	"texts that cannot be stored find nothing": textsThatCannotBeStoredFindNothing,
}

// paying is a dispatch with a notification, an advertisement, a code and a payment request.
func paying() store.NewDispatch {
	d := newDispatch("d")
	d.Parts = append(
		d.Parts,
		store.Part{Kind: message.Advertisement, Channel: message.FCM, Priority: message.Bulk, Status: message.Scheduled, Reason: message.QuietHours, NextAttemptAt: start.Add(time.Minute)},
		store.Part{Kind: message.QRCode, Status: message.Delivered},
		store.Part{Kind: message.MicroPayment, Status: message.Sent},
	)
	d.Code = &store.NewCode{ID: "code " + d.ID, Kind: "ticket", Title: "Entrada", Uses: 1}
	d.Payment = &store.NewPayment{ID: "payment " + d.ID, Currency: "CLP", Concept: "Entrada", Reference: "r", Amount: 100}
	return d
}

// claimed takes one part of a lane.
func claimed(t failing, s *store.Store, channel message.Channel, priority message.Priority) store.Claimed {
	t.Helper()
	parts, err := s.Claim(ctx, store.Lane{Channel: channel, Priority: priority}, "w", 1, time.Minute)
	check(t, err)
	if len(parts) != 1 {
		t.Fatal("no part is due")
	}
	return parts[0]
}

// finished is what came of a claimed part: its outcome, and the status that it has then.
func finished(c store.Claimed, outcome message.Outcome, status message.Status, reason message.Reason, next time.Time) store.Result {
	return store.Result{
		DispatchID: c.DispatchID, Kind: c.Kind, Fence: c.Fence, Attempt: c.Attempt, Carrier: "a", Ref: "x", Outcome: outcome, Cause: reason, Counts: true,
		Status: status, Reason: reason, NextAttemptAt: next,
	}
}

func finish(t failing, s *store.Store, results ...store.Result) {
	t.Helper()
	written, err := s.Finish(ctx, results)
	check(t, err)
	if slices.Contains(written, false) {
		t.Fatal("a result was not written")
	}
}

// whole reads one dispatch.
func whole(t failing, s *store.Store, id string) store.Snapshot {
	t.Helper()
	found, err := s.Whole(ctx, []string{id})
	check(t, err)
	if len(found) != 1 {
		t.Fatal("there are", len(found), "dispatches")
	}
	return *found[0]
}

func aDispatchIsReadWhole(t *testing.T, open Open) {
	s, clock := one(t, open)
	d := with(paying(), "", "r1")
	d.SendAt = start.Add(time.Minute)
	accept(t, s, d, newDispatch("another"))
	want := store.Snapshot{
		ID: d.ID, ProviderID: 1, ServiceID: 2, DataSet: message.Production, PersonID: "p", Reference: "r1", Status: message.Accepted, Version: 1,
		CreatedAt: start, SendAt: d.SendAt, ExpiresAt: d.ExpiresAt, ChangedAt: start,
		Parts: []store.SnapshotPart{
			{Kind: message.Notification, Channel: message.SMS, Status: message.Accepted, NextAttemptAt: start},
			{Kind: message.Advertisement, Channel: message.FCM, Status: message.Scheduled, Reason: message.QuietHours, NextAttemptAt: start.Add(time.Minute)},
			{Kind: message.QRCode, Status: message.Delivered, CodeID: d.Code.ID},
			{Kind: message.MicroPayment, Status: message.Sent, PaymentID: d.Payment.ID, PaymentStatus: "requested"},
		},
	}
	got := whole(t, s, d.ID)
	want.Parts[0].NextAttemptAt = got.Parts[0].NextAttemptAt // it is accept's to say
	wantSame(t, "a new one", got, want)

	// Of a hundred and one attempts the newest hundred are told.
	clock.Advance(time.Minute)
	for n := range 101 {
		c := claimed(t, s, message.FCM, message.Bulk)
		if n == 0 {
			finish(t, s, finished(c, message.OutcomeUnknown, message.Accepted, message.CarrierTimeout, clock.Now()))
			continue
		}
		finish(t, s, finished(c, message.OutcomeFailed, message.Accepted, message.CarrierAway, clock.Now()))
	}
	attempts := whole(t, s, d.ID).Parts[1].Attempts
	wantSame(t, "how many attempts", len(attempts), 100)
	wantSame(t, "the oldest that is told", attempts[0], store.SnapshotAttempt{
		Number: 2, At: clock.Now(), Carrier: "a", Outcome: message.OutcomeFailed, Reason: message.CarrierAway, Repeated: true,
	})
	bare, err := s.Snapshots(ctx, []string{d.ID, "nobody's"})
	check(t, err)
	if len(bare) != 1 || bare[0].Parts[1].Attempts != nil {
		t.Errorf("without attempts: %v", bare)
	}
}

// assorted are dispatches of three providers in all sorts of states, stored over some minutes.
func assorted(t *rapid.T, s *store.Store, clock *testkit.Clock) []string {
	var ids []string
	for range rapid.IntRange(1, 12).Draw(t, "groups") {
		var group []store.NewDispatch
		for range rapid.IntRange(1, 5).Draw(t, "dispatches") {
			d := newDispatch("d")
			d.ProviderID = rapid.Int64Range(1, 3).Draw(t, "provider")
			d.Parts[0].Channel = rapid.SampledFrom(message.Channels()).Draw(t, "channel")
			d.Parts[0].Status = rapid.SampledFrom([]message.Status{message.Accepted, message.Scheduled}).Draw(t, "status")
			if rapid.Bool().Draw(t, "advertises") {
				d.Parts = append(d.Parts, store.Part{Kind: message.Advertisement, Channel: message.Email, Priority: message.Bulk, Status: message.Scheduled})
			}
			if rapid.Bool().Draw(t, "is referred to") {
				d.Reference = rapid.StringMatching(`[ab]`).Draw(t, "reference")
			}
			group = append(group, d)
		}
		for i, answer := range accept(t, s, group...) {
			if answer.Err == nil && !answer.Replayed {
				ids = append(ids, group[i].ID)
			}
		}
		clock.Advance(time.Duration(rapid.IntRange(0, 2).Draw(t, "pause")) * time.Minute)
	}
	for _, id := range ids {
		if rapid.IntRange(0, 4).Draw(t, "cancelled") == 0 {
			check(t, s.CancelDispatch(ctx, id, ""))
		}
	}
	claims, err := s.Claim(ctx, store.Lane{Channel: message.SMS}, "w", 10, time.Minute)
	check(t, err)
	for _, c := range claims {
		end := rapid.SampledFrom([]message.Status{"", message.Sent, message.Delivered, message.Failed}).Draw(t, "end")
		if end != "" {
			finish(t, s, finished(c, message.OutcomeSent, end, "", time.Time{}))
		}
	}
	return ids
}

func someFilter(t *rapid.T, from, to time.Time) store.DispatchFilter {
	moment := rapid.Custom(func(t *rapid.T) time.Time {
		return from.Add(time.Duration(rapid.Int64Range(0, int64(to.Sub(from)/time.Minute)).Draw(t, "minute")) * time.Minute)
	})
	f := store.DispatchFilter{
		Providers: rapid.SampledFrom([][]int64{nil, nil, {1}, {2}, {1, 3}, {}, {7}}).Draw(t, "providers"),
		Status:    rapid.SampledFrom([]message.Status{"", "", message.Accepted, message.Scheduled, message.Sending, message.Sent, message.Failed, message.Cancelled}).Draw(t, "of status"),
		Channel:   rapid.SampledFrom([]message.Channel{"", "", "", message.SMS, message.Email}).Draw(t, "by channel"),
		Reference: rapid.SampledFrom([]string{"", "", "", "a", "b", "c"}).Draw(t, "with reference"),
	}
	if rapid.Bool().Draw(t, "has from") {
		f.From = moment.Draw(t, "from")
	}
	if rapid.Bool().Draw(t, "has to") {
		f.To = moment.Draw(t, "to")
	}
	return f
}

func listsAreThoseThatAFilterFinds(t *testing.T, open Open) {
	s, clock := one(t, open)
	const enough = 300 // each round reads them all
	var ids []string   // of all rounds
	rapid.Check(t, func(t *rapid.T) {
		from := clock.Now()
		if len(ids) < enough {
			ids = append(ids, assorted(t, s, clock)...)
		}
		all, err := s.Snapshots(ctx, ids)
		check(t, err)
		f := someFilter(t, from.Add(-10*time.Minute), clock.Now().Add(time.Minute))
		var want []*store.Snapshot
		for _, d := range all {
			if f.Matches(d) {
				want = append(want, d)
			}
		}
		slices.SortFunc(want, func(a, b *store.Snapshot) int {
			return cmp.Or(b.CreatedAt.Compare(a.CreatedAt), cmp.Compare(b.ID, a.ID))
		})
		total, capped, err := s.CountDispatches(ctx, f)
		check(t, err)
		if total != len(want) || capped {
			t.Errorf("counted %d, %v of %d", total, capped, len(want))
		}
		size := rapid.IntRange(1, 20).Draw(t, "page size")
		var got []*store.Snapshot
		for {
			page, err := s.Dispatches(ctx, f, len(got), size)
			check(t, err)
			got = append(got, page...)
			if len(page) < size {
				break
			}
		}
		wantSame(t, "the pages", got, want)
	})
}

func changesAreReadInTheOrderOfTime(t *testing.T, open Open) {
	s, clock := one(t, open)
	a, b, c := newDispatch("a"), newDispatch("b"), newDispatch("c")
	accept(t, s, a, b)
	accept(t, s, c)
	clock.Advance(time.Second)
	check(t, s.CancelDispatch(ctx, a.ID, ""))
	var got []store.Change
	for at, id := start, ""; ; {
		page, err := s.Changes(ctx, at, id, 1)
		check(t, err)
		if len(page) == 0 {
			break
		}
		got = append(got, page...)
		at, id = page[0].At, page[0].ID
	}
	want := []store.Change{
		{At: start, ID: b.ID, ProviderID: 1, Version: 1},
		{At: start, ID: c.ID, ProviderID: 1, Version: 1},
		{At: clock.Now(), ID: a.ID, ProviderID: 1, Version: 2},
	}
	slices.SortFunc(want[:2], func(x, y store.Change) int { return cmp.Compare(x.ID, y.ID) })
	wantSame(t, "all changes", got, want)
	last, err := s.LastChanges(ctx, []string{a.ID, "nobody's"})
	check(t, err)
	wantSame(t, "one's", last, want[2:])
}

func textsThatCannotBeStoredFindNothing(t *testing.T, open Open) {
	s, _ := one(t, open)
	const bad = "\x00"
	found, err := s.Whole(ctx, []string{bad})
	check(t, err)
	listed, err := s.Dispatches(ctx, store.DispatchFilter{Reference: bad}, 0, 10)
	check(t, err)
	total, _, err := s.CountDispatches(ctx, store.DispatchFilter{Reference: bad})
	check(t, err)
	replayed, err := s.ReplayDeadLetters(ctx, "ana", []store.Replay{{PartKey: store.PartKey{DispatchID: bad, Kind: message.Notification}}})
	check(t, err)
	if len(found)+len(listed)+len(replayed)+total != 0 {
		t.Error("something was found")
	}
	wantClass(t, "cancelling", s.CancelDispatch(ctx, bad, ""), store.ErrNothingToCancel)
}
