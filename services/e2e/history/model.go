package history

import (
	"fmt"

	"github.com/anishathalye/porcupine"
)

// MaxTokens bounds the tokens of one history.
const MaxTokens = 64

// untold numbers a secret whose rotation was not answered: nobody has it.
const untold = -1

// state is what one who answers knows of the client. A new client has the secret 0.
type state struct {
	epoch    int64
	disabled bool
	secret   int
	revoked  uint64 // A bit for each token.
}

func (s state) String() string {
	text := fmt.Sprintf("epoch %d, secret %d", s.epoch, s.secret)
	if s.disabled {
		text += ", disabled"
	}
	if s.revoked != 0 {
		text += fmt.Sprintf(", revoked %b", s.revoked)
	}
	return text
}

// part is what of an operation happens at one instant.
type part uint8

const (
	change    part = iota // It takes effect.
	again                 // It may take effect once more: clients repeat calls that may be repeated.
	admission             // Its caller is let in or refused.
	verdict               // What it asks is decided.
)

// event is a part of an operation, with the epochs of the tokens in its question.
type event struct {
	Operation
	part                    part
	tokenEpoch, callerEpoch int64
}

// step tells whether the event could have been answered so, and the state after it.
func (e event) step(s state) (bool, state) {
	switch e.part {
	case change:
		after := e.change(s)
		return e.Outcome != Done || e.Kind == Revoke || e.shows(after), after
	case admission:
		return e.admitted(s) == (e.Outcome == Done), s
	case verdict:
	}
	switch e.Kind {
	case Issue:
		return e.admitted(s) == (e.Outcome == Done) && (e.Outcome == Refused || e.Epoch == s.epoch), s
	case Introspect:
		return s.inForce(e.Question.Token, e.tokenEpoch) == e.Active, s
	case Look:
		return e.shows(s), s
	case Revoke, Disable, Enable, Rotate:
	}
	return false, s
}

func (s state) inForce(token int, epoch int64) bool {
	return !s.disabled && epoch == s.epoch && s.revoked&(1<<token) == 0
}

func (e event) shows(s state) bool { return e.Epoch == s.epoch && e.Disabled == s.disabled }

func (e event) admitted(s state) bool {
	switch e.Caller {
	case BySecret:
		return !s.disabled && e.Credential == s.secret
	case ByToken:
		return s.inForce(e.Credential, e.callerEpoch)
	case Trusted:
	}
	return true
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
		s.epoch++
		s.secret = untold
		if e.Outcome == Done {
			s.secret = e.Secret
		}
	case Revoke:
		s.revoked |= 1 << e.Question.Token
	case Issue, Introspect, Look:
	}
	return s
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
