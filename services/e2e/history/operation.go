package history

import (
	"fmt"
	"time"
)

// Kind is what was asked for.
type Kind uint8

// The calls of a client, of a resource server, and of operators.
const (
	Issue Kind = iota
	Introspect
	Revoke
	Disable
	Enable
	Rotate
	Delete
	Look
	Retire
)

func (k Kind) String() string {
	return [...]string{"issue", "introspect", "revoke", "disable", "enable", "rotate", "delete", "look", "retire"}[k]
}

// Registers tells whether it changes the client's registration.
func (k Kind) Registers() bool { return k >= Disable && k <= Delete }

// Caller is the credential that a call came with. Operators' calls have none of the client's.
type Caller uint8

// A credential is one of the client's own, or that of a caller who is always let in.
const (
	Trusted Caller = iota
	BySecret
	ByToken
)

// Question is a call as it was made.
type Question struct {
	Kind Kind
	// Replica is where it was asked.
	Replica int
	// Caller says what Credential numbers: the client's secrets or its tokens, both from 0 on.
	Caller     Caller
	Credential int
	// Token is what Introspect and Revoke are about.
	Token int
	// Key is the signing key that Retire ends. It concerns every client that has a token of the key.
	Key string
	// Overlap is how long the old secret is to serve beside the one of a rotation. With none the rotation also ends all
	// tokens.
	Overlap time.Duration
}

// Outcome is how a call ended.
type Outcome uint8

// A call may have reached nobody; it may have ended without an answer, or with one that leaves open whether it was
// done; it may have been answered; its caller may have been refused; and operators may have been told that there is no
// such client.
const (
	Unsent Outcome = iota
	Open
	Done
	Refused
	Gone
)

// Answer is what came of a call. Only what its kind has counts.
type Answer struct {
	Outcome Outcome
	// Active is what Introspect told.
	Active bool
	// Token and Secret number what Issue and Rotate made.
	Token, Secret int
	// Epoch is that of a new token, or with Disabled that of the registration after a change and at a look.
	Epoch    int64
	Disabled bool
	// Key is what signed a new token.
	Key string
	// Until is when the old secret ends after a rotation with an overlap; 0 when that is over at the answer.
	Until time.Duration
}

// Operation is a call with its answer, between two moments of one clock.
type Operation struct {
	Question
	Answer
	Worker       int
	Call, Return time.Duration
}

func (q Question) String() string {
	text := q.Kind.String()
	if q.Kind == Introspect || q.Kind == Revoke {
		text += fmt.Sprintf(" token %d", q.Token)
	}
	if q.Kind == Retire {
		text += " key " + q.Key
	}
	switch q.Caller {
	case BySecret:
		text += fmt.Sprintf(" with secret %d", q.Credential)
	case ByToken:
		text += fmt.Sprintf(" with token %d", q.Credential)
	case Trusted:
	}
	if q.Overlap > 0 {
		text += fmt.Sprintf(" with an overlap of %v", q.Overlap)
	}
	return text + fmt.Sprintf(" at %d", q.Replica)
}

func (o Operation) String() string { return o.Question.String() + ": " + o.answer() }

func (o Operation) answer() string {
	switch o.Outcome {
	case Unsent:
		return "not sent"
	case Open:
		return "no answer"
	case Refused:
		return "refused"
	case Gone:
		return "no such client"
	case Done:
	}
	switch o.Kind {
	case Issue:
		return fmt.Sprintf("token %d of epoch %d by key %s", o.Answer.Token, o.Epoch, o.Answer.Key)
	case Introspect:
		return map[bool]string{true: "active", false: "inactive"}[o.Active]
	case Revoke, Delete, Retire:
		return "done"
	case Disable, Enable, Rotate, Look:
	}
	text := fmt.Sprintf("epoch %d, %s", o.Epoch, map[bool]string{true: "disabled", false: "enabled"}[o.Disabled])
	if o.Kind == Rotate {
		text += fmt.Sprintf(", secret %d", o.Secret)
	}
	if o.Until > 0 {
		text += fmt.Sprintf(", the old one until %s", milliseconds(o.Until))
	}
	return text
}
