package claveunica

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"time"

	"github.com/failsafe-go/failsafe-go"
	"github.com/failsafe-go/failsafe-go/circuitbreaker"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"
)

const (
	// maxAnswer bounds an answer, maxHeader its header, in bytes.
	maxAnswer = 64 << 10
	maxHeader = 16 << 10
	// maxToken bounds the tokens that are asked about, in bytes.
	maxToken = 4 << 10
	// maxConnections bounds those to ClaveÚnica: calls beyond wait, within their time.
	maxConnections = 64
	// failures in a row mean that ClaveÚnica is away.
	failures = 5
	// idle is how long a connection is kept for the next call.
	idle = 90 * time.Second
)

var (
	// ErrToken says that a token is malformed, or none that ClaveÚnica knows.
	ErrToken = errors.New("ClaveÚnica does not know the token")
	// ErrAway says that ClaveÚnica did not answer, or nothing that can be an answer.
	ErrAway = errors.New("ClaveÚnica is away")
	// errUnreachable is an ErrAway of which the next call may expect the same. An answer that cannot be one may be that token's: it must
	// not shut others out.
	errUnreachable = errors.New("it does not answer")
)

// Options are what a client works with. All are needed.
type Options struct {
	// URL is the address of userinfo.
	URL string
	// Timeout bounds a call.
	Timeout time.Duration
	// Pause is how long ClaveÚnica is left alone after several failures in a row.
	Pause time.Duration
	// Requests counts what came of the calls.
	Requests metric.Int64Counter
	// Attributes tell the calls of this client from others among them.
	Attributes []attribute.KeyValue
	// Logger is told when ClaveÚnica goes away and when it is back.
	Logger *slog.Logger
}

// Client asks one ClaveÚnica. It is safe for concurrent use.
type Client struct {
	opts    Options
	http    *http.Client
	breaker circuitbreaker.CircuitBreaker[string]
}

// New makes a client. Whoever makes it closes it.
func New(opts Options) *Client {
	c := &Client{opts: opts, http: &http.Client{
		Transport: &http.Transport{ // no proxy: the environment has no say in who sees tokens
			TLSHandshakeTimeout:    opts.Timeout,
			MaxIdleConnsPerHost:    maxConnections,
			MaxConnsPerHost:        maxConnections,
			IdleConnTimeout:        idle,
			MaxResponseHeaderBytes: maxHeader,
			ForceAttemptHTTP2:      true,
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
	c.breaker = circuitbreaker.NewBuilder[string]().
		HandleErrors(errUnreachable).
		WithFailureThreshold(failures).
		WithSuccessThreshold(1).
		WithDelay(opts.Pause).
		OnOpen(func(circuitbreaker.StateChangedEvent) {
			opts.Logger.Error("ClaveÚnica is away: it is left alone for a while")
		}).
		OnClose(func(circuitbreaker.StateChangedEvent) { opts.Logger.Info("ClaveÚnica is back") }).
		Build()
	return c
}

// Close ends the connections that nobody uses.
func (c *Client) Close() { c.http.CloseIdleConnections() }

// RUT is that of the citizen whose token it is, in its canonical form. It fails with ErrToken and ErrAway. A caller that goes away
// does not end the call: others learn from it whether ClaveÚnica is there.
func (c *Client) RUT(ctx context.Context, token string) (string, error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), c.opts.Timeout)
	defer cancel()
	if !wellFormed(token) {
		c.count(ctx, "token invalid")
		return "", ErrToken
	}
	rut, err := failsafe.With[string](c.breaker).Get(func() (string, error) { return c.ask(ctx, token) })
	if errors.Is(err, circuitbreaker.ErrOpen) {
		err = fmt.Errorf("%w: it did not answer the last calls", ErrAway)
		c.count(ctx, "left alone")
	}
	return rut, err
}

// RetryAfter is when to come back after ErrAway.
func (c *Client) RetryAfter() time.Duration { return max(time.Second, c.breaker.RemainingDelay()) }

func (c *Client) ask(ctx context.Context, token string) (string, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, c.opts.URL, http.NoBody)
	if err != nil {
		return "", fmt.Errorf("writing the request to ClaveÚnica: %w", err)
	}
	request.Header.Set("Authorization", "Bearer "+token)
	request.Header.Set("Accept", "application/json")
	response, err := c.http.Do(request)
	if err != nil {
		return "", c.away(ctx, err)
	}
	defer response.Body.Close()
	switch response.StatusCode {
	case http.StatusOK:
	case http.StatusUnauthorized:
		c.count(ctx, "token invalid")
		return "", ErrToken
	default:
		return "", c.unexpected(ctx, response.StatusCode)
	}
	text, err := io.ReadAll(io.LimitReader(response.Body, maxAnswer+1))
	if err != nil {
		return "", c.away(ctx, err)
	}
	rut, err := read(text)
	if err != nil {
		c.count(ctx, "answer invalid")
		return "", fmt.Errorf("%w: %w", ErrAway, err)
	}
	c.count(ctx, "answered")
	return rut, nil
}

// unexpected counts a call whose answer has another status than answers about tokens have.
func (c *Client) unexpected(ctx context.Context, status int) error {
	cause := fmt.Errorf("it answered %d", status)
	if status >= http.StatusInternalServerError || status == http.StatusTooManyRequests {
		return c.away(ctx, cause)
	}
	c.count(ctx, "answer invalid")
	return fmt.Errorf("%w: %w", ErrAway, cause)
}

// away counts a call that got no answer.
func (c *Client) away(ctx context.Context, cause error) error {
	outcome := "away"
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		outcome = "slow"
	}
	c.count(ctx, outcome)
	return fmt.Errorf("%w: %w: %w", ErrAway, errUnreachable, cause)
}
