package fcm_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ventanilla/ventanilla/pkg/testkit/fcmfake"
	"github.com/ventanilla/ventanilla/services/notifications/internal/carrier"
	"github.com/ventanilla/ventanilla/services/notifications/internal/carrier/fcm"
	"github.com/ventanilla/ventanilla/services/notifications/internal/message"
)

var outcomes = []message.Outcome{
	message.OutcomeSent, message.OutcomeFailed, message.OutcomeRejected, message.OutcomeThrottled, message.OutcomeUnknown,
}

func TestCodes(t *testing.T) {
	w := start(t, nil)
	told := map[string]bool{}
	for _, c := range []struct {
		status int
		code   string
		after  string
		want   message.Result
	}{
		{404, "UNREGISTERED", "", message.Result{Outcome: message.OutcomeFailed, Reason: message.BadAddress, AddressDead: true, Detail: "404 UNREGISTERED"}},
		{403, "SENDER_ID_MISMATCH", "", message.Result{Outcome: message.OutcomeRejected, Reason: message.BadAddress, Detail: "403 SENDER_ID_MISMATCH"}},
		{400, "INVALID_ARGUMENT", "", message.Result{Outcome: message.OutcomeRejected, Reason: message.ContentRefused, Detail: "400 INVALID_ARGUMENT"}},
		{429, "QUOTA_EXCEEDED", "", message.Result{Outcome: message.OutcomeThrottled, Reason: message.Throttled, RetryAfter: time.Minute, Detail: "429 QUOTA_EXCEEDED"}},
		{429, "QUOTA_EXCEEDED", "5", message.Result{Outcome: message.OutcomeThrottled, Reason: message.Throttled, RetryAfter: 5 * time.Second, Detail: "429 QUOTA_EXCEEDED"}},
		{429, "QUOTA_EXCEEDED", "999999", message.Result{Outcome: message.OutcomeThrottled, Reason: message.Throttled, RetryAfter: time.Hour, Detail: "429 QUOTA_EXCEEDED"}},
		{503, "UNAVAILABLE", "3", message.Result{Outcome: message.OutcomeFailed, Reason: message.CarrierAway, RetryAfter: 3 * time.Second, Detail: "503 UNAVAILABLE"}},
		{500, "INTERNAL", "", message.Result{Outcome: message.OutcomeFailed, Reason: message.CarrierAway, Detail: "500 INTERNAL"}},
		{401, "THIRD_PARTY_AUTH_ERROR", "", message.Result{Outcome: message.OutcomeFailed, Reason: message.CarrierRefuses, Detail: "401 THIRD_PARTY_AUTH_ERROR"}},
		// A code that is new, and answers without one.
		{400, "SOMETHING_NEW", "", message.Result{Outcome: message.OutcomeRejected, Reason: message.ContentRefused, Detail: "400"}},
		{400, "", "", message.Result{Outcome: message.OutcomeRejected, Reason: message.ContentRefused, Detail: "400"}},
		{403, "", "", message.Result{Outcome: message.OutcomeFailed, Reason: message.CarrierRefuses, Detail: "403"}},
		{404, "", "", message.Result{Outcome: message.OutcomeFailed, Reason: message.CarrierRefuses, Detail: "404"}},
		{413, "", "", message.Result{Outcome: message.OutcomeRejected, Reason: message.ContentRefused, Detail: "413"}},
		{429, "", "", message.Result{Outcome: message.OutcomeThrottled, Reason: message.Throttled, RetryAfter: time.Minute, Detail: "429"}},
		{500, "", "", message.Result{Outcome: message.OutcomeFailed, Reason: message.CarrierAway, Detail: "500"}},
		{502, "", "", message.Result{Outcome: message.OutcomeUnknown, Reason: message.CarrierAway, Detail: "502"}},
		{503, "", "", message.Result{Outcome: message.OutcomeFailed, Reason: message.CarrierAway, Detail: "503"}},
		{504, "", "", message.Result{Outcome: message.OutcomeUnknown, Reason: message.CarrierTimeout, Detail: "504"}},
		{511, "", "", message.Result{Outcome: message.OutcomeFailed, Reason: message.CarrierAway, Detail: "511"}},
		{302, "", "", message.Result{Outcome: message.OutcomeFailed, Reason: message.CarrierRefuses, Detail: "302"}},
		{401, "", "", message.Result{Outcome: message.OutcomeFailed, Reason: message.CarrierRefuses, Detail: "401"}},
	} {
		told[c.code], told[http.StatusText(c.status)] = true, true
		w.Answer(device, fcmfake.Answer{Status: c.status, Code: c.code, RetryAfter: c.after})
		if diff := cmp.Diff(c.want, w.send(w.message())); diff != "" {
			t.Errorf("%d %s: %s", c.status, c.code, diff)
		}
	}
	for code := range fcm.Codes {
		if !told[code] {
			t.Errorf("no test has %s", code)
		}
	}
	for status := range fcm.Statuses {
		if !told[http.StatusText(status)] {
			t.Errorf("no test has %d", status)
		}
	}
}

