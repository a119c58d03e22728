package webhook_test

import (
	"bytes"
	"encoding/pem"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"github.com/ventanilla/ventanilla/pkg/egress"
	"github.com/ventanilla/ventanilla/pkg/testkit"
	"github.com/ventanilla/ventanilla/services/notifications/internal/webhook"
)

func TestMain(m *testing.M) { testkit.Main(m) }

var secrets = [][]byte{[]byte("0123456789abcdef0123456789abcdef"), []byte("fedcba9876543210fedcba9876543210")}

// callee is an https server for 127.0.0.1 and example.com.
func callee(t *testing.T, handle http.HandlerFunc) (server *httptest.Server, config egress.Config) {
	t.Helper()
	server = httptest.NewTLSServer(handle)
	t.Cleanup(server.Close)
	file := filepath.Join(t.TempDir(), "ca.pem")
	text := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})
	if err := os.WriteFile(file, text, 0o600); err != nil {
		t.Fatal(err)
	}
	return server, egress.Config{AllowNetworks: []string{"127.0.0.0/8"}, CAFile: file}
}

func client(t *testing.T, config egress.Config) *webhook.Client {
	t.Helper()
	c, err := webhook.New(config, webhook.Options{Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	})
	return c
}

func call(url string) webhook.Call {
	return webhook.Call{ID: "msg_1", URL: url, Body: []byte(`{"type":"x"}`), Secrets: secrets}
}

func TestCallsAreSignedWithEverySecret(t *testing.T) {
	var got http.Header
	var body []byte
	server, config := callee(t, func(w http.ResponseWriter, r *http.Request) {
		got, body = r.Header, must(io.ReadAll(r.Body))
		if r.Method != http.MethodPost || r.URL.RequestURI() != "/told?a=b" {
			t.Errorf("called by %s %s", r.Method, r.URL)
		}
		w.Header().Set("Retry-After", "7")
		w.WriteHeader(http.StatusAccepted)
	})
	answer, err := client(t, config).Call(t.Context(), call(server.URL+"/told?a=b"))
	if err != nil || answer != (webhook.Answer{Status: 202, RetryAfter: 7 * time.Second}) {
		t.Fatalf("%+v, %v", answer, err)
	}
	if !bytes.Equal(body, []byte(`{"type":"x"}`)) || got.Get("Content-Type") != "application/json" || got.Get("webhook-id") != "msg_1" {
		t.Errorf("%s with %v", body, got)
	}
	for i, secret := range secrets {
		verifier, err := standardwebhooks.NewWebhookRaw(secret)
		if err != nil {
			t.Fatal(err)
		}
		if err := verifier.Verify(body, got); err != nil {
			t.Errorf("by secret %d: %v", i, err)
		}
		if err := verifier.Verify([]byte(`{"type":"y"}`), got); err == nil {
			t.Errorf("by secret %d another body is taken", i)
		}
	}
	stranger, _ := standardwebhooks.NewWebhookRaw([]byte("another secret, of 32 characters"))
	if err := stranger.Verify(body, got); err == nil {
		t.Error("a stranger's secret verifies")
	}
	if _, err := client(t, config).Call(t.Context(), webhook.Call{ID: "msg_1", URL: server.URL}); err == nil {
		t.Error("a call without a secret was made")
	}
}

func TestRetryAfter(t *testing.T) {
	for text, want := range map[string]time.Duration{
		"": 0, "0": 0, "90": 90 * time.Second, "999999999": time.Hour, "-1": 0, "soon": 0, "Mon, 02 Jan 2006 15:04:05 GMT": 0,
		"Fri, 31 Dec 2100 23:59:59 GMT": time.Hour,
	} {
		server, config := callee(t, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Retry-After", text)
			w.WriteHeader(http.StatusServiceUnavailable)
		})
		answer, err := client(t, config).Call(t.Context(), call(server.URL))
		if err != nil || answer.Status != 503 || answer.RetryAfter != want {
			t.Errorf("%q: %+v, %v", text, answer, err)
		}
	}
}

func TestStrangersAreReachedAsTheConfigurationSays(t *testing.T) {
	server, config := callee(t, func(http.ResponseWriter, *http.Request) { t.Error("it was called") })
	config.AllowNetworks = nil
	if _, err := client(t, config).Call(t.Context(), call(server.URL)); !errors.Is(err, egress.ErrForbidden) {
		t.Errorf("the loopback: %v", err)
	}
	if _, err := webhook.New(egress.Config{AllowNetworks: []string{"x"}}, webhook.Options{Now: time.Now}); err == nil {
		t.Error("a network that is none is taken")
	}
}

func TestEndlessAnswersAreAnswers(t *testing.T) {
	server, config := callee(t, func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body) // a server hears of a caller who leaves once it has read all
		for r.Context().Err() == nil {
			if _, err := io.WriteString(w, strings.Repeat("x", 1000)); err != nil {
				return
			}
		}
	})
	if answer, err := client(t, config).Call(t.Context(), call(server.URL)); err != nil || answer.Status != 200 {
		t.Errorf("%+v, %v", answer, err)
	}
}

func must[T any](value T, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}
