package delivery

import (
	"time"

	"github.com/ventanilla/ventanilla/services/notifications/internal/message"
	"github.com/ventanilla/ventanilla/services/notifications/internal/store"
)

const (
	// maxTries is how many attempts that count a part has.
	maxTries = 8
	// Between them it waits for a random time up to base, which doubles with each, up to most.
	base = time.Second
	most = 10 * time.Minute
	// throttled is how long a part waits where nobody says.
	throttled = time.Second
	// patient is after how many attempts a part waits longer each time, whatever is asked for.
	patient = 10
)

// judge makes results of one claimed part.
type judge struct {
	part store.Claimed
	now  time.Time
	// chance is a random number in [0, 1).
	chance float64
}

// result is one that is yet to be filled in.
func (j judge) result() store.Result {
	return store.Result{DispatchID: j.part.DispatchID, Kind: j.part.Kind, Fence: j.part.Fence, Attempt: j.part.Attempt}
}

// unsent is the end of a part to which nothing is sent.
func (j judge) unsent(status message.Status, reason message.Reason) store.Result {
	r := j.result()
	r.Unmade, r.Status, r.Reason = true, status, reason
	return r
}

// later has a part wait to which nothing was sent.
func (j judge) later(status message.Status, reason message.Reason, at time.Time) store.Result {
	r := j.unsent(status, reason)
	r.NextAttemptAt = j.before(at)
	return r
}

// before is a time, or that of expiry when it comes first: what waits for that has its end then.
func (j judge) before(at time.Time) time.Time {
	if at.After(j.part.ExpiresAt) {
		return j.part.ExpiresAt
	}
	return at
}

// sent is what comes of an attempt by a carrier, which has no name when nothing was sent; more tells whether there is another address to
// try when this one is dead.
func (j judge) sent(carrier string, came message.Result, more bool) store.Result {
	if carrier == "" {
		return j.later(message.Accepted, came.Reason, j.now.Add(j.wait(came.RetryAfter)))
	}
	r := j.result()
	r.Carrier, r.Ref, r.Outcome, r.Cause = carrier, came.Ref, came.Outcome, came.Reason
	r.Counts = came.Outcome != message.OutcomeThrottled
	switch came.Outcome {
	case message.OutcomeSent:
		r.Status, r.Cause = message.Sent, ""
	case message.OutcomeDelivered:
		r.Status, r.Cause = message.Delivered, ""
	case message.OutcomeThrottled:
		return j.waits(r, j.now.Add(max(j.wait(came.RetryAfter), j.patience())))
	case message.OutcomeRejected:
		if came.AddressDead && more {
			return j.again(r, 0)
		}
		r.Status, r.Reason = message.Failed, came.Reason
	case message.OutcomeFailed:
		if came.AddressDead && !more {
			r.Status, r.Reason = message.Failed, came.Reason
			return r
		}
		return j.again(r, came.RetryAfter)
	case message.OutcomeUnknown:
		return j.again(r, came.RetryAfter)
	default: // a client that says nothing may have sent the message
		r.Outcome, r.Cause = message.OutcomeUnknown, message.Unintelligible
		return j.again(r, 0)
	}
	return r
}

// again has a part tried again, unless it has no tries left.
func (j judge) again(r store.Result, least time.Duration) store.Result {
	if j.part.Tries+1 >= maxTries {
		r.Status, r.Reason = message.Failed, r.Cause
		if r.Reason == "" {
			r.Reason = message.AttemptsUsed
		}
		return r
	}
	bound := min(base<<j.part.Tries, most, max(0, j.part.ExpiresAt.Sub(j.now)))
	return j.waits(r, j.now.Add(max(least, time.Duration(j.chance*float64(bound)))))
}

func (j judge) waits(r store.Result, at time.Time) store.Result {
	if !j.now.Before(j.part.ExpiresAt) {
		r.Status, r.Reason = message.Expired, message.TimeRanOut
		return r
	}
	r.Status, r.Reason, r.NextAttemptAt = message.Accepted, r.Cause, j.before(at)
	return r
}

// wait is how long a carrier asks to wait, and a little more for some, so that not all come at once.
func (j judge) wait(asked time.Duration) time.Duration {
	if asked <= 0 {
		asked = throttled
	}
	return asked + time.Duration(j.chance*float64(asked)/4)
}

// patience is how long a part waits at least that somebody asks to wait again and again. What counts as no try has no other bound: a recipient could
// have us call each second until the part expires.
func (j judge) patience() time.Duration {
	beyond := j.part.Attempt - patient
	if beyond <= 0 {
		return 0
	}
	whole := min(base<<min(beyond, 20), most)
	return whole/2 + time.Duration(j.chance*float64(whole/2))
}
