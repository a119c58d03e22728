package webhook

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"github.com/ventanilla/ventanilla/pkg/pki"
)

const (
	// answerWithin bounds a call, from the search for its host to the end of the answer.
	answerWithin = 30 * time.Second
	// maxHeader and maxAnswer bound what is read of an answer, in bytes. Of the body nothing is used.
	maxHeader = 16 << 10
	maxAnswer = 4 << 10
	// maxIdle is how many connections are kept for the next call, maxIdleHost of them to one host, and idleFor how long: strangers get no more of us.
	maxIdle     = 64
	maxIdleHost = 16
	idleFor     = 5 * time.Second
)

// Call is one that is to be made.
type Call struct {
	// ID is the same for all calls that tell the same, so that a repeated one can be known.
	ID string
	// URL is where to.
	URL string
	// Body is JSON.
	Body []byte
	// Secrets sign it: one, or several while they are rotated.
	Secrets [][]byte
}

// Answer is what a call was answered.
type Answer struct {
	// Status is the HTTP status. Redirects are not followed: theirs is one as others.
	Status int
	// RetryAfter is how long the callee asks to wait, at most an hour; 0 for no wish.
	RetryAfter time.Duration
}

// Client makes calls. It is safe for concurrent use.
type Client struct {
	http      *http.Client
	transport *http.Transport
	now       func() time.Time
}

// Options are what a client works with.
type Options struct {
	// Now is the clock.
	Now func() time.Time
	// Resolver finds hosts; nil for the system's.
	Resolver Resolver
}

// New returns a client; Close ends it.
func New(config Config, options Options) (*Client, error) {
	guard, err := NewGuard(config.AllowNetworks)
	if err != nil {
		return nil, err
	}
	roots, err := pki.Roots(config.CAFile)
	if err != nil {
		return nil, fmt.Errorf("ca_file: %w", err)
	}
	dial := &dialer{guard: guard, resolver: options.Resolver, roots: roots}
	if dial.resolver == nil {
		dial.resolver = net.DefaultResolver
	}
	transport := &http.Transport{
		DialContext: dial.plain, DialTLSContext: dial.secure, // and no proxy, which would go where it likes
		MaxIdleConns: maxIdle, MaxIdleConnsPerHost: maxIdleHost, IdleConnTimeout: idleFor,
		MaxResponseHeaderBytes: maxHeader, DisableCompression: true,
	}
	return &Client{
		transport: transport, now: options.Now,
		http: &http.Client{Transport: transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }},
	}, nil
}

// Call makes one call, once. Its errors are ErrForbidden, ErrUnreachable and ErrUnanswered, the last two with ErrTimeout where it took too long.
func (c *Client) Call(ctx context.Context, call Call) (Answer, error) {
	ctx, cancel := context.WithTimeout(ctx, answerWithin)
	defer cancel()
	var sent atomic.Bool
	request, err := c.request(httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{WroteHeaders: func() { sent.Store(true) }}), call)
	if err != nil {
		return Answer{}, err
	}
	response, err := c.http.Do(request)
	if err != nil {
		return Answer{}, fault(err, sent.Load())
	}
	defer response.Body.Close()
	// What is read to its end leaves the connection good for the next call. The status has been said, whatever becomes of the rest.
	_, _ = io.CopyN(io.Discard, response.Body, maxAnswer)
	return Answer{Status: response.StatusCode, RetryAfter: c.retryAfter(response.Header.Get("Retry-After"))}, nil
}

func (c *Client) request(ctx context.Context, call Call) (*http.Request, error) {
	u, err := parse(call.URL)
	if err != nil {
		return nil, fmt.Errorf("%w: it %w", ErrForbidden, err)
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, u.String(), bytes.NewReader(call.Body))
	if err != nil {
		return nil, fmt.Errorf("%w: it is no address", ErrForbidden)
	}
	at := c.now()
	signature, err := sign(call, at)
	if err != nil {
		return nil, err
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("User-Agent", "Ventanilla")
	request.Header.Set(standardwebhooks.HeaderWebhookID, call.ID)
	request.Header.Set(standardwebhooks.HeaderWebhookTimestamp, strconv.FormatInt(at.Unix(), 10))
	request.Header.Set(standardwebhooks.HeaderWebhookSignature, signature)
	return request, nil
}

// sign is the header of the signatures, one for each secret.
func sign(call Call, at time.Time) (string, error) {
	var signatures []string
	for _, secret := range call.Secrets {
		signer, err := standardwebhooks.NewWebhookRaw(secret)
		if err != nil {
			return "", fmt.Errorf("signing a call: %w", err)
		}
		signature, err := signer.Sign(call.ID, at, call.Body)
		if err != nil {
			return "", fmt.Errorf("signing a call: %w", err)
		}
		signatures = append(signatures, signature)
	}
	if len(signatures) == 0 {
		return "", errors.New("signing a call: there is no secret")
	}
	return strings.Join(signatures, " "), nil
}

// retryAfter reads the header, which has seconds or a date (RFC 9110, 10.2.3).
func (c *Client) retryAfter(text string) time.Duration {
	wait := time.Duration(0)
	if seconds, err := strconv.ParseUint(text, 10, 31); err == nil {
		wait = time.Duration(seconds) * time.Second
	} else if date, err := http.ParseTime(text); err == nil {
		wait = date.Sub(c.now())
	}
	return min(max(wait, 0), time.Hour)
}

// Close ends the connections that wait for a next call.
func (c *Client) Close() error {
	c.transport.CloseIdleConnections()
	return nil
}
