package webhook_test

import (
	"bytes"
	"context"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"github.com/ventanilla/ventanilla/pkg/testkit"
	"github.com/ventanilla/ventanilla/services/notifications/internal/webhook"
)

func TestMain(m *testing.M) { testkit.Main(m) }

var secrets = [][]byte{[]byte("0123456789abcdef0123456789abcdef"), []byte("fedcba9876543210fedcba9876543210")}

// names is a resolver: answers by host, the next one each time it is asked, and the last for good.
type names struct {
	mu      sync.Mutex
	answers map[string][][]string
	asked   int
}

func (n *names) LookupNetIP(_ context.Context, _, host string) ([]netip.Addr, error) {
	if address, err := netip.ParseAddr(host); err == nil {
		return []netip.Addr{address}, nil
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	n.asked++
	answers := n.answers[host]
	if len(answers) == 0 {
		return nil, &net.DNSError{Err: "no such host", Name: host, IsNotFound: true}
	}
	if len(answers) > 1 {
		n.answers[host] = answers[1:]
	}
	var all []netip.Addr
	for _, text := range answers[0] {
		all = append(all, netip.MustParseAddr(text))
	}
	return all, nil
}

// callee is an https server for 127.0.0.1 and example.com.
func callee(t *testing.T, handle http.HandlerFunc) (server *httptest.Server, config webhook.Config) {
	t.Helper()
	server = httptest.NewTLSServer(handle)
	t.Cleanup(server.Close)
	file := filepath.Join(t.TempDir(), "ca.pem")
	text := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})
	if err := os.WriteFile(file, text, 0o600); err != nil {
		t.Fatal(err)
	}
	return server, webhook.Config{AllowNetworks: []string{"127.0.0.0/8"}, CAFile: file}
}

func client(t *testing.T, config webhook.Config, resolver webhook.Resolver) *webhook.Client {
	t.Helper()
	c, err := webhook.New(config, webhook.Options{Now: time.Now, Resolver: resolver})
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

// portOf is the port of a server on the loopback.
func portOf(server *httptest.Server) string {
	_, port, _ := strings.Cut(strings.TrimPrefix(server.URL, "https://"), ":")
	return port
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
	answer, err := client(t, config, nil).Call(t.Context(), call(server.URL+"/told?a=b"))
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
	if _, err := client(t, config, nil).Call(t.Context(), webhook.Call{ID: "msg_1", URL: server.URL}); err == nil {
		t.Error("a call without a secret was made")
	}
}

func TestRedirectsAreNotFollowed(t *testing.T) {
	var followed atomic.Bool
	server, config := callee(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/elsewhere" {
			followed.Store(true)
		}
		http.Redirect(w, r, "/elsewhere", http.StatusTemporaryRedirect)
	})
	answer, err := client(t, config, nil).Call(t.Context(), call(server.URL))
	if err != nil || answer.Status != http.StatusTemporaryRedirect || followed.Load() {
		t.Errorf("%+v, %v, followed: %t", answer, err, followed.Load())
	}
}

