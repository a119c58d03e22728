package callback

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"

	"github.com/ventanilla/ventanilla/services/notifications/internal/store"
	"github.com/ventanilla/ventanilla/services/notifications/internal/webhook"
)

const (
	// firstWait is about how long a call waits for its second attempt. The wait doubles each time, up to maxWait.
	firstWait = 5 * time.Second
	maxWait   = time.Hour
)

// decision is what becomes of a call.
type decision struct {
	// lost says that the call is another worker's.
	lost    bool
	outcome string
	wait    time.Duration
	// failed says that the callee did not take it.
	failed bool
	why    string
}

// decide reads an answer: any of success is one, 410 ends the call, and all else is tried again, redirects too, which are not followed.
func (w *Worker) decide(c store.Callback, answer webhook.Answer, err error) decision {
	var again decision
	switch {
	case err != nil:
		again = w.again(c, 0, err.Error())
	case answer.Status >= 200 && answer.Status < 300:
		return decision{outcome: store.CallbackTold}
	case answer.Status == http.StatusGone:
		return decision{outcome: store.CallbackFailed, why: "the callee wants none any more"}
	default:
		again = w.again(c, answer.RetryAfter, fmt.Sprintf("status %d", answer.Status))
	}
	again.failed = true
	return again
}

// again makes a call wait for its next attempt, or ends it when that would be too late.
func (w *Worker) again(c store.Callback, asked time.Duration, why string) decision {
	wait := max(backoff(c.Attempt, w.Jitter()), asked)
	if w.Now().Add(wait).After(c.Until) {
		return decision{outcome: store.CallbackFailed, why: why}
	}
	return decision{outcome: store.CallbackWaits, wait: wait, why: why}
}

// backoff is the wait after an attempt: half of it sure, so that a callee has rest, and half by chance, so that calls do not come all at once.
func backoff(attempt int64, jitter float64) time.Duration {
	whole := maxWait
	if doublings := attempt - 1; doublings < 10 {
		whole = min(firstWait<<doublings, maxWait)
	}
	return whole/2 + time.Duration(jitter*float64(whole/2))
}

func (w *Worker) count(ctx context.Context, d decision) {
	outcome := d.outcome
	if outcome == store.CallbackWaits {
		outcome = "again"
	}
	w.calls.Add(ctx, 1, metric.WithAttributes(attribute.String("outcome", outcome)))
}
