package e2e

import (
	"encoding/pem"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
)

// callee takes calls over TLS, and keeps them.
type callee struct {
	*httptest.Server
	mu    sync.Mutex
	calls []taken
}

// taken is one call.
type taken struct {
	path, body string
	header     http.Header
}

func newCallee(t *testing.T) *callee {
	t.Helper()
	c := &callee{}
	c.Server = httptest.NewTLSServer(c)
	t.Cleanup(c.Close)
	return c
}

func (c *callee) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 1<<20))
	if err != nil {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.calls = append(c.calls, taken{r.URL.Path, string(body), r.Header.Clone()})
	w.WriteHeader(http.StatusNoContent)
}

// about are the calls at a path that say a word.
func (c *callee) about(path, word string) []taken {
	c.mu.Lock()
	defer c.mu.Unlock()
	var about []taken
	for _, call := range c.calls {
		if call.path == path && strings.Contains(call.body, word) {
			about = append(about, call)
		}
	}
	return about
}

// verify checks a call's signature as whoever has the secret does.
func (c taken) verify(t *testing.T, secret string) {
	t.Helper()
	key, err := standardwebhooks.NewWebhook(secret)
	if err != nil {
		t.Fatalf("the secret: %v", err)
	}
	if err := key.Verify([]byte(c.body), c.header); err != nil {
		t.Errorf("the signature of a call at %s: %v", c.path, err)
	}
}

// authority writes a file with whom a server's certificate rests on.
func authority(t *testing.T, server *httptest.Server) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "authority.pem")
	write(t, file, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw}))
	return file
}
