package storetest

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/ventanilla/ventanilla/pkg/testkit"
	"github.com/ventanilla/ventanilla/services/notifications/internal/message"
	"github.com/ventanilla/ventanilla/services/notifications/internal/store"
)

var lifeChecks = checks{
	"a part lives as its model says, whatever happens to it": partsLive,
}

// life is a model of one part: what its workers, its carriers, its provider and time do to it.
type life struct {
	s     *store.Store
	clock *testkit.Clock
	id    string

	status   message.Status
	next     time.Time // when it is due
	expires  time.Time
	fence    int64
	attempts []message.Outcome // empty while nobody knows
	claims   []store.Claimed   // all there ever were
}

func partsLive(t *testing.T, open Open) {
	s, clock := one(t, open)
	n := 0
	rapid.Check(t, func(t *rapid.T) {
		n++
		l := &life{s: s, clock: clock, id: fmt.Sprint("life ", n), status: message.Accepted, next: clock.Now(), expires: clock.Now().Add(time.Minute)}
		d := notification(l.id)
		d.ExpiresAt = l.expires
		enter(t, s, d)
		t.Repeat(map[string]func(*rapid.T){
			"": l.holds, "claim": l.claim, "finish": l.finish, "renew": l.renew, "tell": l.tell, "cancel": l.cancel, "wait": l.wait, "sweep": l.sweep,
		})
		l.end(t)
	})
}

// holds is true of a part at any time.
func (l *life) holds(t *rapid.T) {
	d := whole(t, l.s, l.id)
	p := d.Parts[0]
	if p.Status != l.status || d.Status != l.status {
		t.Fatalf("the part is %s, the dispatch %s, want %s", p.Status, d.Status, l.status)
	}
	if l.status.Open() != d.EndedAt.IsZero() || l.status.Open() == p.NextAttemptAt.IsZero() {
		t.Fatalf("a part that is %s is due at %s and ended at %s", p.Status, p.NextAttemptAt, d.EndedAt)
	}
	var got []message.Outcome
	for _, a := range p.Attempts {
		got = append(got, a.Outcome)
	}
	if !slices.Equal(got, l.attempts) {
		t.Fatalf("the attempts are %v, want %v", got, l.attempts)
	}
}

func (l *life) due() bool { return l.status.Open() && !l.clock.Now().Before(l.next) }

func (l *life) claim(t *rapid.T) {
	claimed := claim(t, l.s, urgentSMS, 9)
	if len(claimed) != 1 {
		if len(claimed) > 1 || l.due() {
			t.Fatalf("%d parts are claimed; it is due: %t", len(claimed), l.due())
		}
		return
	}
	c := claimed[0]
	if !l.due() || c.DispatchID != l.id {
		t.Fatalf("%s is claimed, and not due", c.DispatchID)
	}
	if last := len(l.attempts) - 1; l.status == message.Sending && l.attempts[last] == "" {
		l.attempts[last] = message.OutcomeUnknown
	}
	if want := slices.Contains(l.attempts, message.OutcomeUnknown); c.Repeated != want {
		t.Fatalf("the attempt is repeated: %t, want %t", c.Repeated, want)
	}
	l.attempts = append(l.attempts, "")
	l.status, l.next, l.fence = message.Sending, l.clock.Now().Add(lease), c.Fence
	l.claims = append(l.claims, c)
}

// holder tells whether a claim is the one whose worker has the part.
func (l *life) holder(c store.Claimed) bool { return l.status == message.Sending && c.Fence == l.fence }

func (l *life) any(t *rapid.T) store.Claimed {
	if len(l.claims) == 0 {
		t.Skip("nobody has claimed it")
	}
	return rapid.SampledFrom(l.claims).Draw(t, "claim")
}