func TestAnAddressThatNeverWasOneIsDead(t *testing.T) {
	w := start(t, nil)
	for _, body := range []string{
		`{"error":{"code":400,"message":"The registration token is not a valid FCM registration token","status":"INVALID_ARGUMENT",` +
			`"details":[{"@type":"type.googleapis.com/google.firebase.fcm.v1.FcmError","errorCode":"INVALID_ARGUMENT"}]}}`,
		`{"error":{"code":400,"message":"Request contains an invalid argument.","status":"INVALID_ARGUMENT","details":[` +
			`{"@type":"type.googleapis.com/google.firebase.fcm.v1.FcmError","errorCode":"INVALID_ARGUMENT"},` +
			`{"@type":"type.googleapis.com/google.rpc.BadRequest","fieldViolations":[{"field":"message.token","description":"Invalid registration token"}]}]}}`,
	} {
		w.Answer(device, fcmfake.Answer{Status: http.StatusBadRequest, Body: body})
		got := w.send(w.message())
		w.want(got, message.OutcomeFailed, message.BadAddress)
		if !got.AddressDead {
			t.Errorf("the address lives after %s", body)
		}
	}
	// Another field is what is said.
	w.Answer(device, fcmfake.Answer{Status: http.StatusBadRequest, Body: `{"error":{"details":[{"fieldViolations":[{"field":"message.data[0].value"}]}]}}`})
	if got := w.send(w.message()); got.AddressDead || got.Reason != message.ContentRefused {
		t.Errorf("got %+v", got)
	}
}

func TestATakenMessageHasAName(t *testing.T) {
	w := start(t, nil)
	for _, body := range []string{"OK", "{}", `{"name":7}`, `{"name":"` + strings.Repeat("x", 1000) + `"}`} {
		w.Answer(device, fcmfake.Answer{Status: http.StatusOK, Body: body})
		w.want(w.send(w.message()), message.OutcomeUnknown, message.Unintelligible)
	}
}

func FuzzResult(f *testing.F) {
	f.Add(200, "", `{"name":"projects/p/messages/1"}`)
	f.Add(404, "", `{"error":{"details":[{"@type":"type.googleapis.com/google.firebase.fcm.v1.FcmError","errorCode":"UNREGISTERED"}]}}`)
	f.Add(429, "Wed, 21 Oct 2026 07:28:00 GMT", `{"error":{"details":[{"fieldViolations":[{"field":"message.token"}]}]}}`)
	f.Add(503, "120", "<html>")
	f.Fuzz(func(t *testing.T, status int, after, body string) {
		header := http.Header{"Retry-After": {after}}
		got, _ := fcm.Result(carrier.Answer{Status: status, Header: header, Body: []byte(body)}, time.Unix(0, 0))
		switch {
		case !slices.Contains(outcomes, got.Outcome):
			t.Errorf("no outcome: %+v", got)
		case (got.Outcome == message.OutcomeSent) != (got.Reason == ""):
			t.Errorf("a reason with success, or none without: %+v", got)
		case got.RetryAfter < 0 || got.RetryAfter > time.Hour:
			t.Errorf("it waits %s", got.RetryAfter)
		case got.Outcome == message.OutcomeThrottled && got.RetryAfter == 0:
			t.Error("throttled, and not for how long")
		case got.AddressDead && got.Reason != message.BadAddress:
			t.Errorf("dead, and another reason: %+v", got)
		case len(got.Ref) > 256 || len(got.Detail) > 64:
			t.Errorf("too long: %+v", got)
		}
	})
}
