package fcm_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ventanilla/ventanilla/pkg/testkit"
	"github.com/ventanilla/ventanilla/pkg/testkit/fcmfake"
	"github.com/ventanilla/ventanilla/services/notifications/internal/carrier/fcm"
	"github.com/ventanilla/ventanilla/services/notifications/internal/message"
)

func TestMain(m *testing.M) { testkit.Main(m) }

const (
	patience = 60 * time.Second
	device   = "device-1"
)

// world is an FCM and a client of it, whose clock stands still.
type world struct {
	*fcmfake.Server
	*fcm.Client
	t     *testing.T
	clock *testkit.Clock
}

func start(t *testing.T, change func(*fcm.Config)) *world {
	t.Helper()
	w := &world{Server: fcmfake.New(t), t: t, clock: testkit.NewClock(time.Now())}
	config := fcm.DefaultConfig()
	config.CredentialsFile, config.Endpoint = w.CredentialsFile, w.Endpoint
	if change != nil {
		change(&config)
	}
	var err error
	if w.Client, err = fcm.New(config, w.clock.Now); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := w.Client.Close(); err != nil {
			t.Error(err)
		}
	})
	return w
}

func (w *world) message() message.Message {
	return message.Message{
		ID: "d1-1", Attempt: 1, Channel: message.FCM, Kind: message.Notification, To: message.Address{Value: device},
		Title: "Clínica Dr. Nano", Text: "Lunes 29-10 a las 9:15Hs.", Expires: w.clock.Now().Add(time.Hour),
	}
}

// send makes an attempt that has all the time it needs.
func (w *world) send(m message.Message) message.Result {
	ctx, cancel := context.WithTimeout(w.t.Context(), patience)
	defer cancel()
	return w.Send(ctx, m)
}

func (w *world) want(got message.Result, outcome message.Outcome, reason message.Reason) {
	w.t.Helper()
	if got.Outcome != outcome || got.Reason != reason {
		w.t.Errorf("got %+v, want %s %s", got, outcome, reason)
	}
}

func TestAMessageReachesItsApp(t *testing.T) {
	w := start(t, func(c *fcm.Config) { c.ClickAction = "OPEN" })
	plain := w.message()
	rich := w.message()
	rich.ID, rich.Kind, rich.Link, rich.PictureURL = "d1-2", message.Advertisement, "https://example.cl/autos", "https://example.cl/p.png"
	rich.Data = map[string]string{"record": "203"}
	for i, m := range []message.Message{plain, rich} {
		got := w.send(m)
		w.want(got, message.OutcomeSent, "")
		if want := "projects/" + fcmfake.Project + "/messages/" + strconv.Itoa(i+1); got.Ref != want {
			t.Errorf("the reference is %q, want %q", got.Ref, want)
		}
	}
	expires := strconv.FormatInt(w.clock.Now().Add(time.Hour).Unix(), 10)
	var first, second fcmfake.Message
	first.Token = device
	first.Notification = fcmfake.Notification{Title: plain.Title, Body: plain.Text}
	first.Data = map[string]string{"id": "d1-1"}
	first.Android.Priority, first.Android.TTL, first.Android.Notification.Tag = "HIGH", "3600s", "d1-1"
	first.Webpush.Headers = map[string]string{"TTL": "3600", "Urgency": "high"}
	first.Webpush.Notification = map[string]string{"tag": "d1-1"}
	first.APNS.Headers = map[string]string{"apns-priority": "10", "apns-expiration": expires, "apns-collapse-id": "d1-1"}
	second.Token = device
	second.Notification = fcmfake.Notification{Title: rich.Title, Body: rich.Text, Image: rich.PictureURL}
	second.Data = map[string]string{"id": "d1-2", "link": rich.Link, "record": "203"}
	second.Android.Priority, second.Android.TTL, second.Android.Notification.Tag = "NORMAL", "3600s", "d1-2"
	second.Android.Notification.ClickAction = "OPEN"
	second.Webpush.Headers = map[string]string{"TTL": "3600", "Urgency": "normal"}
	second.Webpush.Notification = map[string]string{"tag": "d1-2"}
	second.Webpush.Options.Link = rich.Link
	second.APNS.Headers = map[string]string{"apns-priority": "5", "apns-expiration": expires, "apns-collapse-id": "d1-2"}
	if diff := cmp.Diff([]fcmfake.Message{first, second}, w.Messages()); diff != "" {
		t.Error(diff)
	}
}

