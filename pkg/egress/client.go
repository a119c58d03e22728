package egress

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"net/http"
	"net/http/httptrace"
	"sync/atomic"
	"time"

	"github.com/ventanilla/ventanilla/pkg/pki"
)

const (
	// maxHeader bounds the header of an answer, in bytes.
	maxHeader = 16 << 10
	// maxIdle is how many connections are kept for the next call, maxIdleHost of them to one host, and idleFor how long: strangers get no more of us.
	maxIdle     = 64
	maxIdleHost = 16
	idleFor     = 5 * time.Second
)

// Client makes calls. It is safe for concurrent use.
type Client struct {
	http      *http.Client
	transport *http.Transport
}

// New returns a client; Close ends it. A resolver that is nil is the system's.
func New(config Config, resolver Resolver) (*Client, error) {
	guard, err := NewGuard(config.AllowNetworks)
	if err != nil {
		return nil, err
	}
	roots, err := pki.Roots(config.CAFile)
	if err != nil {
		return nil, fmt.Errorf("ca_file: %w", err)
	}
	if resolver == nil {
		resolver = net.DefaultResolver
	}
	dial := &dialer{guard: guard, resolver: resolver, roots: roots}
	transport := &http.Transport{
		DialContext: dial.plain, DialTLSContext: dial.secure, // and no proxy, which would go where it likes
		MaxIdleConns: maxIdle, MaxIdleConnsPerHost: maxIdleHost, IdleConnTimeout: idleFor,
		MaxResponseHeaderBytes: maxHeader, DisableCompression: true,
	}
	return &Client{
		transport: transport,
		http:      &http.Client{Transport: transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }},
	}, nil
}

// NewRequest is a request to an address, with a body that may be nil. It fails with ErrForbidden for an address that may not be called whoever its host is.
func NewRequest(ctx context.Context, method, address string, body []byte) (*http.Request, error) {
	u, err := Parse(address)
	if err != nil {
		return nil, fmt.Errorf("%w: it %w", ErrForbidden, err)
	}
	request, err := http.NewRequestWithContext(ctx, method, u.String(), bytes.NewReader(body))
	if err != nil {
		return nil, fmt.Errorf("%w: it is no address", ErrForbidden)
	}
	request.Header.Set("User-Agent", "Ventanilla")
	return request, nil
}

// Do makes a call once, and follows no redirect. Its errors are ErrForbidden, ErrUnreachable and ErrUnanswered, the last two with ErrTimeout where
// it took too long. The caller bounds what is read of the body, and closes it; Fault says what an error of reading it is.
func (c *Client) Do(request *http.Request) (*http.Response, error) {
	var sent atomic.Bool
	trace := &httptrace.ClientTrace{WroteHeaders: func() { sent.Store(true) }}
	response, err := c.http.Do(request.WithContext(httptrace.WithClientTrace(request.Context(), trace)))
	if err != nil {
		return nil, fault(err, sent.Load())
	}
	return response, nil
}

// Close ends the connections that wait for a next call.
func (c *Client) Close() error {
	c.transport.CloseIdleConnections()
	return nil
}
