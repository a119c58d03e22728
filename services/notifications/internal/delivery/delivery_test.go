package delivery_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ventanilla/ventanilla/pkg/testkit"
	"github.com/ventanilla/ventanilla/services/notifications/internal/delivery"
	"github.com/ventanilla/ventanilla/services/notifications/internal/message"
	"github.com/ventanilla/ventanilla/services/notifications/internal/receipt"
	"github.com/ventanilla/ventanilla/services/notifications/internal/recipient"
	"github.com/ventanilla/ventanilla/services/notifications/internal/store"
)

var (
	sent      = message.Result{Outcome: message.OutcomeSent, Ref: "ref"}
	delivered = message.Result{Outcome: message.OutcomeDelivered}
	failed    = message.Result{Outcome: message.OutcomeFailed, Reason: message.CarrierAway}
	unknown   = message.Result{Outcome: message.OutcomeUnknown, Reason: message.CarrierTimeout}
	rejected  = message.Result{Outcome: message.OutcomeRejected, Reason: message.BadAddress}
	asksWait  = message.Result{Outcome: message.OutcomeThrottled, Reason: message.Throttled, RetryAfter: time.Minute}
	dead      = message.Result{Outcome: message.OutcomeFailed, Reason: message.BadAddress, AddressDead: true}
)

func repeat[T any](n int, one T) []T { return slices.Repeat([]T{one}, n) }

func TestWhatComesOfAttempts(t *testing.T) {
	for name, c := range map[string]struct {
		results  []message.Result
		status   message.Status
		reason   message.Reason
		outcomes []string
	}{
		"sent":                   {[]message.Result{sent}, message.Sent, "", []string{"sent"}},
		"delivered":              {[]message.Result{delivered}, message.Delivered, "", []string{"delivered"}},
		"refused for good":       {[]message.Result{rejected}, message.Failed, message.BadAddress, []string{"rejected"}},
		"the address is dead":    {[]message.Result{dead}, message.Failed, message.BadAddress, []string{"failed"}},
		"fails, then is sent":    {[]message.Result{failed, failed, sent}, message.Sent, "", []string{"failed", "failed", "sent"}},
		"fails each time":        {[]message.Result{failed}, message.Failed, message.CarrierAway, repeat(8, "failed")},
		"fails and says not why": {[]message.Result{{Outcome: message.OutcomeFailed}}, message.Failed, message.AttemptsUsed, repeat(8, "failed")},
		"unknown is repeated":    {[]message.Result{unknown, failed, sent}, message.Sent, "", []string{"unknown", "failed+", "sent+"}},
		"says nothing":           {[]message.Result{{}, sent}, message.Sent, "", []string{"unknown", "sent+"}},
		"waiting is no try":      {append(repeat(12, asksWait), sent), message.Sent, "", append(repeat(12, "throttled"), "sent")},
		"nobody to carry it":     {[]message.Result{nobody, nobody, sent}, message.Sent, "", []string{"sent"}},
	} {
		t.Run(name, func(t *testing.T) {
			w := onSQLite(t)
			w.carriers.results(c.results...)
			w.enter(notification("a"))
			w.deliver(nil)
			part := w.becomes("a", c.status)
			if diff := cmp.Diff(c.outcomes, outcomes(part)); diff != "" || part.Reason != c.reason {
				t.Errorf("%s, want %s, outcomes (-want +got):\n%s", part.Reason, c.reason, diff)
			}
			for i, m := range w.carriers.messages() {
				about, ok := signer.Parse(m.Receipt)
				if want := (receipt.Attempt{DispatchID: "a", Kind: message.Notification, Number: int64(m.Attempt)}); about != want || !ok {
					t.Errorf("the token of message %d names %v, want %v", i, about, want)
				}
				if before := map[bool]string{true: "carrier"}[m.Attempt > 1]; m.Before != before {
					t.Errorf("attempt %d was told that %q made the one before", m.Attempt, m.Before)
				}
			}
		})
	}
}