func (l *life) finish(t *rapid.T) {
	c := l.any(t)
	outcome := rapid.SampledFrom([]message.Outcome{
		message.OutcomeSent, message.OutcomeDelivered, message.OutcomeRejected, message.OutcomeFailed, message.OutcomeUnknown, "",
	}).Draw(t, "outcome")
	r := came(c, outcome, map[message.Outcome]message.Status{
		message.OutcomeSent: message.Sent, message.OutcomeDelivered: message.Delivered, message.OutcomeRejected: message.Failed,
	}[outcome])
	if r.Status == "" {
		r.Status, r.NextAttemptAt = message.Accepted, l.clock.Now().Add(time.Duration(rapid.IntRange(0, 9).Draw(t, "wait"))*time.Second)
	}
	r.Unmade = outcome == ""
	holder := l.holder(c)
	finishAs(t, l.s, holder, r)
	index := c.Attempt - 1
	if holder {
		l.status, l.next = r.Status, r.NextAttemptAt
	}
	switch {
	case r.Unmade && holder:
		l.attempts = l.attempts[:index]
		l.claims = slices.DeleteFunc(l.claims, func(other store.Claimed) bool { return other.Fence == c.Fence }) // another has its number
	case !r.Unmade && l.attempts[index] == "":
		l.attempts[index] = outcome
	}
}

func (l *life) renew(t *rapid.T) {
	c := l.any(t)
	held, err := l.s.Renew(ctx, []store.Claimed{c}, lease)
	check(t, err)
	if held[0] != l.holder(c) {
		t.Fatalf("the lease is held: %t, want %t", held[0], l.holder(c))
	}
	if held[0] {
		l.next = l.clock.Now().Add(lease)
	}
}

// tell is a receipt of any attempt.
func (l *life) tell(t *rapid.T) {
	if len(l.attempts) == 0 {
		t.Skip("there is nothing to tell of")
	}
	index := rapid.IntRange(0, len(l.attempts)-1).Draw(t, "attempt")
	outcome := rapid.SampledFrom([]message.Outcome{message.OutcomeSent, message.OutcomeDelivered, message.OutcomeFailed}).Draw(t, "told")
	receive(t, l.s, told(l.id, int64(index+1), outcome))
	last, before := index == len(l.attempts)-1, l.attempts[index]
	unsure := before == "" || before == message.OutcomeUnknown
	switch outcome {
	case message.OutcomeDelivered:
		if l.status.Open() || l.status == message.Sent {
			l.status, l.attempts[index] = message.Delivered, outcome
		} else if unsure || before == message.OutcomeSent {
			l.attempts[index] = outcome
		}
	case message.OutcomeFailed:
		if unsure || before == message.OutcomeSent {
			l.attempts[index] = outcome
			if last && (l.status == message.Sent || l.status == message.Sending) {
				l.status = message.Failed
			}
		}
	case message.OutcomeSent:
		if before == message.OutcomeUnknown {
			l.attempts[index] = outcome
			if last && l.status.Waits() {
				l.status = message.Sent
			}
		}
	}
}

func (l *life) cancel(t *rapid.T) {
	err := l.s.CancelDispatch(ctx, l.id, "")
	if l.status.Waits() {
		check(t, err)
		l.status = message.Cancelled
		return
	}
	wantClass(t, "cancelling what does not wait", err, store.ErrNothingToCancel)
}

func (l *life) wait(t *rapid.T) {
	l.clock.Advance(time.Duration(rapid.IntRange(1, 20).Draw(t, "seconds")) * time.Second)
}

func (l *life) sweep(t *rapid.T) {
	sweep(t, l.s)
	if l.status.Waits() && !l.clock.Now().Before(l.expires) {
		l.status = message.Expired
	}
}

// end takes the part out of the way of the next.
func (l *life) end(t *rapid.T) {
	if l.status == message.Sending {
		receive(t, l.s, told(l.id, int64(len(l.attempts)), message.OutcomeDelivered))
		return
	}
	if l.status.Waits() {
		check(t, l.s.CancelDispatch(ctx, l.id, ""))
	}
}
