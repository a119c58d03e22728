package e2e

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"
)

// edge is a gateway as a partner sees it: an address, and the CA that its certificate is checked with.
type edge struct {
	base   string
	client *http.Client
}

func newEdge(t *testing.T, base, caFile string) edge {
	t.Helper()
	transport := &http.Transport{
		TLSClientConfig:       &tls.Config{RootCAs: authorities(t, caFile), MinVersion: tls.VersionTLS12},
		MaxIdleConnsPerHost:   32,
		ForceAttemptHTTP2:     true,
		ExpectContinueTimeout: patience,
	}
	t.Cleanup(transport.CloseIdleConnections)
	return edge{base: base, client: &http.Client{Transport: transport, Timeout: 20 * time.Second}}
}

func authorities(t *testing.T, caFile string) *x509.CertPool {
	t.Helper()
	ca, err := os.ReadFile(caFile)
	if err != nil {
		t.Fatalf("reading the edge's CA: %v", err)
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(ca) {
		t.Fatalf("%s holds no certificate", caFile)
	}
	return pool
}

// call is one HTTP request. A form is sent as one when there is no body.
type call struct {
	method string // POST when empty.
	path   string
	header http.Header
	form   map[string]string
	body   io.Reader
	// host is the Host header; that of the address when empty.
	host string
	// Credentials for the Authorization header.
	basic  *credentials
	bearer string
}

// credentials are a client's.
type credentials struct{ id, secret string }

// answer is a whole HTTP response.
type answer struct {
	status int
	header http.Header
	body   string
}

// send makes the call and fails the test when no answer comes.
func (e edge) send(t *testing.T, c call) answer {
	t.Helper()
	a, err := e.try(t.Context(), c)
	if err != nil {
		t.Fatalf("%s %s: %v", c.method, c.path, err)
	}
	return a
}

// try makes the call; the error is the transport's.
func (e edge) try(ctx context.Context, c call) (answer, error) {
	req, err := c.request(ctx, e.base)
	if err != nil {
		return answer{}, err
	}
	resp, err := e.client.Do(req)
	if err != nil {
		return answer{}, fmt.Errorf("sending: %w", err)
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return answer{}, fmt.Errorf("reading the answer: %w", err)
	}
	return answer{resp.StatusCode, resp.Header, string(body)}, nil
}

func (c call) request(ctx context.Context, base string) (*http.Request, error) {
	method, body := c.method, c.body
	if method == "" {
		method = http.MethodPost
	}
	if body == nil && c.form != nil {
		body = strings.NewReader(encodeForm(c.form))
	}
	req, err := http.NewRequestWithContext(ctx, method, base+c.path, body)
	if err != nil {
		return nil, fmt.Errorf("making the request: %w", err)
	}
	req.Host = c.host
	if c.header != nil {
		req.Header = c.header.Clone()
	}
	if c.form != nil && req.Header.Get("Content-Type") == "" {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	if c.basic != nil {
		req.SetBasicAuth(c.basic.id, c.basic.secret)
	}
	if c.bearer != "" {
		req.Header.Set("Authorization", "Bearer "+c.bearer)
	}
	return req, nil
}

// object reads the answer's body as a JSON object.
func (a answer) object(t *testing.T) map[string]any {
	t.Helper()
	var object map[string]any
	if err := json.Unmarshal([]byte(a.body), &object); err != nil {
		t.Fatalf("status %d, no JSON object: %q", a.status, a.body)
	}
	return object
}
