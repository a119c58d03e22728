package sandbox

import (
	"strings"
	"time"

	"github.com/ventanilla/ventanilla/services/notifications/internal/message"
)

// behaviour is what becomes of messages to an address.
type behaviour struct {
	// first is the result of the first attempt, later that of those after it.
	first, later message.Result
	// receipt is what is told after a result that is taken; an empty outcome for nothing.
	receipt message.Receipt
}

var (
	taken     = message.Result{Outcome: message.OutcomeSent}
	delivered = message.Receipt{Outcome: message.OutcomeDelivered}
)

// behaviours are chosen by the last three characters of an address, in mail addresses of what is before the @. Others are delivered.
var behaviours = map[string]behaviour{
	// Refused for good.
	"001": always(message.Result{Outcome: message.OutcomeRejected, Reason: message.BadAddress}),
	// Fails once, then is delivered.
	"002": once(message.Result{Outcome: message.OutcomeFailed, Reason: message.CarrierAway}),
	// Taken, and never heard of again.
	"003": {first: taken, later: taken},
	// Throttled once, then delivered.
	"004": once(message.Result{Outcome: message.OutcomeThrottled, Reason: message.Throttled, RetryAfter: time.Second}),
	// Taken, and not delivered, as a receipt says.
	"005": {first: taken, later: taken, receipt: message.Receipt{Outcome: message.OutcomeFailed, Reason: message.Undelivered}},
	// No answer once, so that nobody knows; then delivered, as a repeated message.
	"006": once(message.Result{Outcome: message.OutcomeUnknown, Reason: message.CarrierTimeout}),
	// Gone for good: the address is forgotten, and another of the recipient's is tried.
	"007": always(message.Result{Outcome: message.OutcomeFailed, Reason: message.BadAddress, AddressDead: true}),
	// Fails each time.
	"008": always(message.Result{Outcome: message.OutcomeFailed, Reason: message.CarrierAway}),
}

func always(result message.Result) behaviour { return behaviour{first: result, later: result} }

func once(result message.Result) behaviour {
	return behaviour{first: result, later: taken, receipt: delivered}
}

// behaviourOf is that of an address.
func behaviourOf(address string) behaviour {
	name, _, _ := strings.Cut(address, "@")
	if b, ok := behaviours[name[max(0, len(name)-3):]]; ok {
		return b
	}
	return behaviour{first: taken, later: taken, receipt: delivered}
}
