package kannel_test

import (
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ventanilla/ventanilla/services/notifications/internal/carrier"
	"github.com/ventanilla/ventanilla/services/notifications/internal/carrier/kannel"
	"github.com/ventanilla/ventanilla/services/notifications/internal/message"
)

func TestCodes(t *testing.T) {
	var status int
	var body, after string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if after != "" {
			w.Header().Set("Retry-After", after)
		}
		w.WriteHeader(status)
		_, _ = w.Write([]byte(body))
	}))
	t.Cleanup(server.Close)
	c := kannel.DefaultConfig()
	c.URL, c.Username, c.Password = server.URL, "user", "secret"
	sender := client(t, c)
	cases := []struct {
		status      int
		body, after string
		want        message.Result
	}{
		{202, "0: Accepted for delivery", "", message.Result{Outcome: message.OutcomeSent, Detail: "202"}},
		{202, "3: Queued for later delivery", "", message.Result{Outcome: message.OutcomeSent, Detail: "202"}},
		{202, "Sent. Message splits: 2", "", message.Result{Outcome: message.OutcomeSent, Detail: "202"}},
		{202, "Welcome", "", message.Result{Outcome: message.OutcomeUnknown, Reason: message.Unintelligible, Detail: "202"}},
		{400, "Number(s) has/have been denied by white- and/or black-lists.", "", message.Result{Outcome: message.OutcomeRejected, Reason: message.Blocked, Detail: "400"}},
		{400, "Missing receiver(s) number(s), rejected", "", message.Result{Outcome: message.OutcomeRejected, Reason: message.BadAddress, Detail: "400"}},
		{400, "Empty receiver number not allowed, rejected", "", message.Result{Outcome: message.OutcomeRejected, Reason: message.BadAddress, Detail: "400"}},
		{400, "Charset or body misformed, rejected", "", message.Result{Outcome: message.OutcomeRejected, Reason: message.ContentRefused, Detail: "400"}},
		{400, "Sender missing and no global set, rejected", "", refused(400)},
		{400, "Account field misformed or too long, rejected", "", refused(400)},
		{400, "UDH field misformed, rejected", "", refused(400)},
		{400, "DLR-URL field misformed, rejected", "", refused(400)},
		{400, "DLR-Mask field misformed, rejected", "", refused(400)},
		{400, "MClass field misformed, rejected", "", refused(400)},
		{400, "PID field misformed, rejected", "", refused(400)},
		{400, "Alt-DCS field misformed, rejected", "", refused(400)},
		{400, "Coding field misformed, rejected", "", refused(400)},
		{400, "Validity field misformed, rejected", "", refused(400)},
		{400, "Invalid content-type", "", refused(400)},
		{400, "Something else", "", message.Result{Outcome: message.OutcomeRejected, Reason: message.ContentRefused, Detail: "400"}},
		{403, "Not routable. Do not try again.", "", message.Result{Outcome: message.OutcomeRejected, Reason: message.BadAddress, Detail: "403"}},
		{403, "Authorization failed for sendsms", "", refused(403)},
		{401, "", "", refused(401)},
		{404, "Unknown request.", "", refused(404)},
		{415, "Unsupported content-type, rejected", "", refused(415)},
		{429, "", "9", message.Result{Outcome: message.OutcomeThrottled, Reason: message.Throttled, RetryAfter: 9 * time.Second, Detail: "429"}},
		{500, "Sending failed.", "", message.Result{Outcome: message.OutcomeFailed, Reason: message.CarrierAway, Detail: "500"}},
		{503, "Temporal failure, try again later.", "", message.Result{Outcome: message.OutcomeThrottled, Reason: message.Throttled, RetryAfter: kannel.Pause, Detail: "503"}},
		{503, "no backend", "", message.Result{Outcome: message.OutcomeFailed, Reason: message.CarrierAway, Detail: "503"}},
		{502, "", "", message.Result{Outcome: message.OutcomeUnknown, Reason: message.CarrierAway, Detail: "502"}},
		{504, "", "", message.Result{Outcome: message.OutcomeUnknown, Reason: message.CarrierTimeout, Detail: "504"}},
	}
	if len(cases) != kannel.Codes {
		t.Errorf("%d cases for %d codes", len(cases), kannel.Codes)
	}
	for _, c := range append(cases, []struct {
		status      int
		body, after string
		want        message.Result
	}{
		{200, "<html>", "", message.Result{Outcome: message.OutcomeUnknown, Reason: message.Unintelligible, Detail: "200"}},
		{302, "", "", refused(302)},
		{507, "", "", message.Result{Outcome: message.OutcomeFailed, Reason: message.CarrierAway, Detail: "507"}},
	}...) {
		status, body, after = c.status, c.body, c.after
		if diff := cmp.Diff(c.want, sender.Send(t.Context(), text("Turno", "Lunes"))); diff != "" {
			t.Errorf("%d %s: %s", c.status, c.body, diff)
		}
	}
}

func refused(status int) message.Result {
	return message.Result{Outcome: message.OutcomeFailed, Reason: message.CarrierRefuses, Detail: strconv.Itoa(status)}
}

func FuzzResult(f *testing.F) {
	f.Add(202, "", "0: Accepted for delivery")
	f.Add(400, "", "Number(s) has/have been denied by white- and/or black-lists.")
	f.Add(503, "Wed, 21 Oct 2026 07:28:00 GMT", "Temporal failure, try again later.")
	f.Fuzz(func(t *testing.T, status int, after, body string) {
		got := kannel.Result(carrier.Answer{Status: status, Header: http.Header{"Retry-After": {after}}, Body: []byte(body)}, time.Unix(0, 0))
		known := []message.Outcome{message.OutcomeSent, message.OutcomeFailed, message.OutcomeRejected, message.OutcomeThrottled, message.OutcomeUnknown}
		switch {
		case !slices.Contains(known, got.Outcome):
			t.Errorf("no outcome: %+v", got)
		case (got.Outcome == message.OutcomeSent) != (got.Reason == ""):
			t.Errorf("a reason with success, or none without: %+v", got)
		case got.Outcome == message.OutcomeThrottled && got.RetryAfter == 0:
			t.Error("throttled, and not for how long")
		case len(body) > 20 && strings.Contains(got.Detail, body):
			t.Error("what Kannel says goes further")
		}
	})
}
