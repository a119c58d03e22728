package carrier

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptrace"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/ventanilla/ventanilla/services/notifications/internal/message"
)

const (
	// maxAnswer bounds the body of an answer, maxHeader its header, in bytes.
	maxAnswer = 64 << 10
	maxHeader = 16 << 10
	// idle is how long a connection is kept for the next message, kept how many are.
	idle = 90 * time.Second
	kept = 64
	// maxWait bounds what a carrier may ask us to wait.
	maxWait = time.Hour
)

// HTTPClient makes one for a carrier that is reached by HTTP. It follows no redirect, and takes no proxy from the environment, which has no
// say in who sees messages.
func HTTPClient() *http.Client {
	return &http.Client{
		Transport: &http.Transport{
			MaxIdleConnsPerHost:    kept,
			IdleConnTimeout:        idle,
			MaxResponseHeaderBytes: maxHeader,
			ForceAttemptHTTP2:      true,
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// Answer is what a carrier said.
type Answer struct {
	Status int
	Header http.Header
	Body   []byte
}

// Call makes a request whose whole body is in memory. When there is no answer, ok is false and the result says what is known: failed where
// no connection was made, unknown where the carrier may have the message.
func Call(client *http.Client, request *http.Request) (answer Answer, result message.Result, ok bool) {
	ctx := request.Context()
	var reached atomic.Bool
	request = request.WithContext(httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		// Once more where nothing could be written to a connection that was kept.
		GetConn: func(string) { reached.Store(false) },
		GotConn: func(httptrace.GotConnInfo) { reached.Store(true) },
	}))
	response, err := client.Do(request)
	if err != nil {
		return Answer{}, NoAnswer(ctx, reached.Load(), err), false
	}
	defer response.Body.Close()
	body, err := io.ReadAll(io.LimitReader(response.Body, maxAnswer+1))
	if err != nil {
		return Answer{}, NoAnswer(ctx, true, err), false
	}
	if len(body) > maxAnswer {
		return Answer{}, message.Result{Outcome: message.OutcomeUnknown, Reason: message.Unintelligible, Detail: "the answer is too long"}, false
	}
	return Answer{response.StatusCode, response.Header, body}, message.Result{}, true
}

// NoAnswer is the result of a call that ended with err. reached says whether there was a connection, by which the message may have gone.
func NoAnswer(ctx context.Context, reached bool, err error) message.Result {
	result := message.Result{Outcome: message.OutcomeFailed, Reason: message.CarrierAway, Detail: "no connection"}
	if reached {
		result.Outcome, result.Detail = message.OutcomeUnknown, "the connection was lost"
	}
	var slow interface{ Timeout() bool }
	if errors.Is(ctx.Err(), context.DeadlineExceeded) || errors.As(err, &slow) && slow.Timeout() {
		result.Reason, result.Detail = message.CarrierTimeout, "no answer in time"
	}
	return result
}

// RetryAfter reads the header of that name (RFC 9110, 10.2.3): how long to wait, at most an hour; 0 for no wish.
func RetryAfter(header http.Header, now time.Time) time.Duration {
	text := header.Get("Retry-After")
	if seconds, err := strconv.ParseUint(text, 10, 31); err == nil {
		return min(time.Duration(seconds)*time.Second, maxWait)
	}
	if at, err := http.ParseTime(text); err == nil {
		return min(max(0, at.Sub(now)), maxWait)
	}
	return 0
}
