package carrier_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/ventanilla/ventanilla/pkg/testkit"
	"github.com/ventanilla/ventanilla/services/notifications/internal/carrier"
	"github.com/ventanilla/ventanilla/services/notifications/internal/message"
)

func TestMain(m *testing.M) { testkit.Main(m) }

func TestRetryAfter(t *testing.T) {
	now := time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)
	for text, want := range map[string]time.Duration{
		"": 0, "0": 0, "17": 17 * time.Second, "-5": 0, "1e3": 0, "99999999999999999999": 0, "86400": time.Hour, "soon": 0,
		now.Add(30 * time.Second).Format(http.TimeFormat): 30 * time.Second,
		now.Add(-time.Minute).Format(http.TimeFormat):     0,
		now.Add(48 * time.Hour).Format(http.TimeFormat):   time.Hour,
	} {
		if got := carrier.RetryAfter(http.Header{"Retry-After": {text}}, now); got != want {
			t.Errorf("%q: got %s, want %s", text, got, want)
		}
	}
}

// TestWhatACallWithoutAnAnswerMeans has connections that are not made, and those that break.
func TestWhatACallWithoutAnAnswerMeans(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }))
	t.Cleanup(server.Close)
	gone := httptest.NewServer(http.NotFoundHandler())
	gone.Close()
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	late, cancelLate := context.WithTimeout(t.Context(), 0)
	defer cancelLate()
	for name, c := range map[string]struct {
		ctx     context.Context
		url     string
		outcome message.Outcome
		reason  message.Reason
	}{
		"broken off":   {t.Context(), server.URL, message.OutcomeUnknown, message.CarrierAway},
		"nobody there": {t.Context(), gone.URL, message.OutcomeFailed, message.CarrierAway},
		"ended before": {ended, server.URL, message.OutcomeFailed, message.CarrierAway},
		"late before":  {late, server.URL, message.OutcomeFailed, message.CarrierTimeout},
	} {
		t.Run(name, func(t *testing.T) {
			client := carrier.HTTPClient()
			defer client.CloseIdleConnections()
			request, err := http.NewRequestWithContext(c.ctx, http.MethodPost, c.url, http.NoBody)
			if err != nil {
				t.Fatal(err)
			}
			_, got, ok := carrier.Call(client, request)
			if ok || got.Outcome != c.outcome || got.Reason != c.reason {
				t.Errorf("got %v %+v", ok, got)
			}
		})
	}
}
