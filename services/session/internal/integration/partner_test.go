package integration_test

import (
	"bytes"
	"encoding/pem"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	metricnoop "go.opentelemetry.io/otel/metric/noop"

	"github.com/ventanilla/ventanilla/pkg/egress"
	"github.com/ventanilla/ventanilla/pkg/testkit"
	"github.com/ventanilla/ventanilla/services/session/internal/integration"
)

func TestMain(m *testing.M) { testkit.Main(m) }

// partner is an endpoint of a partner's: its login at /login, its tokens at /token.
type partner struct {
	*httptest.Server
	config egress.Config
	clock  *testkit.Clock
	// login and token answer.
	login, token http.HandlerFunc

	mu    sync.Mutex
	calls []call
}

// call is one that came.
type call struct {
	method, uri string
	header      http.Header
	body        string
}

func newPartner(t *testing.T) *partner {
	t.Helper()
	p := &partner{clock: testkit.NewClock(time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC))}
	p.login = says(`{"chave":"ana@example.org"}`)
	p.token = says(`{"access_token":"t1","expires_in":60}`)
	p.Server = httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		p.mu.Lock()
		p.calls = append(p.calls, call{r.Method, r.URL.RequestURI(), r.Header, string(body)})
		login, token := p.login, p.token
		p.mu.Unlock()
		if r.URL.Path == "/token" {
			token(w, r)
		} else {
			login(w, r)
		}
	}))
	t.Cleanup(p.Close)
	p.config = egress.Config{AllowNetworks: []string{"127.0.0.1/32"}, CAFile: filepath.Join(t.TempDir(), "ca.pem")}
	text := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: p.Certificate().Raw})
	if err := os.WriteFile(p.config.CAFile, text, 0o600); err != nil {
		t.Fatal(err)
	}
	return p
}

// says answers with a body.
func says(body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, body) }
}

// status answers with a status.
func status(code int) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(code) }
}

// came are the calls so far to a path with its query, or to all for none.
func (p *partner) came(path string) (some []call) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, c := range p.calls {
		if path == "" || c.uri == path {
			some = append(some, c)
		}
	}
	return some
}

// options are those of a client for the partner.
func (p *partner) options(t *testing.T) integration.Options {
	t.Helper()
	calls, err := egress.New(p.config, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { calls.Close() })
	return integration.Options{
		Egress: calls, Timeout: time.Minute, Pause: time.Hour, Now: p.clock.Now,
		Logger: slog.New(slog.NewTextHandler(new(bytes.Buffer), nil)), Meter: metricnoop.NewMeterProvider().Meter(""),
	}
}

func client(t *testing.T, options integration.Options) *integration.Client {
	t.Helper()
	c, err := integration.New(options)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// simple is an integration that only logs in, by the parameters "user" and "secret".
func (p *partner) simple() integration.Integration {
	return integration.Integration{Key: "i", Changed: p.clock.Now(), Definition: integration.Definition{
		Name: "simple",
		Login: integration.Endpoint{
			URL: p.URL + "/login", Parameters: []integration.NamedValue{{Name: "user", Value: "{login}"}, {Name: "secret", Value: "{password}"}},
		},
	}}
}

// authorized is simple with an authorization step.
func (p *partner) authorized() integration.Integration {
	in := p.simple()
	in.Authorization = &integration.Authorization{URL: p.URL + "/token", Parameters: []integration.NamedValue{{Name: "grant_type", Value: "client_credentials"}}}
	return in
}
