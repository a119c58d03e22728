package webhook

import (
	"errors"
	"fmt"
	"net/http"

	"github.com/ventanilla/ventanilla/pkg/egress"
	"github.com/ventanilla/ventanilla/services/notifications/internal/message"
	"github.com/ventanilla/ventanilla/services/notifications/internal/webhook"
)

// codes are the statuses that mean something of their own; see answered for the others. Whatever goes wrong is the recipient's, as
// nobody stands between us: so that one who fails spoils the carrier for nobody else.
var codes = map[int]message.Result{
	http.StatusUnauthorized:       {Outcome: message.OutcomeRejected, Reason: message.Blocked},
	http.StatusForbidden:          {Outcome: message.OutcomeRejected, Reason: message.Blocked},
	http.StatusNotFound:           {Outcome: message.OutcomeRejected, Reason: message.BadAddress},
	http.StatusMethodNotAllowed:   {Outcome: message.OutcomeRejected, Reason: message.BadAddress},
	http.StatusMisdirectedRequest: {Outcome: message.OutcomeRejected, Reason: message.BadAddress},
	http.StatusGone:               {Outcome: message.OutcomeRejected, Reason: message.BadAddress, AddressDead: true},
	http.StatusRequestTimeout:     {Outcome: message.OutcomeFailed, Reason: message.RecipientAway},
	http.StatusConflict:           {Outcome: message.OutcomeFailed, Reason: message.RecipientAway}, // it is at work on the same call
	http.StatusTooEarly:           {Outcome: message.OutcomeFailed, Reason: message.RecipientAway},
	http.StatusTooManyRequests:    {Outcome: message.OutcomeThrottled, Reason: message.RecipientAway},
}

// answered is the result of a call that was answered: delivered where it was taken, tried again where a later one may be taken, and rejected else.
// Redirects are rejected: they would lead past what was checked.
func answered(answer webhook.Answer) message.Result {
	status := answer.Status
	result, known := codes[status]
	switch {
	case known:
	case status >= 200 && status < 300:
		result = message.Result{Outcome: message.OutcomeDelivered}
	case status >= 300 && status < 400:
		result = message.Result{Outcome: message.OutcomeRejected, Reason: message.BadAddress}
	case status >= 400 && status < 500:
		result = message.Result{Outcome: message.OutcomeRejected, Reason: message.ContentRefused}
	case status == http.StatusServiceUnavailable && answer.RetryAfter > 0:
		result = message.Result{Outcome: message.OutcomeThrottled, Reason: message.RecipientAway}
	case status >= 500 && status < 600:
		result = message.Result{Outcome: message.OutcomeFailed, Reason: message.RecipientAway}
	default:
		result = message.Result{Outcome: message.OutcomeFailed, Reason: message.Unintelligible}
	}
	result.Detail = fmt.Sprintf("status %d", status)
	if result.Outcome == message.OutcomeThrottled || result.Outcome == message.OutcomeFailed {
		result.RetryAfter = answer.RetryAfter
	}
	return result
}

// unanswered is the result of a call that failed.
func unanswered(err error) message.Result {
	switch {
	case errors.Is(err, egress.ErrUnanswered):
		return message.Result{Outcome: message.OutcomeUnknown, Reason: message.RecipientAway, Detail: err.Error()}
	case errors.Is(err, egress.ErrUnreachable):
		return message.Result{Outcome: message.OutcomeFailed, Reason: message.RecipientAway, Detail: err.Error()}
	}
	return message.Result{Outcome: message.OutcomeRejected, Reason: message.BadAddress, Detail: err.Error()}
}
