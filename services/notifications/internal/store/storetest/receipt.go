package storetest

import (
	"fmt"
	"testing"
	"time"

	"github.com/ventanilla/ventanilla/services/notifications/internal/message"
	"github.com/ventanilla/ventanilla/services/notifications/internal/store"
)

var receiptChecks = checks{
	"receipts in every order lead to one end":           receiptsInEveryOrder,
	"a receipt may come before its attempt's result":    receiptFirst,
	"a receipt settles an attempt that nobody knew":     receiptOfUnknown,
	"a receipt of nothing changes nothing":              receiptOfNothing,
	"an old attempt's failure is not the last one's":    receiptOfOld,
	"what is cancelled stays so, and the attempt tells": receiptOfCancelled,
}

func told(id string, attempt int64, outcome message.Outcome) store.Receipt {
	return store.Receipt{DispatchID: id, Kind: message.Notification, Attempt: attempt, Outcome: outcome}
}

func receive(t failing, s *store.Store, receipts ...store.Receipt) {
	t.Helper()
	_, err := s.Receive(ctx, receipts)
	check(t, err)
}

// Whatever comes first of delivered and failed holds; that it was sent, and what comes again, changes nothing.
func receiptsInEveryOrder(t *testing.T, open Open) {
	s, _ := one(t, open)
	all := []message.Outcome{message.OutcomeSent, message.OutcomeDelivered, message.OutcomeFailed}
	n := 0
	for _, a := range all {
		for _, b := range all {
			for _, c := range all {
				id := fmt.Sprint("d", n)
				n++
				enter(t, s, notification(id))
				finishAs(t, s, true, came(claimOne(t, s, urgentSMS), message.OutcomeSent, message.Sent))
				want := message.Sent
				for _, o := range []message.Outcome{a, b, c} {
					if want == message.Sent && o != message.OutcomeSent {
						want = message.Status(o)
					}
				}
				if n%2 == 0 {
					receive(t, s, told(id, 1, a), told(id, 1, b), told(id, 1, c))
				} else {
					receive(t, s, told(id, 1, a))
					receive(t, s, told(id, 1, b))
					receive(t, s, told(id, 1, c))
				}
				wantStatus(t, s, id, want, want)
				wantSame(t, "the attempts", outcomes(t, s, id), []string{string(want)})
			}
		}
	}
}

func receiptFirst(t *testing.T, open Open) {
	s, clock := one(t, open)
	for _, outcome := range []message.Outcome{message.OutcomeDelivered, message.OutcomeFailed} {
		id := string(outcome)
		enter(t, s, notification(id))
		c := claimOne(t, s, urgentSMS)
		receive(t, s, told(id, 1, message.OutcomeSent), told(id, 1, outcome))
		wantStatus(t, s, id, message.Status(outcome), message.Status(outcome))
		finishAs(t, s, false, came(c, message.OutcomeSent, message.Sent))
		d := whole(t, s, id)
		wantSame(t, "the dispatch", d.Status, message.Status(outcome))
		wantSame(t, "the attempt's carrier and outcome", []string{d.Parts[0].Attempts[0].Carrier, string(d.Parts[0].Attempts[0].Outcome)},
			[]string{"carrier", id})
		clock.Advance(time.Hour)
		wantSame(t, "what is due", idsOf(claim(t, s, urgentSMS, 1)), []string{})
	}
}

func receiptOfUnknown(t *testing.T, open Open) {
	s, clock := one(t, open)
	for _, c := range []struct {
		told message.Outcome
		want message.Status
	}{
		{message.OutcomeDelivered, message.Delivered},
		{message.OutcomeSent, message.Sent}, // it need not be repeated
		{message.OutcomeFailed, message.Accepted},
	} {
		id := string(c.told)
		enter(t, s, notification(id))
		unknown := came(claimOne(t, s, urgentSMS), message.OutcomeUnknown, message.Accepted)
		unknown.NextAttemptAt = clock.Now().Add(time.Minute)
		finishAs(t, s, true, unknown)
		receive(t, s, told(id, 1, c.told))
		wantStatus(t, s, id, c.want, c.want)
		wantSame(t, "the attempts", outcomes(t, s, id), []string{string(c.told)})
		clock.Advance(time.Hour)
		for _, again := range claim(t, s, urgentSMS, 9) {
			if again.DispatchID != id || c.want != message.Accepted || again.Repeated {
				t.Errorf("%s is claimed again: %+v", id, again)
			}
			finishAs(t, s, true, came(again, message.OutcomeSent, message.Sent))
		}
	}
}

func receiptOfNothing(t *testing.T, open Open) {
	s, _ := one(t, open)
	enter(t, s, notification("a"))
	before := whole(t, s, "a")
	receive(t, s)
	receive(t, s, told("nothing", 1, message.OutcomeDelivered), told("a", 1, message.OutcomeDelivered), told("\x00", 1, message.OutcomeDelivered),
		store.Receipt{DispatchID: "a", Kind: 9, Attempt: 1, Outcome: message.OutcomeDelivered})
	wantSame(t, "the dispatch", whole(t, s, "a"), before)
	finishAs(t, s, true, came(claimOne(t, s, urgentSMS), message.OutcomeSent, message.Sent))
	before = whole(t, s, "a")
	receive(t, s, told("a", 2, message.OutcomeDelivered), told("a", 1, message.OutcomeSent))
	wantSame(t, "the dispatch", whole(t, s, "a"), before)
}

func receiptOfOld(t *testing.T, open Open) {
	s, clock := one(t, open)
	enter(t, s, notification("a"))
	claimOne(t, s, urgentSMS)
	clock.Advance(lease)
	second := claimOne(t, s, urgentSMS)
	receive(t, s, told("a", 1, message.OutcomeFailed))
	wantStatus(t, s, "a", message.Sending, message.Sending)
	finishAs(t, s, true, came(second, message.OutcomeSent, message.Sent))
	receive(t, s, told("a", 1, message.OutcomeFailed))
	wantStatus(t, s, "a", message.Sent, message.Sent)
	wantSame(t, "the attempts", outcomes(t, s, "a"), []string{"failed", "sent+"})
	receive(t, s, told("a", 2, message.OutcomeRejected))
	wantStatus(t, s, "a", message.Failed, message.Failed)
	if got := whole(t, s, "a").Parts[0].Reason; got != message.Undelivered {
		t.Errorf("the reason is %s", got)
	}
}

func receiptOfCancelled(t *testing.T, open Open) {
	s, clock := one(t, open)
	enter(t, s, notification("a"))
	unknown := came(claimOne(t, s, urgentSMS), message.OutcomeUnknown, message.Accepted)
	unknown.NextAttemptAt = clock.Now().Add(time.Minute)
	finishAs(t, s, true, unknown)
	check(t, s.CancelDispatch(ctx, "a", ""))
	receive(t, s, told("a", 1, message.OutcomeDelivered))
	wantStatus(t, s, "a", message.Cancelled, message.Cancelled)
	wantSame(t, "the attempts", outcomes(t, s, "a"), []string{"delivered"})
}