func TestAMessageLivesNoLongerThanFCMAllows(t *testing.T) {
	w := start(t, nil)
	for _, life := range []time.Duration{-time.Hour, 1500 * time.Millisecond, 90 * 24 * time.Hour} {
		m := w.message()
		m.Expires = w.clock.Now().Add(life)
		w.want(w.send(m), message.OutcomeSent, "")
	}
	for i, want := range []string{"0s", "1s", "2419200s"} {
		if got := w.Messages()[i].Android.TTL; got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}

func TestConcurrentAttemptsShareAToken(t *testing.T) {
	w := start(t, nil)
	w.Hold()
	var sending sync.WaitGroup
	for range 30 {
		sending.Go(func() { w.want(w.send(w.message()), message.OutcomeSent, "") })
	}
	testkit.Eventually(t, patience, func() error {
		if w.Asked() == 0 {
			return context.DeadlineExceeded
		}
		return nil
	})
	w.Release()
	sending.Wait()
	if w.Asked() != 1 {
		t.Errorf("%d assertions for 30 attempts", w.Asked())
	}
}

func TestATokenIsReplacedBeforeItsEnd(t *testing.T) {
	w := start(t, nil)
	w.want(w.send(w.message()), message.OutcomeSent, "")
	w.clock.Advance(time.Hour - fcm.Early - time.Minute)
	w.want(w.send(w.message()), message.OutcomeSent, "")
	if w.Asked() != 1 {
		t.Error("a good token was replaced")
	}
	w.clock.Advance(time.Minute + time.Second)
	w.want(w.send(w.message()), message.OutcomeSent, "")
	if w.Asked() != 2 {
		t.Error("a token that is about to end was not replaced")
	}
}

func TestARevokedTokenIsForgotten(t *testing.T) {
	w := start(t, nil)
	w.want(w.send(w.message()), message.OutcomeSent, "")
	w.Revoke()
	w.want(w.send(w.message()), message.OutcomeFailed, message.CarrierRefuses)
	w.want(w.send(w.message()), message.OutcomeSent, "")
}

func TestTheProjectsOtherKeysAreNoFaultOfTheToken(t *testing.T) {
	w := start(t, nil)
	w.Answer(device, fcmfake.Answer{Status: http.StatusUnauthorized, Code: "THIRD_PARTY_AUTH_ERROR"})
	w.want(w.send(w.message()), message.OutcomeFailed, message.CarrierRefuses)
	w.want(w.send(w.message()), message.OutcomeSent, "")
	if w.Asked() != 1 {
		t.Error("the token was fetched again")
	}
}

func TestRefusedCredentials(t *testing.T) {
	w := start(t, nil)
	for _, c := range []struct {
		status  int
		after   string
		outcome message.Outcome
		reason  message.Reason
		wait    time.Duration
	}{
		{http.StatusBadRequest, "", message.OutcomeFailed, message.CarrierRefuses, 0},
		{http.StatusUnauthorized, "", message.OutcomeFailed, message.CarrierRefuses, 0},
		{http.StatusServiceUnavailable, "7", message.OutcomeFailed, message.CarrierAway, 7 * time.Second},
		{http.StatusTooManyRequests, "", message.OutcomeThrottled, message.Throttled, time.Second},
	} {
		w.RefuseTokens(fcmfake.Answer{Status: c.status, RetryAfter: c.after, Body: `{"error":"invalid_grant"}`})
		got := w.send(w.message())
		w.want(got, c.outcome, c.reason)
		if got.RetryAfter != c.wait {
			t.Errorf("it waits %s, want %s", got.RetryAfter, c.wait)
		}
	}
	w.RefuseTokens(fcmfake.Answer{Status: http.StatusOK, Body: "no JSON"})
	w.want(w.send(w.message()), message.OutcomeFailed, message.CarrierAway)
	w.want(w.send(w.message()), message.OutcomeSent, "")
}

func TestFCMAway(t *testing.T) {
	w := start(t, nil)
	w.want(w.send(w.message()), message.OutcomeSent, "")
	w.Server.Close()
	if err := w.Client.Close(); err != nil { // of no connection that is kept anybody knows whether it still leads there
		t.Fatal(err)
	}
	w.want(w.send(w.message()), message.OutcomeFailed, message.CarrierAway)
	w.clock.Advance(time.Hour)
	w.want(w.send(w.message()), message.OutcomeFailed, message.CarrierAway) // and no token either
}

func TestFCMSlow(t *testing.T) {
	w := start(t, nil)
	w.Hold()
	short := func() message.Result {
		ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
		defer cancel()
		return w.Send(ctx, w.message())
	}
	w.want(short(), message.OutcomeFailed, message.CarrierTimeout) // without a token nothing can have been taken
	w.Release()
	w.want(w.send(w.message()), message.OutcomeSent, "")
	w.Hold()
	w.want(short(), message.OutcomeUnknown, message.CarrierTimeout)
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	if got := w.Send(gone, w.message()).Outcome; got != message.OutcomeFailed {
		t.Errorf("got %s of an attempt that was ended before it began", got)
	}
}

// TestAnswersThatAreNone has an FCM that breaks off, talks without end, and leads elsewhere.
func TestAnswersThatAreNone(t *testing.T) {
	var bearers sync.Map
	elsewhere := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { bearers.Store(r.Header.Get("Authorization"), true) }))
	t.Cleanup(elsewhere.Close)
	for name, c := range map[string]struct {
		answer  http.HandlerFunc
		outcome message.Outcome
		reason  message.Reason
	}{
		"broken off": {func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, message.OutcomeUnknown, message.CarrierAway},
		"without end": {func(w http.ResponseWriter, _ *http.Request) {
			_, _ = w.Write([]byte(strings.Repeat("x", 1<<20)))
		}, message.OutcomeUnknown, message.Unintelligible},
		"elsewhere": {func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, elsewhere.URL, http.StatusTemporaryRedirect)
		}, message.OutcomeFailed, message.CarrierRefuses},
	} {
		t.Run(name, func(t *testing.T) {
			server := httptest.NewServer(c.answer)
			t.Cleanup(server.Close)
			w := start(t, func(config *fcm.Config) { config.Endpoint = server.URL })
			w.want(w.send(w.message()), c.outcome, c.reason)
		})
	}
	bearers.Range(func(any, any) bool {
		t.Error("an access token went where FCM led")
		return false
	})
}

func TestAnEmptyAddressIsDead(t *testing.T) {
	w := start(t, nil)
	m := w.message()
	m.To.Value = ""
	if got := w.send(m); !got.AddressDead {
		t.Errorf("got %+v", got)
	}
}
