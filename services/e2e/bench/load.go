package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"
)

// requestTimeout and answerLimit (bytes) bound one request.
const (
	requestTimeout = 10 * time.Second
	answerLimit    = 1 << 20
)

// loader sends requests to one server over kept-alive HTTP/1.1 connections.
type loader struct {
	base, host  string
	roots       *x509.CertPool
	client      *http.Client
	connections int
}

// newLoader makes a loader for the server at base, an https URL, whose
// certificate roots vouch for. It refuses a server off this machine.
func newLoader(base string, roots *x509.CertPool, connections int) (*loader, error) {
	address, err := url.Parse(base)
	if err != nil {
		return nil, fmt.Errorf("reading the server's address: %w", err)
	}
	if ip := net.ParseIP(address.Hostname()); address.Scheme != "https" || ip == nil || !ip.IsLoopback() {
		return nil, fmt.Errorf("%s is not an https address on loopback", base)
	}
	l := &loader{base: base, host: address.Host, roots: roots, connections: connections}
	l.client = &http.Client{
		Timeout: requestTimeout,
		Transport: &http.Transport{
			TLSClientConfig:     l.tls(),
			MaxConnsPerHost:     connections,
			MaxIdleConnsPerHost: connections,
			DisableCompression:  true,
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	return l, nil
}

// tls are the settings of one connection.
func (l *loader) tls() *tls.Config {
	return &tls.Config{RootCAs: l.roots, MinVersion: tls.VersionTLS13, ServerName: "127.0.0.1"}
}

// run sends requests 0 to n-1 of a workload and returns each one's latency and
// the wall time of all. The first wrong answer ends it.
func (l *loader) run(ctx context.Context, work workload, n int) ([]time.Duration, time.Duration, error) {
	latencies := make([]time.Duration, n)
	var next atomic.Int64
	group, ctx := errgroup.WithContext(ctx)
	start := time.Now()
	for range l.connections {
		group.Go(func() error {
			for i := int(next.Add(1)) - 1; i < n; i = int(next.Add(1)) - 1 {
				start := time.Now()
				if _, err := l.ask(ctx, work, i); err != nil {
					return err
				}
				latencies[i] = time.Since(start)
			}
			return nil
		})
	}
	err := group.Wait()
	return latencies, time.Since(start), err
}

// ask sends request i and returns the answer's body, checked.
func (l *loader) ask(ctx context.Context, work workload, i int) ([]byte, error) {
	body, err := l.send(ctx, work, i)
	if err != nil {
		return nil, err
	}
	if err := work.check(i, body); err != nil {
		return nil, fmt.Errorf("answer of %s: %w", work.path, err)
	}
	return body, nil
}

// send sends request i and returns the answer's body; any status but 200 and 201 is an error.
func (l *loader) send(ctx context.Context, work workload, i int) ([]byte, error) {
	request, err := l.request(ctx, work, i)
	if err != nil {
		return nil, err
	}
	response, err := l.client.Do(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(io.LimitReader(response.Body, answerLimit))
	if err != nil {
		return nil, fmt.Errorf("reading the answer of %s: %w", work.path, err)
	}
	if response.StatusCode != http.StatusOK && response.StatusCode != http.StatusCreated {
		return nil, fmt.Errorf("%s answered %s: %s", work.path, response.Status, body)
	}
	return body, nil
}