func TestAMessageSaysWhatWasAccepted(t *testing.T) {
	w := onSQLite(t)
	d := advertisement("a")
	said := `{"advertisement":{"channel":"fcm","title":"Oferta","text":"Dos por uno","link":"https://example.cl/x","picture_id":"p"}}`
	d.Content, d.Pictures = said, []store.NewPicture{{ID: "p", Kind: message.Advertisement, MediaType: "image/png", Bytes: []byte{1, 2}}}
	w.enter(d)
	w.deliver(nil)
	w.becomes("a", message.Sent)
	got := w.carriers.messages()[0]
	got.Receipt = ""
	want := message.Message{
		ID: "a-2", Attempt: 1, Channel: message.FCM, Kind: message.Advertisement, To: message.Address{ID: "newer", Value: "t2"},
		Title: "Oferta", Text: "Dos por uno", Link: "https://example.cl/x",
		PictureURL: "https://pictures.example/p", Picture: []byte{1, 2}, PictureType: "image/png", Expires: d.ExpiresAt,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the message (-want +got):\n%s", diff)
	}
}

func TestADeadAddressIsPrunedAndTheNextTried(t *testing.T) {
	w := onSQLite(t)
	w.carriers.results(dead, sent)
	w.enter(advertisement("a"))
	w.deliver(nil)
	part := w.becomes("a", message.Sent)
	var tried []string
	for _, m := range w.carriers.messages() {
		tried = append(tried, m.To.ID)
	}
	if !slices.Equal(tried, []string{"newer", "older"}) || !slices.Equal(w.persons.pruned, []string{"newer"}) {
		t.Errorf("tried %v, pruned %v", tried, w.persons.pruned)
	}
	if got := outcomes(part); !slices.Equal(got, []string{"failed", "sent"}) {
		t.Errorf("outcomes %v", got)
	}
}

func TestWhatIsNotSent(t *testing.T) {
	for name, c := range map[string]struct {
		dispatch store.NewDispatch
		person   func(*recipient.Recipient)
		status   message.Status
		reason   message.Reason
	}{
		"nobody of this name": {notification("a"), func(r *recipient.Recipient) { *r = recipient.Recipient{} }, message.Failed, message.UnknownPerson},
		"no address":          {notification("a"), func(r *recipient.Recipient) { r.Addresses = nil }, message.Failed, message.NoAddress},
		"refused publicity":   {advertisement("a"), func(r *recipient.Recipient) { r.RefusesAdvertisements = true }, message.Cancelled, message.OptedOut},
		"notifications come to who refuses publicity": {
			notification("a"), func(r *recipient.Recipient) { r.RefusesAdvertisements = true }, message.Sent, "",
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := onSQLite(t)
			w.persons.change(c.person)
			w.enter(c.dispatch)
			w.deliver(nil)
			part := w.becomes("a", c.status)
			if part.Reason != c.reason || len(part.Attempts) != len(w.carriers.messages()) {
				t.Errorf("%s after %d attempts, want %s", part.Reason, len(part.Attempts), c.reason)
			}
		})
	}
}

func TestAdvertisementsWaitThroughQuietHours(t *testing.T) {
	w := onSQLite(t)
	w.clock.Advance(10 * time.Hour) // 22:00 in Santiago
	loud := advertisement("loud")
	loud.Content = `{"advertisement":{"channel":"fcm","title":"Oferta","text":"Dos por uno"}}`
	w.enter(advertisement("quiet"), loud, notification("urgent"))
	w.deliver(nil)
	w.becomes("urgent", message.Sent)
	w.becomes("loud", message.Sent) // its service has none
	part := w.becomes("quiet", message.Scheduled)
	end := time.Date(2026, 3, 5, 12, 0, 0, 0, time.UTC) // 9:00 there
	if part.Reason != message.QuietHours || !part.NextAttemptAt.Equal(end) || len(part.Attempts) > 0 {
		t.Errorf("it waits as %+v, want until %s", part, end)
	}
	w.clock.Advance(end.Sub(w.clock.Now()))
	if part := w.becomes("quiet", message.Sent); len(part.Attempts) != 1 {
		t.Errorf("%d attempts", len(part.Attempts))
	}
}

