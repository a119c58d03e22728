package webhook

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"github.com/ventanilla/ventanilla/pkg/egress"
)

const (
	// answerWithin bounds a call, from the search for its host to the end of the answer.
	answerWithin = 30 * time.Second
	// maxAnswer bounds what is read of an answer's body, in bytes. Nothing of it is used.
	maxAnswer = 4 << 10
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
	calls *egress.Client
	now   func() time.Time
}

// Options are what a client works with.
type Options struct {
	// Now is the clock.
	Now func() time.Time
	// Resolver finds hosts; nil for the system's.
	Resolver egress.Resolver
}

// New returns a client; Close ends it.
func New(config egress.Config, options Options) (*Client, error) {
	calls, err := egress.New(config, options.Resolver)
	if err != nil {
		return nil, err
	}
	return &Client{calls: calls, now: options.Now}, nil
}

// Call makes one call, once. It fails as egress.Client.Do does.
func (c *Client) Call(ctx context.Context, call Call) (Answer, error) {
	ctx, cancel := context.WithTimeout(ctx, answerWithin)
	defer cancel()
	request, err := c.request(ctx, call)
	if err != nil {
		return Answer{}, err
	}
	response, err := c.calls.Do(request)
	if err != nil {
		return Answer{}, err
	}
	defer response.Body.Close()
	// What is read to its end leaves the connection good for the next call. The status has been said, whatever becomes of the rest.
	_, _ = io.CopyN(io.Discard, response.Body, maxAnswer)
	return Answer{Status: response.StatusCode, RetryAfter: c.retryAfter(response.Header.Get("Retry-After"))}, nil
}

func (c *Client) request(ctx context.Context, call Call) (*http.Request, error) {
	request, err := egress.NewRequest(ctx, http.MethodPost, call.URL, call.Body)
	if err != nil {
		return nil, err
	}
	at := c.now()
	signature, err := sign(call, at)
	if err != nil {
		return nil, err
	}
	request.Header.Set("Content-Type", "application/json")
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
func (c *Client) Close() error { return c.calls.Close() }
