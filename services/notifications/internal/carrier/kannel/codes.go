package kannel

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/ventanilla/ventanilla/services/notifications/internal/carrier"
	"github.com/ventanilla/ventanilla/services/notifications/internal/message"
)

// pause is how long Kannel is left alone when its queues are full and it does not say for how long.
const pause = 10 * time.Second

// code is what one of Kannel's answers means: those of smsbox, by their status and how their text begins.
type code struct {
	status  int
	text    string
	outcome message.Outcome
	reason  message.Reason
}

// codes are searched in order: an empty text stands for every other of its status. What is wrong with our settings or Kannel's is no fault
// of the message: it is tried again, by another carrier where there is one.
var codes = []code{
	{http.StatusAccepted, "0: Accepted for delivery", message.OutcomeSent, ""},
	{http.StatusAccepted, "3: Queued for later delivery", message.OutcomeSent, ""},
	{http.StatusAccepted, "Sent.", message.OutcomeSent, ""}, // with immediate-sendsms-reply
	{http.StatusAccepted, "", message.OutcomeUnknown, message.Unintelligible},

	{http.StatusBadRequest, "Number(s) has/have been denied by white- and/or black-lists.", message.OutcomeRejected, message.Blocked},
	{http.StatusBadRequest, "Missing receiver", message.OutcomeRejected, message.BadAddress},
	{http.StatusBadRequest, "Empty receiver", message.OutcomeRejected, message.BadAddress},
	{http.StatusBadRequest, "Charset or body misformed", message.OutcomeRejected, message.ContentRefused},
	{http.StatusBadRequest, "Sender missing", message.OutcomeFailed, message.CarrierRefuses},
	{http.StatusBadRequest, "Account field", message.OutcomeFailed, message.CarrierRefuses},
	{http.StatusBadRequest, "UDH field", message.OutcomeFailed, message.CarrierRefuses},
	{http.StatusBadRequest, "DLR-URL field", message.OutcomeFailed, message.CarrierRefuses},
	{http.StatusBadRequest, "DLR-Mask field", message.OutcomeFailed, message.CarrierRefuses},
	{http.StatusBadRequest, "MClass field", message.OutcomeFailed, message.CarrierRefuses},
	{http.StatusBadRequest, "PID field", message.OutcomeFailed, message.CarrierRefuses},
	{http.StatusBadRequest, "Alt-DCS field", message.OutcomeFailed, message.CarrierRefuses},
	{http.StatusBadRequest, "Coding field", message.OutcomeFailed, message.CarrierRefuses},
	{http.StatusBadRequest, "Validity field", message.OutcomeFailed, message.CarrierRefuses},
	{http.StatusBadRequest, "Invalid content-type", message.OutcomeFailed, message.CarrierRefuses},
	{http.StatusBadRequest, "", message.OutcomeRejected, message.ContentRefused},

	{http.StatusForbidden, "Not routable. Do not try again.", message.OutcomeRejected, message.BadAddress},
	{http.StatusForbidden, "", message.OutcomeFailed, message.CarrierRefuses}, // "Authorization failed for sendsms"
	{http.StatusUnauthorized, "", message.OutcomeFailed, message.CarrierRefuses},
	{http.StatusNotFound, "", message.OutcomeFailed, message.CarrierRefuses}, // "Unknown request.": not the address of sendsms
	{http.StatusUnsupportedMediaType, "", message.OutcomeFailed, message.CarrierRefuses},
	{http.StatusTooManyRequests, "", message.OutcomeThrottled, message.Throttled},

	{http.StatusInternalServerError, "", message.OutcomeFailed, message.CarrierAway},                                   // "Sending failed."
	{http.StatusServiceUnavailable, "Temporal failure, try again later.", message.OutcomeThrottled, message.Throttled}, // full queues
	{http.StatusServiceUnavailable, "", message.OutcomeFailed, message.CarrierAway},
	// A proxy's: the request may have passed it.
	{http.StatusBadGateway, "", message.OutcomeUnknown, message.CarrierAway},
	{http.StatusGatewayTimeout, "", message.OutcomeUnknown, message.CarrierTimeout},
}

// result says what an answer means. Nothing of its text goes further, since Kannel may name recipients in it.
func result(answer carrier.Answer, now time.Time) message.Result {
	out := message.Result{Detail: strconv.Itoa(answer.Status), RetryAfter: carrier.RetryAfter(answer.Header, now)}
	text := strings.TrimSpace(string(answer.Body))
	for _, code := range codes {
		if answer.Status == code.status && strings.HasPrefix(text, code.text) {
			out.Outcome, out.Reason = code.outcome, code.reason
			if out.Outcome == message.OutcomeThrottled && out.RetryAfter == 0 {
				out.RetryAfter = pause
			}
			return out
		}
	}
	switch answer.Status / 100 {
	case 2: // none of Kannel's: whoever answered may have taken the message
		out.Outcome, out.Reason = message.OutcomeUnknown, message.Unintelligible
	case 5:
		out.Outcome, out.Reason = message.OutcomeFailed, message.CarrierAway
	default:
		out.Outcome, out.Reason = message.OutcomeFailed, message.CarrierRefuses
	}
	return out
}
