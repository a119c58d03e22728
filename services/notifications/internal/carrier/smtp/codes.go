package smtp

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net/textproto"
	"os"
	"regexp"
	"strings"
	"time"

	"github.com/wneessen/go-mail"

	"github.com/ventanilla/ventanilla/services/notifications/internal/bounce"
	"github.com/ventanilla/ventanilla/services/notifications/internal/message"
)

// patience is for how long a mail waits that a server does not take from strangers at once (greylisting).
const patience = 5 * time.Minute

// given is the result of a mail that was given to a server, in a session.
func given(ctx context.Context, m *mail.Msg, err error) message.Result {
	failure := new(mail.SendError)
	switch {
	case err == nil:
		return message.Result{Outcome: message.OutcomeSent, Ref: reference(m.ServerResponse())}
	case !errors.As(err, &failure):
		return message.Result{Outcome: message.OutcomeUnknown, Reason: message.Unintelligible}
	case failure.ErrorCode() != 0:
		return replied(failure)
	case failure.Reason == mail.ErrSMTPDataClose:
		// All was said, and no answer came.
		return message.Result{Outcome: message.OutcomeUnknown, Reason: lost(ctx, err), Detail: stage(failure)}
	}
	// A mail whose end was not said was not taken.
	return message.Result{Outcome: message.OutcomeFailed, Reason: lost(ctx, err), Detail: stage(failure)}
}

// replied is the result for a reply that refuses.
func replied(failure *mail.SendError) message.Result {
	code, status := failure.ErrorCode(), failure.EnhancedStatusCode()
	reason := bounce.ReplyReason(code)
	if status != "" {
		reason = bounce.Reason(status)
	}
	switch failure.Reason {
	case mail.ErrSMTPMailFrom:
		if reason != message.CarrierAway && reason != message.Throttled {
			reason = message.CarrierRefuses // no recipient was named yet
		}
	case mail.ErrSMTPData, mail.ErrSMTPDataClose:
		if status == "" && code >= 500 {
			reason = message.ContentRefused
		}
	}
	result := message.Result{Outcome: message.OutcomeRejected, Reason: reason, Detail: strings.TrimSpace(fmt.Sprintf("%s: %d %s", stage(failure), code, status))}
	switch {
	case reason == message.Throttled:
		result.Outcome = message.OutcomeThrottled
	case code < 500 && strings.HasPrefix(status, "4.7."):
		// It waits whether we come again. No other recipient's mail is to wait for that.
		result.Outcome, result.Reason, result.RetryAfter = message.OutcomeThrottled, message.RecipientAway, patience
	case code < 500, reason == message.CarrierAway, reason == message.CarrierRefuses, reason == message.Unintelligible:
		result.Outcome = message.OutcomeFailed
	}
	result.AddressDead = result.Outcome == message.OutcomeRejected && (status == "5.1.1" || status == "5.1.6" || status == "5.1.10")
	return result
}

// unopened is the result where no session could be had.
func unopened(ctx context.Context, err error) message.Result {
	result := message.Result{Outcome: message.OutcomeFailed, Reason: lost(ctx, err)}
	var (
		reply       *textproto.Error
		certificate *tls.CertificateVerificationError
	)
	switch {
	case errors.As(err, &reply):
		result.Detail = fmt.Sprintf("no session: %d", reply.Code)
		if reply.Code >= 500 {
			result.Reason = message.CarrierRefuses
		}
	case errors.As(err, &certificate):
		result.Detail = "no session: its certificate does not hold"
	default:
		// Nobody's mail was mentioned yet: the text has no more than the server's address.
		result.Detail = fmt.Sprintf("no session: %.200s", err)
	}
	return result
}

// lost says why nothing is heard of a server.
func lost(ctx context.Context, err error) message.Reason {
	if ctx.Err() != nil || errors.Is(err, os.ErrDeadlineExceeded) || errors.Is(err, context.DeadlineExceeded) {
		return message.CarrierTimeout
	}
	return message.CarrierAway
}

// stage is what was being said, for the log. The error's own text has addresses.
func stage(failure *mail.SendError) string {
	switch failure.Reason {
	case mail.ErrConnCheck:
		return "NOOP"
	case mail.ErrSMTPMailFrom:
		return "MAIL"
	case mail.ErrSMTPRcptTo:
		return "RCPT"
	}
	return "DATA"
}

// gone tells whether a session had ended before a mail was given to it.
func gone(err error) bool {
	failure := new(mail.SendError)
	return errors.As(err, &failure) && failure.Reason == mail.ErrConnCheck
}

// goesOn tells whether a session is good for a next mail: where the server has said what became of this one, and that it stays.
func goesOn(err error) bool {
	failure := new(mail.SendError)
	if !errors.As(err, &failure) {
		return err == nil
	}
	return failure.ErrorCode() != 0 && failure.ErrorCode() != 421 && failure.Reason != mail.ErrSMTPData
}

// queued finds a server's own identifier of a mail in its reply: Postfix, Exim and OpenSMTPD say one.
var queued = regexp.MustCompile(`(?:queued as |id=|^2\.0\.0:? )([0-9A-Za-z-]{4,40})\b`)

func reference(reply string) string {
	if found := queued.FindStringSubmatch(reply); found != nil {
		return found[1]
	}
	return ""
}