func TestAddressesThatMayNotBeCalled(t *testing.T) {
	server, config := callee(t, func(http.ResponseWriter, *http.Request) { t.Error("it was called") })
	plain := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("it was called by http") }))
	t.Cleanup(plain.Close)
	resolver := &names{answers: map[string][][]string{
		"inside.example": {{"127.0.0.1"}}, "both.example": {{"93.184.216.34", "10.0.0.1"}}, "mapped.example": {{"::ffff:127.0.0.1"}},
		"outside.example": {{"93.184.216.34"}}, "metadata.example": {{"169.254.169.254"}}, "empty.example": {{}},
	}}
	strict := client(t, webhook.Config{CAFile: config.CAFile}, resolver)
	for what, url := range map[string]string{
		"an address on the loopback": server.URL,
		"the same in IPv6":           "https://[::1]:" + portOf(server),
		"the same mapped":            "https://[::ffff:127.0.0.1]:" + portOf(server),
		"a name for it":              "https://inside.example:" + portOf(server),
		"a name for it, mapped":      "https://mapped.example:" + portOf(server),
		"a name for two, one inside": "https://both.example/",
		"metadata":                   "https://metadata.example/latest",
		"http":                       "http://outside.example/",
		"http inside":                plain.URL,
		"the port of mail":           "https://outside.example:25/",
		"the port of ssh":            "https://outside.example:22/",
		"another scheme":             "ftp://outside.example/",
		"a user":                     "https://user:word@outside.example/",
		"a fragment":                 "https://outside.example/#x",
		"nothing":                    "",
		"no host":                    "https:///x",
		"a port of no number":        "https://outside.example:x/",
		"a port of none":             "https://outside.example:0/",
		"what is too long":           "https://outside.example/" + strings.Repeat("x", 2048),
		"a line of its own":          "https://outside.example/\r\nX: y",
	} {
		if _, err := strict.Call(t.Context(), call(url)); !errors.Is(err, webhook.ErrForbidden) {
			t.Errorf("%s: %v", what, err)
		}
	}
	// The zone of an interface, and names that lead nowhere.
	if _, err := strict.Call(t.Context(), call("https://[fe80::1%25lo]:9999/")); !errors.Is(err, webhook.ErrForbidden) {
		t.Errorf("a zone: %v", err)
	}
	for _, host := range []string{"empty.example", "none.example"} {
		if _, err := strict.Call(t.Context(), call("https://"+host+"/")); !errors.Is(err, webhook.ErrUnreachable) || strings.Contains(err.Error(), host) {
			t.Errorf("%s: %v", host, err)
		}
	}
}

func TestANameThatMovesInsideIsNotFollowed(t *testing.T) {
	calls := new(atomic.Int32)
	server, config := callee(t, func(http.ResponseWriter, *http.Request) { calls.Add(1) })
	// At first the name leads to an address that may be called, then inside: whoever has checked the name and looks it up again to connect is misled.
	resolver := &names{answers: map[string][][]string{"example.com": {{"127.0.0.1"}, {"127.0.0.2"}}}}
	config.AllowNetworks = []string{"127.0.0.1/32"}
	c := client(t, config, resolver)
	url := "https://example.com:" + portOf(server)
	if answer, err := c.Call(t.Context(), call(url)); err != nil || answer.Status != 200 || resolver.asked != 1 {
		t.Fatalf("%+v, %v, asked %d times", answer, err, resolver.asked)
	}
	if err := c.Close(); err != nil { // so that the next call connects
		t.Fatal(err)
	}
	if _, err := c.Call(t.Context(), call(url)); !errors.Is(err, webhook.ErrForbidden) {
		t.Errorf("inside: %v", err)
	}
	if calls.Load() != 1 {
		t.Errorf("called %d times", calls.Load())
	}
}

func TestTheCertificateIsThatOfTheName(t *testing.T) {
	server, config := callee(t, func(http.ResponseWriter, *http.Request) {})
	resolver := &names{answers: map[string][][]string{"example.com": {{"127.0.0.1"}}, "other.example": {{"127.0.0.1"}}}}
	if _, err := client(t, config, resolver).Call(t.Context(), call("https://example.com:"+portOf(server))); err != nil {
		t.Errorf("the name of the certificate: %v", err)
	}
	_, err := client(t, config, resolver).Call(t.Context(), call("https://other.example:"+portOf(server)))
	if !errors.Is(err, webhook.ErrUnreachable) || !strings.Contains(err.Error(), "certificate") {
		t.Errorf("another name: %v", err)
	}
	config.CAFile = ""
	if _, err := client(t, config, nil).Call(t.Context(), call(server.URL)); !errors.Is(err, webhook.ErrUnreachable) {
		t.Errorf("an authority that nobody knows: %v", err)
	}
}

func TestPlainHTTPGoesToAllowedNetworks(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) }))
	t.Cleanup(server.Close)
	answer, err := client(t, webhook.Config{AllowNetworks: []string{"127.0.0.0/8"}}, nil).Call(t.Context(), call(server.URL))
	if err != nil || answer.Status != 204 {
		t.Errorf("%+v, %v", answer, err)
	}
}