func TestQuietHours(t *testing.T) {
	santiago, err := time.LoadLocation("America/Santiago")
	check(t, err)
	night, err := delivery.ParseQuiet("21:00", "09:00")
	check(t, err)
	noon, err := delivery.ParseQuiet("12:00", "14:30")
	check(t, err)
	none, err := delivery.ParseQuiet("08:00", "08:00")
	check(t, err)
	at := func(day, hour, minute int) time.Time { return time.Date(2026, 3, day, hour, minute, 0, 0, santiago) }
	for i, c := range []struct {
		quiet     delivery.Quiet
		now, want time.Time
	}{
		{night, at(1, 20, 59), time.Time{}},
		{night, at(1, 21, 0), at(2, 9, 0)},
		{night, at(31, 23, 59), at(32, 9, 0)},
		{night, at(2, 0, 0), at(2, 9, 0)},
		{night, at(2, 8, 59), at(2, 9, 0)},
		{night, at(2, 9, 0), time.Time{}},
		{noon, at(2, 11, 59), time.Time{}},
		{noon, at(2, 12, 0), at(2, 14, 30)},
		{noon, at(2, 14, 29), at(2, 14, 30)},
		{noon, at(2, 14, 30), time.Time{}},
		{none, at(2, 8, 0), time.Time{}},
		{none, at(2, 23, 0), time.Time{}},
	} {
		if got := c.quiet.End(c.now.UTC(), santiago); !got.Equal(c.want) {
			t.Errorf("%d: at %s they end %s, want %s", i, c.now, got, c.want)
		}
	}
	for _, wrong := range [][2]string{{"24:00", "09:00"}, {"21:00", "9"}, {"", ""}} {
		if _, err := delivery.ParseQuiet(wrong[0], wrong[1]); err == nil {
			t.Errorf("%v are taken", wrong)
		}
	}
}

func TestNothingIsSentPastItsTime(t *testing.T) {
	w := onSQLite(t)
	short := notification("a")
	short.ExpiresAt = start.Add(90 * time.Second)
	w.carriers.results(asksWait)
	w.enter(short)
	w.deliver(nil)
	testkit.Eventually(t, time.Minute, func() error {
		if n := len(w.part("a").Attempts); n != 1 || w.part("a").Status != message.Accepted {
			return fmt.Errorf("%d attempts", n)
		}
		return nil
	})
	w.clock.Advance(time.Minute + 20*time.Second) // it asked for 60 to 75 seconds: the next wait is past the end
	testkit.Eventually(t, time.Minute, func() error {
		if p := w.part("a"); len(p.Attempts) != 2 || !p.NextAttemptAt.Equal(short.ExpiresAt) {
			return fmt.Errorf("%d attempts, the next at %s", len(p.Attempts), p.NextAttemptAt)
		}
		return nil
	})
	w.clock.Advance(10 * time.Second)
	part := w.becomes("a", message.Expired)
	if part.Reason != message.TimeRanOut || len(part.Attempts) != 2 {
		t.Errorf("%s after %d attempts", part.Reason, len(part.Attempts))
	}
}

// Attempts that are throttled are no tries: who asks to wait for ever is asked less and less.
func TestWhoAlwaysAsksToWaitIsAskedLessAndLess(t *testing.T) {
	w := onSQLite(t)
	w.carriers.results(message.Result{Outcome: message.OutcomeThrottled, Reason: message.RecipientAway})
	d := notification("a")
	d.ExpiresAt = start.Add(time.Hour)
	w.enter(d)
	w.deliver(nil)
	w.becomes("a", message.Expired)
	if made := len(w.carriers.messages()); made < 20 || made > 40 {
		t.Errorf("%d attempts in an hour", made)
	}
}

func TestPartsWaitForIdentity(t *testing.T) {
	w := onSQLite(t)
	w.persons.isAway(true)
	w.enter(notification("a"))
	w.deliver(nil)
	testkit.Eventually(t, time.Minute, func() error {
		if p := w.part("a"); p.Reason != message.IdentityAway || p.Status != message.Accepted || len(p.Attempts) > 0 {
			return fmt.Errorf("it is %+v", p)
		}
		return nil
	})
	w.persons.isAway(false)
	w.clock.Advance(2 * time.Second)
	if part := w.becomes("a", message.Sent); len(part.Attempts) != 1 || part.Reason != "" {
		t.Errorf("it is %+v", part)
	}
}

func TestErasedContentIsNotSent(t *testing.T) {
	w := onSQLite(t)
	d := notification("a")
	d.Content = ""
	w.enter(d)
	w.deliver(nil)
	w.becomes("a", message.Cancelled)
	if n := len(w.carriers.messages()); n > 0 {
		t.Errorf("%d messages were sent", n)
	}
}
