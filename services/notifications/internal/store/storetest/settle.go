package storetest

import (
	"fmt"
	"testing"
	"time"

	"github.com/ventanilla/ventanilla/services/notifications/internal/message"
	"github.com/ventanilla/ventanilla/services/notifications/internal/store"
)

var settleChecks = checks{
	"a dispatch is what its parts are":                  dispatchIsItsParts,
	"a dispatch has ended when nothing more can come":   dispatchEnds,
	"a provider is told of each change that it can see": providersAreTold,
}

// partBecomes claims the part that is due in a lane and gives it a status; sending leaves it claimed.
func partBecomes(t failing, s *store.Store, lane store.Lane, status message.Status, next time.Time) {
	t.Helper()
	c := claimOne(t, s, lane)
	if status == message.Sending {
		return
	}
	r := came(c, message.OutcomeSent, status)
	r.NextAttemptAt = next
	finishAs(t, s, true, r)
}

func dispatchIsItsParts(t *testing.T, open Open) {
	s, clock := one(t, open)
	const (
		sending, accepted, scheduled, sent    = message.Sending, message.Accepted, message.Scheduled, message.Sent
		delivered, failed, expired, cancelled = message.Delivered, message.Failed, message.Expired, message.Cancelled
	)
	all := []message.Status{sending, accepted, scheduled, failed, expired, sent, delivered, cancelled}
	// want is by the status of the notification and that of the advertisement, in the order of all.
	want := [][]message.Status{
		{sending, sending, sending, sending, sending, sending, sending, sending},
		{sending, accepted, accepted, accepted, accepted, accepted, accepted, accepted},
		{sending, accepted, scheduled, scheduled, scheduled, scheduled, scheduled, scheduled},
		{sending, accepted, scheduled, failed, failed, failed, failed, failed},
		{sending, accepted, scheduled, failed, expired, expired, expired, expired},
		{sending, accepted, scheduled, failed, expired, sent, sent, sent},
		{sending, accepted, scheduled, failed, expired, sent, delivered, delivered},
		{sending, accepted, scheduled, failed, expired, sent, delivered, cancelled},
	}
	for i, first := range all {
		for j, second := range all {
			id := fmt.Sprint(first, " ", second)
			enter(t, s, withAdvertisement(notification(id)))
			far := clock.Now().Add(24 * time.Hour)
			partBecomes(t, s, bulkFCM, second, far)
			partBecomes(t, s, urgentSMS, first, far)
			wantStatus(t, s, id, want[i][j], first, second)
			clock.Advance(time.Millisecond)
		}
	}
}

func dispatchEnds(t *testing.T, open Open) {
	s, clock := one(t, open)
	d := withAdvertisement(notification("a"))
	d.Parts = append(d.Parts, store.Part{Kind: message.QRCode, Status: message.Delivered}, store.Part{Kind: message.MicroPayment, Status: message.Sent})
	d.Payment = &store.NewPayment{ID: "payment", Currency: "CLP", Concept: "concept", Reference: "reference", Amount: 1}
	enter(t, s, d)
	partBecomes(t, s, urgentSMS, message.Sent, time.Time{})
	partBecomes(t, s, bulkFCM, message.Failed, time.Time{})
	if got := whole(t, s, "a"); !got.EndedAt.IsZero() || got.Status != message.Failed {
		t.Errorf("while it can be paid it is %s and ended at %s", got.Status, got.EndedAt)
	}
	clock.Advance(72 * time.Hour)
	sweep(t, s)
	end := clock.Now()
	clock.Advance(time.Second)
	receive(t, s, told("a", 1, message.OutcomeDelivered))
	if got := whole(t, s, "a"); !got.EndedAt.Equal(end) || !got.ChangedAt.Equal(clock.Now()) {
		t.Errorf("it ended at %s and changed at %s", got.EndedAt, got.ChangedAt)
	}
}

func providersAreTold(t *testing.T, open Open) {
	s, clock := one(t, open)
	p := listener(t, s)
	d := withAdvertisement(notification("a"))
	d.ProviderID, d.Reference = p.ID, "r1"
	enter(t, s, d)
	wantTold := func(after string, want ...string) {
		t.Helper()
		var got []string
		for _, c := range claimCallbacks(t, s, p, 9) {
			got = append(got, c.Body)
			check(t, s.FinishCallback(ctx, c, store.CallbackTold, time.Time{}))
		}
		wantSame(t, "what is told after "+after, got, want)
	}
	body := func(status, notification, advertisement string) string {
		return `{"type":"dispatch.changed","timestamp":"` + clock.Now().Format(time.RFC3339Nano) + `","data":{"id":"a","reference":"r1","status":"` + status +
			`","parts":[{"kind":"notification","channel":"SMS",` + notification + `},{"kind":"advertisement","channel":"FCM",` + advertisement + `}]}}`
	}
	const untouched = `"status":"accepted","reason":null`
	wantTold("its acceptance")
	partBecomes(t, s, urgentSMS, message.Accepted, start)
	wantTold("a failed attempt")
	c := claimOne(t, s, urgentSMS)
	wantTold("a claim")
	finishAs(t, s, true, came(c, message.OutcomeSent, message.Sent))
	wantTold("the end of the notification", body("accepted", `"status":"sent","reason":null`, untouched))

	clock.Advance(time.Second)
	ad := claimOne(t, s, bulkFCM)
	receive(t, s, told("a", c.Attempt, message.OutcomeDelivered))
	wantTold("a receipt while another part is being sent", body("accepted", `"status":"delivered","reason":null`, untouched))
	quiet := came(ad, "", message.Scheduled)
	quiet.Unmade, quiet.Reason, quiet.NextAttemptAt = true, message.QuietHours, clock.Now()
	finishAs(t, s, true, quiet)
	wantTold("quiet hours", body("scheduled", `"status":"delivered","reason":null`, `"status":"scheduled","reason":"quiet_hours"`))
	refused := came(claimOne(t, s, bulkFCM), message.OutcomeRejected, message.Failed)
	refused.Reason = message.Blocked
	finishAs(t, s, true, refused)
	wantTold("a refusal", body("failed", `"status":"delivered","reason":null`, `"status":"failed","reason":"blocked"`))
}
