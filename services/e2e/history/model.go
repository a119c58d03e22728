package history

import (
	"fmt"
	"math"
	"time"

	"github.com/anishathalye/porcupine"
)

// MaxTokens bounds the tokens of one history.
const MaxTokens = 64

// clocks is how far the platform's clock and the recorder's may be apart.
const clocks = 50 * time.Millisecond

// untold numbers a secret whose rotation was not answered: nobody has it.
const untold = -1

// state is what one who answers knows of the client. A new client has the secret 0.
type state struct {
	epoch    int64
	disabled bool
	deleted  bool
	secret   int
	previous overlap
	revoked  uint64 // A bit for each token.
	retired  uint64 // A bit for each key that signed one.
}

// overlap is the secret before the last rotation, which ends between the two times. A length of 0 is none.
type overlap struct {
	secret      int
	least, most time.Duration
}

func (s state) String() string {
	text := fmt.Sprintf("epoch %d, secret %d", s.epoch, s.secret)
	if s.disabled {
		text += ", disabled"
	}
	if s.deleted {
		text += ", deleted"
	}
	if s.previous.most > 0 {
		text += fmt.Sprintf(", secret %d until %s", s.previous.secret, milliseconds(s.previous.least))
	}
	if s.revoked != 0 {
		text += fmt.Sprintf(", revoked %b", s.revoked)
	}
	if s.retired != 0 {
		text += fmt.Sprintf(", retired %b", s.retired)
	}
	return text
}

// part is what of an operation happens at one instant.
type part uint8

const (
	change    part = iota // It takes effect.
	admission             // Its caller is let in or refused.
	verdict               // What it asks is decided.
	signature             // The token that it asks for is signed.
)

// event is a part of an operation, with what is known of the tokens in its question.
type event struct {
	Operation
	part          part
	token, caller issued
	key           uint64 // The bit of the key in the operation.
	// An old secret may be let in until then, in the epoch that it was made in.
	unheard      time.Duration
	unheardEpoch int64
}

// issued is what does not change of a token.
type issued struct {
	number int
	epoch  int64
	key    uint64
}

// step tells whether the event could have been answered so, and the state after it.
func (e event) step(s state) (bool, state) {
	switch e.part {
	case change:
		after := e.change(s)
		return e.Outcome != Done || !e.Kind.Registers() || !s.deleted && e.shows(after), after
	case admission:
		return e.letIn(s), s
	case verdict:
		return e.decided(s), s
	case signature:
		return s.retired&e.key == 0, s
	}
	return false, s
}

// decided tells whether what was asked may have been answered so.
func (e event) decided(s state) bool {
	if e.Outcome == Gone {
		return s.deleted
	}
	switch e.Kind {
	case Issue:
		return e.letIn(s) && (e.Outcome == Refused || e.Epoch == s.epoch && s.retired&e.key == 0)
	case Introspect:
		return s.inForce(e.token) == e.Active
	case Look:
		return !s.deleted && e.shows(s)
	case Revoke, Disable, Enable, Rotate, Delete, Retire:
	}
	return false
}

func (s state) inForce(t issued) bool {
	return !s.disabled && !s.deleted && t.epoch == s.epoch && s.revoked&(1<<t.number) == 0 && s.retired&t.key == 0
}

func (e event) shows(s state) bool {
	return e.Kind == Delete || e.Epoch == s.epoch && e.Disabled == s.disabled
}

// letIn tells whether the caller may have been answered so: let in, or refused.
func (e event) letIn(s state) bool {
	in, out := true, false // For callers who are trusted.
	switch e.Caller {
	case BySecret:
		in, out = e.secretServes(s)
	case ByToken:
		in = s.inForce(e.caller)
		out = !in
	case Trusted:
	}
	return e.Outcome == Done && in || e.Outcome == Refused && out
}

// secretServes tells whether the caller's secret may be taken, and whether it may be refused: both at an overlap's end.
func (e event) secretServes(s state) (taken, refused bool) {
	switch {
	case s.disabled || s.deleted:
		return false, true
	case e.Credential == s.secret:
		return true, false
	case s.previous.most > 0 && e.Credential == s.previous.secret:
		return e.Call <= s.previous.most+clocks || e.late(s), e.Return >= s.previous.least-clocks
	}
	return e.late(s), true
}

func (e event) change(s state) state {
	switch e.Kind {
	case Disable:
		if !s.disabled {
			s.epoch++
			s.disabled = true
		}
	case Enable:
		s.disabled = false
	case Rotate:
		s.rotate(e)
	case Delete:
		s.deleted = true
	case Revoke:
		s.revoked |= 1 << e.Question.Token
	case Retire:
		s.retired |= e.key
	case Issue, Introspect, Look:
	}
	return s
}

func (e event) late(s state) bool { return e.Call <= e.unheard && e.unheardEpoch == s.epoch }

func (s *state) rotate(e event) {
	switch {
	case e.Overlap == 0:
		s.epoch++
		s.previous = overlap{}
	case e.Outcome == Done && e.Until > 0:
		s.previous = overlap{s.secret, e.Until, e.Until}
	case e.Outcome == Done:
		s.previous = overlap{s.secret, e.Call + e.Overlap, e.Return}
	default: // It may have been done at any time.
		s.previous = overlap{s.secret, e.Call + e.Overlap, math.MaxInt64 - clocks}
	}
	s.secret = untold
	if e.Outcome == Done {
		s.secret = e.Secret
	}
}

// model is the client for porcupine.
func model() porcupine.Model {
	return porcupine.Model{
		Init: func() any { return state{} },
		Step: func(s, input, _ any) (bool, any) {
			return input.(event).step(s.(state))
		},
		DescribeOperation: func(input, _ any) string { return fmt.Sprint(input) },
		DescribeState:     func(s any) string { return fmt.Sprint(s) },
	}
}
