package integration

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"

	"github.com/failsafe-go/failsafe-go"
	"github.com/failsafe-go/failsafe-go/circuitbreaker"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"

	"github.com/ventanilla/ventanilla/pkg/egress"
)

// The steps, as faults and operators know them.
const (
	stepAuthorization = "authorization"
	stepLogin         = "login"
	stepRefresh       = "refresh"
	stepAttributes    = "attributes"
)

// answer is an answer of success.
type answer struct {
	status int
	header http.Header
	object json.RawMessage
}

// call makes a call of a step, unless its endpoint is left alone. A caller that goes away does not end it, as others learn from it whether the endpoint is
// there; but none is begun for a caller that has gone.
func (r *run) call(ctx context.Context, step string, request *http.Request) (answer, error) {
	if err := ctx.Err(); err != nil {
		return answer{}, fmt.Errorf("calling an integration: %w", err)
	}
	began := r.now()
	a, err := failsafe.With(r.line.breakers[step]).Get(func() (answer, error) { return r.once(ctx, step, request) })
	if errors.Is(err, circuitbreaker.ErrOpen) {
		err = &Fault{Kind: Away, Step: step, Why: "the endpoint did not answer the last calls", RetryAfter: r.line.breakers[step].RemainingDelay()}
	}
	done := Step{Name: step, Status: a.status, Took: r.now().Sub(began)}
	outcome := "answered"
	if fault, ok := errors.AsType[*Fault](err); ok {
		done.Status, done.Failure, outcome = fault.Status, fault.Why, outcomes[fault.Kind]
	}
	r.steps = append(r.steps, done)
	r.calls.Add(context.WithoutCancel(ctx), 1, metric.WithAttributes(attribute.String("step", step), attribute.String("outcome", outcome)))
	return a, err
}

// outcomes are the words of metrics.
var outcomes = map[Kind]string{Away: "away", Refused: "refused", Rejected: "rejected"}

func (r *run) once(ctx context.Context, step string, request *http.Request) (answer, error) {
	deadline := time.Now().Add(r.timeout)
	if sooner, ok := ctx.Deadline(); ok && sooner.Before(deadline) {
		deadline = sooner
	}
	ctx, cancel := context.WithDeadline(context.WithoutCancel(ctx), deadline)
	defer cancel()
	response, err := r.egress.Do(request.WithContext(ctx))
	if err != nil {
		return answer{}, unanswered(step, err)
	}
	defer response.Body.Close()
	if fault := judge(step, response); fault != nil {
		return answer{}, fault
	}
	text, err := io.ReadAll(io.LimitReader(response.Body, maxAnswer+1))
	if err != nil {
		return answer{}, unanswered(step, egress.Fault(err))
	}
	read, err := object(text)
	if err != nil {
		return answer{}, &Fault{Kind: Rejected, Step: step, Status: response.StatusCode, Why: err.Error()}
	}
	return answer{response.StatusCode, response.Header, read}, nil
}

// unanswered is the fault of a call that failed.
func unanswered(step string, err error) *Fault {
	if errors.Is(err, egress.ErrForbidden) {
		return &Fault{Kind: Rejected, Step: step, Why: err.Error()}
	}
	return &Fault{Kind: Away, Step: step, Why: err.Error()}
}

// judge is the fault of an answer that is none of success. Redirects are not followed: they would lead past what was checked.
func judge(step string, response *http.Response) *Fault {
	status := response.StatusCode
	if status >= 200 && status < 300 {
		return nil
	}
	fault := &Fault{Kind: Rejected, Step: step, Status: status, Why: fmt.Sprintf("it answered %d", status)}
	switch status {
	case http.StatusRequestTimeout, http.StatusTooEarly, http.StatusTooManyRequests:
		fault.Kind = Away
	case http.StatusBadRequest, http.StatusUnauthorized, http.StatusForbidden, http.StatusNotFound, http.StatusUnprocessableEntity:
		if step == stepLogin {
			fault.Kind = Refused
		}
	}
	if status >= http.StatusInternalServerError {
		fault.Kind = Away
	}
	if seconds, err := strconv.ParseUint(response.Header.Get("Retry-After"), 10, 31); err == nil {
		fault.RetryAfter = min(time.Duration(seconds)*time.Second, time.Hour)
	}
	return fault
}