func TestProxiesAreNotUsed(t *testing.T) {
	t.Setenv("HTTPS_PROXY", "http://127.0.0.1:1")
	t.Setenv("HTTP_PROXY", "http://127.0.0.1:1")
	server, config := callee(t, func(http.ResponseWriter, *http.Request) {})
	if _, err := client(t, config, nil).Call(t.Context(), call(server.URL)); err != nil {
		t.Error(err)
	}
}

func TestSlowAndEndlessCallees(t *testing.T) {
	arrived := make(chan struct{}, 1)
	server, config := callee(t, func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body) // a server hears of a caller who leaves once it has read all
		switch r.URL.Path {
		case "/silent":
			arrived <- struct{}{}
			<-r.Context().Done()
			panic(http.ErrAbortHandler) // an answer could still be taken
		case "/endless":
			for r.Context().Err() == nil {
				if _, err := fmt.Fprintln(w, strings.Repeat("x", 1000)); err != nil {
					return
				}
			}
		case "/headers":
			w.Header().Set("X", strings.Repeat("x", 64<<10))
		case "/broken":
			conn, _, err := http.NewResponseController(w).Hijack()
			if err != nil {
				t.Error(err)
				return
			}
			conn.Close()
		}
	})
	c := client(t, config, nil)

	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	if _, err := c.Call(ctx, call(server.URL+"/silent")); !errors.Is(err, webhook.ErrUnanswered) || !errors.Is(err, webhook.ErrTimeout) {
		select {
		case <-arrived:
			t.Errorf("silent: %v", err)
		default: // the machine is too slow for the call to have arrived: then it says so
			if !errors.Is(err, webhook.ErrUnreachable) {
				t.Errorf("silent, before it arrived: %v", err)
			}
		}
	}
	if answer, err := c.Call(t.Context(), call(server.URL+"/endless")); err != nil || answer.Status != 200 {
		t.Errorf("endless: %+v, %v", answer, err)
	}
	for _, path := range []string{"/headers", "/broken"} {
		if _, err := c.Call(t.Context(), call(server.URL+path)); !errors.Is(err, webhook.ErrUnanswered) || strings.Contains(err.Error(), path) {
			t.Errorf("%s: %v", path, err)
		}
	}
}

func TestWhoeverNeverSaysAWordIsNotReached(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	c := client(t, webhook.Config{AllowNetworks: []string{"127.0.0.0/8"}}, nil)
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	if _, err := c.Call(ctx, call("https://"+listener.Addr().String())); !errors.Is(err, webhook.ErrUnreachable) || !errors.Is(err, webhook.ErrTimeout) {
		t.Errorf("half-open: %v", err)
	}
	listener.Close()
	_, err = c.Call(t.Context(), call("https://"+listener.Addr().String()))
	if !errors.Is(err, webhook.ErrUnreachable) || strings.Contains(err.Error(), "127.0.0.1") {
		t.Errorf("closed: %v", err)
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
		answer, err := client(t, config, nil).Call(t.Context(), call(server.URL))
		if err != nil || answer.Status != 503 || answer.RetryAfter != want {
			t.Errorf("%q: %+v, %v", text, answer, err)
		}
	}
}

func TestSettingsThatCannotBeUsed(t *testing.T) {
	folder := t.TempDir()
	empty := filepath.Join(folder, "empty.pem")
	if err := os.WriteFile(empty, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for key, config := range map[string]webhook.Config{
		"allow_networks[0]: ": {AllowNetworks: []string{"x"}},
		"ca_file: has no":     {CAFile: empty},
		"ca_file: open":       {CAFile: filepath.Join(folder, "none.pem")},
	} {
		if _, err := webhook.New(config, webhook.Options{Now: time.Now}); err == nil || !strings.HasPrefix(err.Error(), key) {
			t.Errorf("%s: %v", key, err)
		}
	}
}

func must[T any](value T, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}
