package egress_test

import (
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

	"github.com/ventanilla/ventanilla/pkg/egress"
	"github.com/ventanilla/ventanilla/pkg/testkit"
)

func TestMain(m *testing.M) { testkit.Main(m) }

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

func client(t *testing.T, config egress.Config, resolver egress.Resolver) *egress.Client {
	t.Helper()
	c, err := egress.New(config, resolver)
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

// call returns the status of the answer.
func call(ctx context.Context, c *egress.Client, url string) (int, error) {
	request, err := egress.NewRequest(ctx, http.MethodPost, url, []byte("{}"))
	if err != nil {
		return 0, err
	}
	response, err := c.Do(request)
	if err != nil {
		return 0, err
	}
	_, err = io.CopyN(io.Discard, response.Body, 4<<10)
	if errors.Is(err, io.EOF) {
		err = nil
	}
	return response.StatusCode, errors.Join(err, response.Body.Close())
}

// portOf is the port of a server on the loopback.
func portOf(server *httptest.Server) string {
	_, port, _ := strings.Cut(strings.TrimPrefix(server.URL, "https://"), ":")
	return port
}

func TestAddressesThatMayNotBeCalled(t *testing.T) {
	server, config := callee(t, func(http.ResponseWriter, *http.Request) { t.Error("it was called") })
	plain := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("it was called by http") }))
	t.Cleanup(plain.Close)
	resolver := &names{answers: map[string][][]string{
		"inside.example": {{"127.0.0.1"}}, "both.example": {{"93.184.216.34", "10.0.0.1"}}, "mapped.example": {{"::ffff:127.0.0.1"}},
		"outside.example": {{"93.184.216.34"}}, "metadata.example": {{"169.254.169.254"}}, "empty.example": {{}},
	}}
	strict := client(t, egress.Config{CAFile: config.CAFile}, resolver)
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
		if _, err := call(t.Context(), strict, url); !errors.Is(err, egress.ErrForbidden) {
			t.Errorf("%s: %v", what, err)
		}
	}
	// The zone of an interface, and names that lead nowhere.
	if _, err := call(t.Context(), strict, "https://[fe80::1%25lo]:9999/"); !errors.Is(err, egress.ErrForbidden) {
		t.Errorf("a zone: %v", err)
	}
	for _, host := range []string{"empty.example", "none.example"} {
		if _, err := call(t.Context(), strict, "https://"+host+"/"); !errors.Is(err, egress.ErrUnreachable) || strings.Contains(err.Error(), host) {
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
	if status, err := call(t.Context(), c, url); err != nil || status != 200 || resolver.asked != 1 {
		t.Fatalf("%d, %v, asked %d times", status, err, resolver.asked)
	}
	if err := c.Close(); err != nil { // so that the next call connects
		t.Fatal(err)
	}
	if _, err := call(t.Context(), c, url); !errors.Is(err, egress.ErrForbidden) {
		t.Errorf("inside: %v", err)
	}
	if calls.Load() != 1 {
		t.Errorf("called %d times", calls.Load())
	}
}

func TestTheCertificateIsThatOfTheName(t *testing.T) {
	server, config := callee(t, func(http.ResponseWriter, *http.Request) {})
	resolver := &names{answers: map[string][][]string{"example.com": {{"127.0.0.1"}}, "other.example": {{"127.0.0.1"}}}}
	if _, err := call(t.Context(), client(t, config, resolver), "https://example.com:"+portOf(server)); err != nil {
		t.Errorf("the name of the certificate: %v", err)
	}
	_, err := call(t.Context(), client(t, config, resolver), "https://other.example:"+portOf(server))
	if !errors.Is(err, egress.ErrUnreachable) || !strings.Contains(err.Error(), "certificate") {
		t.Errorf("another name: %v", err)
	}
	config.CAFile = ""
	if _, err := call(t.Context(), client(t, config, nil), server.URL); !errors.Is(err, egress.ErrUnreachable) {
		t.Errorf("an authority that nobody knows: %v", err)
	}
}

func TestPlainHTTPGoesToAllowedNetworks(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) }))
	t.Cleanup(server.Close)
	status, err := call(t.Context(), client(t, egress.Config{AllowNetworks: []string{"127.0.0.0/8"}}, nil), server.URL)
	if err != nil || status != 204 {
		t.Errorf("%d, %v", status, err)
	}
}

func TestProxiesAreNotUsed(t *testing.T) {
	t.Setenv("HTTPS_PROXY", "http://127.0.0.1:1")
	t.Setenv("HTTP_PROXY", "http://127.0.0.1:1")
	server, config := callee(t, func(http.ResponseWriter, *http.Request) {})
	if _, err := call(t.Context(), client(t, config, nil), server.URL); err != nil {
		t.Error(err)
	}
}

func TestWhoeverNeverSaysAWordIsNotReached(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	c := client(t, egress.Config{AllowNetworks: []string{"127.0.0.0/8"}}, nil)
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	if _, err := call(ctx, c, "https://"+listener.Addr().String()); !errors.Is(err, egress.ErrUnreachable) || !errors.Is(err, egress.ErrTimeout) {
		t.Errorf("half-open: %v", err)
	}
	listener.Close()
	_, err = call(t.Context(), c, "https://"+listener.Addr().String())
	if !errors.Is(err, egress.ErrUnreachable) || strings.Contains(err.Error(), "127.0.0.1") {
		t.Errorf("closed: %v", err)
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
	status, err := call(t.Context(), client(t, config, nil), server.URL)
	if err != nil || status != http.StatusTemporaryRedirect || followed.Load() {
		t.Errorf("%d, %v, followed: %t", status, err, followed.Load())
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
	if _, err := call(ctx, c, server.URL+"/silent"); !errors.Is(err, egress.ErrUnanswered) || !errors.Is(err, egress.ErrTimeout) {
		select {
		case <-arrived:
			t.Errorf("silent: %v", err)
		default: // the machine is too slow for the call to have arrived: then it says so
			if !errors.Is(err, egress.ErrUnreachable) {
				t.Errorf("silent, before it arrived: %v", err)
			}
		}
	}
	if status, err := call(t.Context(), c, server.URL+"/endless"); err != nil || status != 200 {
		t.Errorf("endless: %d, %v", status, err)
	}
	for _, path := range []string{"/headers", "/broken"} {
		if _, err := call(t.Context(), c, server.URL+path); !errors.Is(err, egress.ErrUnanswered) || strings.Contains(err.Error(), path) {
			t.Errorf("%s: %v", path, err)
		}
	}
}

func TestSettingsThatCannotBeUsed(t *testing.T) {
	folder := t.TempDir()
	empty := filepath.Join(folder, "empty.pem")
	if err := os.WriteFile(empty, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for key, config := range map[string]egress.Config{
		"allow_networks[0]: ": {AllowNetworks: []string{"x"}},
		"ca_file: has no":     {CAFile: empty},
		"ca_file: open":       {CAFile: filepath.Join(folder, "none.pem")},
	} {
		if _, err := egress.New(config, nil); err == nil || !strings.HasPrefix(err.Error(), key) {
			t.Errorf("%s: %v", key, err)
		}
	}
}
