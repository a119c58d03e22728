package fcm

import (
	"encoding/json"
	"net/http"
	"strconv"
	"time"

	"github.com/ventanilla/ventanilla/services/notifications/internal/carrier"
	"github.com/ventanilla/ventanilla/services/notifications/internal/message"
)

// pause is how long FCM is left alone when it asks for it and does not say for how long: what its guide says for a quota.
const pause = time.Minute

// maxRef bounds the names of messages that are kept, in bytes.
const maxRef = 256

// meaning is what one of FCM's errors means.
type meaning struct {
	outcome message.Outcome
	reason  message.Reason
	dead    bool
}

// codes are FCM's own (google.firebase.fcm.v1.FcmError). A dead address fails and is not rejected: the recipient may have another, which the next
// attempt takes.
var codes = map[string]meaning{
	"UNREGISTERED": {message.OutcomeFailed, message.BadAddress, true},
	// The app is another project's. Not dead, as all would be where the credentials are wrong.
	"SENDER_ID_MISMATCH":     {message.OutcomeRejected, message.BadAddress, false},
	"INVALID_ARGUMENT":       {message.OutcomeRejected, message.ContentRefused, false}, // or an address; see badToken
	"QUOTA_EXCEEDED":         {message.OutcomeThrottled, message.Throttled, false},
	"UNAVAILABLE":            {message.OutcomeFailed, message.CarrierAway, false},
	"INTERNAL":               {message.OutcomeFailed, message.CarrierAway, false},
	"THIRD_PARTY_AUTH_ERROR": {message.OutcomeFailed, message.CarrierRefuses, false}, // the project's key for Apple or browsers
}

// statuses are those of answers without a code of FCM's own.
var statuses = map[int]meaning{
	http.StatusBadRequest:            {message.OutcomeRejected, message.ContentRefused, false},
	http.StatusUnauthorized:          {message.OutcomeFailed, message.CarrierRefuses, false},
	http.StatusForbidden:             {message.OutcomeFailed, message.CarrierRefuses, false},
	http.StatusNotFound:              {message.OutcomeFailed, message.CarrierRefuses, false}, // no such project
	http.StatusRequestEntityTooLarge: {message.OutcomeRejected, message.ContentRefused, false},
	http.StatusTooManyRequests:       {message.OutcomeThrottled, message.Throttled, false},
	http.StatusInternalServerError:   {message.OutcomeFailed, message.CarrierAway, false},
	http.StatusBadGateway:            {message.OutcomeUnknown, message.CarrierAway, false},
	http.StatusServiceUnavailable:    {message.OutcomeFailed, message.CarrierAway, false},
	http.StatusGatewayTimeout:        {message.OutcomeUnknown, message.CarrierTimeout, false},
}

// failure is the body of an error.
type failure struct {
	Error struct {
		Message string `json:"message"`
		Details []struct {
			Type            string `json:"@type"`
			ErrorCode       string `json:"errorCode"`
			FieldViolations []struct {
				Field string `json:"field"`
			} `json:"fieldViolations"`
		} `json:"details"`
	} `json:"error"`
}

// notAToken is FCM's message about an address that never was one.
const notAToken = "The registration token is not a valid FCM registration token"

// code is FCM's own; badToken says that it is about the address.
func (f failure) code() (code string, badToken bool) {
	badToken = f.Error.Message == notAToken
	for _, detail := range f.Error.Details {
		if detail.Type == "type.googleapis.com/google.firebase.fcm.v1.FcmError" {
			code = detail.ErrorCode
		}
		for _, violation := range detail.FieldViolations {
			badToken = badToken || violation.Field == "message.token"
		}
	}
	return code, badToken
}

// result says what an answer means, and which code of FCM's own it has; empty for none.
func result(answer carrier.Answer, now time.Time) (out message.Result, code string) {
	if answer.Status == http.StatusOK {
		return sent(answer.Body), ""
	}
	var body failure
	_ = json.Unmarshal(answer.Body, &body) // a proxy's is none: the status says enough
	code, badToken := body.code()
	means, known := codes[code]
	if !known {
		code = ""
		if means, known = statuses[answer.Status]; !known {
			means = meaning{message.OutcomeFailed, message.CarrierRefuses, false}
			if answer.Status >= http.StatusInternalServerError {
				means.reason = message.CarrierAway
			}
		}
	}
	if badToken && answer.Status == http.StatusBadRequest {
		means = codes["UNREGISTERED"]
	}
	out = message.Result{
		Outcome: means.outcome, Reason: means.reason, AddressDead: means.dead,
		RetryAfter: carrier.RetryAfter(answer.Header, now), Detail: strconv.Itoa(answer.Status),
	}
	if code != "" {
		out.Detail += " " + code
	}
	if out.Outcome == message.OutcomeThrottled && out.RetryAfter == 0 {
		out.RetryAfter = pause
	}
	return out, code
}

// sent reads the name that FCM gives a message that it takes.
func sent(body []byte) message.Result {
	var answer struct {
		Name string `json:"name"`
	}
	if json.Unmarshal(body, &answer) != nil || answer.Name == "" || len(answer.Name) > maxRef {
		return message.Result{Outcome: message.OutcomeUnknown, Reason: message.Unintelligible, Detail: "200 without a name"}
	}
	return message.Result{Outcome: message.OutcomeSent, Ref: answer.Name, Detail: "200"}
}
