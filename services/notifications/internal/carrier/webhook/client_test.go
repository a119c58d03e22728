package webhook_test

import (
	"context"
	"encoding/json"
	"encoding/pem"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"github.com/ventanilla/ventanilla/pkg/egress"
	"github.com/ventanilla/ventanilla/pkg/testkit"
	"github.com/ventanilla/ventanilla/services/notifications/internal/carrier"
	"github.com/ventanilla/ventanilla/services/notifications/internal/carrier/webhook"
	"github.com/ventanilla/ventanilla/services/notifications/internal/message"
)

func TestMain(m *testing.M) { testkit.Main(m) }

var _ carrier.Client = (*webhook.Client)(nil)

var secret = []byte("0123456789abcdef0123456789abcdef")

func client(t *testing.T, handle http.HandlerFunc) (c *webhook.Client, url string) {
	t.Helper()
	server := httptest.NewTLSServer(handle)
	t.Cleanup(server.Close)
	config := egress.DefaultConfig()
	config.AllowNetworks, config.CAFile = []string{"127.0.0.1/32"}, filepath.Join(t.TempDir(), "ca.pem")
	text := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})
	if err := os.WriteFile(config.CAFile, text, 0o600); err != nil {
		t.Fatal(err)
	}
	c, err := webhook.New(config, webhook.Options{Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c, server.URL
}

func advertisement(url string) message.Message {
	return message.Message{
		ID: "d1-2", Attempt: 1, Channel: message.Webhook, Kind: message.Advertisement, To: message.Address{ID: "a", Value: url, Secret: secret},
		Title: "Oferta", Text: "Dos por uno,\n«hoy»", Link: "https://example.org/a", PictureURL: "https://example.org/p", Receipt: "token",
		Data: map[string]string{"record": "203"},
	}
}

func TestWhatACalleeIsTold(t *testing.T) {
	c, url := client(t, func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		verifier, err := standardwebhooks.NewWebhookRaw(secret)
		if err != nil {
			t.Error(err)
		}
		if err := verifier.Verify(body, r.Header); err != nil {
			t.Error(err)
		}
		var got map[string]any
		if err := json.Unmarshal(body, &got); err != nil {
			t.Error(err)
		}
		if _, err := time.Parse(time.RFC3339, got["timestamp"].(string)); err != nil {
			t.Error(err)
		}
		delete(got, "timestamp")
		want := map[string]any{"type": "message.sent", "data": map[string]any{
			"id": "d1-2", "kind": "advertisement", "title": "Oferta", "message": "Dos por uno,\n«hoy»", "link": "https://example.org/a", "picture": "https://example.org/p",
			"data": map[string]any{"record": "203"},
		}}
		if diff := cmp.Diff(want, got); diff != "" || r.Header.Get("webhook-id") != "d1-2" {
			t.Error(diff, r.Header)
		}
		w.WriteHeader(http.StatusNoContent)
	})
	if got := c.Send(t.Context(), advertisement(url)); got.Outcome != message.OutcomeDelivered {
		t.Errorf("%+v", got)
	}
}

func TestWhatStatusesMean(t *testing.T) {
	c, url := client(t, func(w http.ResponseWriter, r *http.Request) {
		if wait := r.URL.Query().Get("wait"); wait != "" {
			w.Header().Set("Retry-After", wait)
		}
		status, err := strconv.Atoi(r.URL.Path[1:])
		if err != nil {
			t.Error(err)
		}
		w.WriteHeader(status)
	})
	result := func(outcome message.Outcome, reason message.Reason) message.Result {
		return message.Result{Outcome: outcome, Reason: reason}
	}
	dead := result(message.OutcomeRejected, message.BadAddress)
	dead.AddressDead = true
	wait := func(r message.Result, d time.Duration) message.Result {
		r.RetryAfter = d
		return r
	}
	for path, want := range map[string]message.Result{
		"/200": result(message.OutcomeDelivered, ""), "/202": result(message.OutcomeDelivered, ""), "/299": result(message.OutcomeDelivered, ""),
		"/301": result(message.OutcomeRejected, message.BadAddress), "/307": result(message.OutcomeRejected, message.BadAddress),
		"/400": result(message.OutcomeRejected, message.ContentRefused), "/401": result(message.OutcomeRejected, message.Blocked),
		"/403": result(message.OutcomeRejected, message.Blocked), "/404": result(message.OutcomeRejected, message.BadAddress),
		"/405": result(message.OutcomeRejected, message.BadAddress), "/408": result(message.OutcomeFailed, message.RecipientAway),
		"/409": result(message.OutcomeFailed, message.RecipientAway), "/410": dead, "/413": result(message.OutcomeRejected, message.ContentRefused),
		"/421": result(message.OutcomeRejected, message.BadAddress), "/422": result(message.OutcomeRejected, message.ContentRefused),
		"/425": result(message.OutcomeFailed, message.RecipientAway), "/429": result(message.OutcomeThrottled, message.RecipientAway),
		"/429?wait=9": wait(result(message.OutcomeThrottled, message.RecipientAway), 9*time.Second),
		"/500":        result(message.OutcomeFailed, message.RecipientAway), "/503": result(message.OutcomeFailed, message.RecipientAway),
		"/503?wait=9": wait(result(message.OutcomeThrottled, message.RecipientAway), 9*time.Second),
		"/504":        result(message.OutcomeFailed, message.RecipientAway), "/600": result(message.OutcomeFailed, message.Unintelligible),
	} {
		got := c.Send(t.Context(), advertisement(url+path))
		if want.Detail = "status " + path[1:4]; got != want {
			t.Errorf("%s: %+v, want %+v", path, got, want)
		}
	}
}

func TestNoAnswer(t *testing.T) {
	arrived := make(chan struct{})
	c, url := client(t, func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		close(arrived)
		<-r.Context().Done()
		panic(http.ErrAbortHandler) // an answer could still be taken
	})
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		<-arrived
		cancel()
	}()
	if got := c.Send(ctx, advertisement(url)); got.Outcome != message.OutcomeUnknown || got.Reason != message.RecipientAway {
		t.Errorf("when it may have arrived: %+v", got)
	}
	if got := c.Send(ctx, advertisement(url)); got.Outcome != message.OutcomeFailed {
		t.Errorf("when it cannot have: %+v", got)
	}
	if got := c.Send(t.Context(), advertisement("https://10.0.0.1/")); got.Outcome != message.OutcomeRejected || got.Reason != message.BadAddress || got.AddressDead {
		t.Errorf("where nobody may call: %+v", got)
	}
}
