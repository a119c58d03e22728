package history_test

import (
	"strings"
	"testing"
	"time"

	"github.com/ventanilla/ventanilla/services/e2e/history"
)

// patience is far more than a search takes.
const patience = time.Minute

// call is an operation whose call came at a millisecond and was answered five later.
func call(at int, q history.Question, a history.Answer) history.Operation {
	const took = 5 * time.Millisecond
	from := time.Duration(at) * time.Millisecond
	return history.Operation{Question: q, Answer: a, Call: from, Return: from + took}
}

func issue(at, replica, secret int, a history.Answer) history.Operation {
	return call(at, history.Question{Kind: history.Issue, Replica: replica, Caller: history.BySecret, Credential: secret}, a)
}

func token(number int, epoch int64) history.Answer {
	return history.Answer{Outcome: history.Done, Token: number, Epoch: epoch}
}

// signed is an issue whose token has the key.
func signed(key string, o history.Operation) history.Operation {
	o.Answer.Key = key
	return o
}

func retire(at, replica int, key string) history.Operation {
	return call(at, history.Question{Kind: history.Retire, Replica: replica, Key: key}, history.Answer{Outcome: history.Done})
}

func introspect(at, replica, number int, active bool) history.Operation {
	return call(at, history.Question{Kind: history.Introspect, Replica: replica, Token: number},
		history.Answer{Outcome: history.Done, Active: active})
}

// overlapping is a rotation after which the old secret serves until a millisecond.
func overlapping(at, replica int, epoch int64, secret, until int) history.Operation {
	o := operator(at, replica, history.Rotate, epoch, false)
	o.Secret, o.Until = secret, time.Duration(until)*time.Millisecond
	o.Overlap = o.Until - o.Call
	return o
}

// remove deletes the client.
func remove(at, replica int) history.Operation {
	return call(at, history.Question{Kind: history.Delete, Replica: replica}, history.Answer{Outcome: history.Done})
}

// present is an introspection whose caller shows a credential of the client.
func present(at, replica int, caller history.Caller, credential int, a history.Answer) history.Operation {
	return call(at, history.Question{Kind: history.Introspect, Replica: replica, Caller: caller, Credential: credential}, a)
}

func revoke(at, replica, number int, o history.Outcome) history.Operation {
	return call(at, history.Question{Kind: history.Revoke, Replica: replica, Caller: history.BySecret, Token: number},
		history.Answer{Outcome: o})
}

func operator(at, replica int, k history.Kind, epoch int64, disabled bool) history.Operation {
	a := history.Answer{Outcome: history.Done, Epoch: epoch, Disabled: disabled}
	if k == history.Rotate {
		a.Secret = int(epoch)
	}
	return call(at, history.Question{Kind: k, Replica: replica}, a)
}

func lost(o history.Operation) history.Operation {
	o.Answer = history.Answer{Outcome: history.Open}
	return o
}

// lasting is the operation when its answer took longer.
func lasting(took int, o history.Operation) history.Operation {
	o.Return = o.Call + time.Duration(took)*time.Millisecond
	return o
}

var (
	refused  = history.Answer{Outcome: history.Refused}
	active   = history.Answer{Outcome: history.Done, Active: true}
	inactive = history.Answer{Outcome: history.Done}
	gone     = history.Answer{Outcome: history.Gone}
)

type made struct {
	name       string
	operations []history.Operation
	// unexplained is the view that has no order; empty when all have one.
	unexplained string
}

func (m made) check(t *testing.T) {
	t.Helper()
	found := history.Check(m.operations, patience)
	switch {
	case m.unexplained == "" && len(found) > 0:
		t.Errorf("a legal history: %v", found)
	case m.unexplained != "" && (len(found) != 1 || found[0].Undecided || !strings.HasPrefix(found[0].String(), m.unexplained+":")):
		t.Errorf("found %v, want one violation of %s", found, m.unexplained)
	}
}

func TestIllegal(t *testing.T) {
	first := issue(0, 0, 0, token(0, 0))
	keyed := signed("a", first)
	for _, m := range []made{
		{"active at once where its revocation was answered", []history.Operation{
			first, revoke(10, 0, 0, history.Done), introspect(20, 0, 0, true),
		}, "replica 0"},
		{"active elsewhere 1.5 s after its revocation was answered", []history.Operation{
			first, revoke(10, 0, 0, history.Done), introspect(1515, 1, 0, true),
		}, "replica 1"},
		{"active again", []history.Operation{
			first, revoke(10, 0, 0, history.Done), introspect(100, 1, 0, false), introspect(110, 1, 0, true),
		}, "replica 1"},
		{"active again after a revocation without an answer", []history.Operation{
			first, lost(revoke(10, 0, 0, 0)), introspect(100, 0, 0, false), introspect(110, 0, 0, true),
		}, "replica 0"},
		{"inactive though nobody ended it", []history.Operation{first, introspect(10, 0, 0, false)}, "replica 0"},
		{"inactive before its revocation was asked for", []history.Operation{
			first, introspect(10, 1, 0, false), revoke(20, 0, 0, history.Done),
		}, "replica 1"},
		{"a disabled client gets a token at once where that was answered", []history.Operation{
			operator(0, 0, history.Disable, 1, true), issue(10, 0, 0, token(0, 1)),
		}, "replica 0"},
		{"a disabled client gets a token elsewhere later", []history.Operation{
			operator(0, 0, history.Disable, 1, true), issue(1200, 1, 0, token(0, 0)),
		}, "replica 1"},
		{"a token comes back with its client", []history.Operation{
			first, operator(10, 0, history.Disable, 1, true), operator(20, 0, history.Enable, 1, false), introspect(30, 0, 0, true),
		}, "replica 0"},
		{"an enabled client is refused", []history.Operation{
			operator(0, 0, history.Disable, 1, true), operator(10, 0, history.Enable, 1, false), issue(1500, 1, 0, refused),
		}, "replica 1"},
		{"the old secret gets a token", []history.Operation{
			operator(0, 0, history.Rotate, 1, false), issue(1500, 1, 0, token(0, 1)),
		}, "replica 1"},
		{"the old secret is taken after the new one", []history.Operation{
			operator(0, 0, history.Rotate, 1, false), issue(10, 1, 1, token(0, 1)), issue(20, 1, 0, token(1, 0)),
		}, "replica 1"},
		{"the right secret is refused", []history.Operation{issue(0, 0, 0, refused)}, "replica 0"},
		{"a token of an epoch that is over", []history.Operation{
			operator(0, 0, history.Rotate, 1, false), issue(10, 0, 1, token(0, 0)),
		}, "replica 0"},
		{"one token is dead with its client and the other not", []history.Operation{
			first, issue(5, 0, 0, token(1, 0)), operator(10, 0, history.Disable, 1, true),
			introspect(20, 1, 0, false), introspect(30, 1, 1, true),
		}, "replica 1"},
		{"a look from before the change", []history.Operation{
			operator(0, 0, history.Disable, 1, true), operator(10, 1, history.Look, 0, false),
		}, "registrations"},
		{"a revoked token's bearer is let in", []history.Operation{
			first, revoke(10, 0, 0, history.Done), present(1500, 1, history.ByToken, 0, inactive),
		}, "gateway 1"},
		{"the old secret is let in", []history.Operation{
			first, operator(10, 0, history.Rotate, 1, false), present(1500, 0, history.BySecret, 0, inactive),
		}, "gateway 0"},
		{"the right secret is not let in", []history.Operation{
			first, operator(10, 0, history.Disable, 1, true), operator(20, 0, history.Enable, 1, false), revoke(1500, 1, 0, history.Refused),
		}, "gateway 1"},
		{"the old secret is taken after its overlap", []history.Operation{
			overlapping(0, 0, 0, 1, 500), issue(600, 0, 0, token(0, 0)),
		}, "replica 0"},
		{"the old secret is refused in its overlap", []history.Operation{
			overlapping(0, 0, 0, 1, 3000), issue(2000, 1, 0, refused),
		}, "replica 1"},
		{"the old secret is taken in its overlap after a rotation without one", []history.Operation{
			overlapping(0, 0, 0, 1, 3000), operator(10, 0, history.Rotate, 1, false), issue(20, 0, 0, token(0, 0)),
		}, "replica 0"},
		{"a token dies with a secret that has an overlap", []history.Operation{
			first, overlapping(10, 0, 0, 1, 500), introspect(600, 0, 0, false),
		}, "replica 0"},
		{"a gateway lets the old secret in long after its overlap", []history.Operation{
			first, overlapping(10, 0, 0, 1, 500), present(3100, 1, history.BySecret, 0, active),
		}, "gateway 1"},
		{"a deleted client gets a token", []history.Operation{remove(0, 0), issue(1500, 1, 0, token(0, 0))}, "replica 1"},
		{"a deleted client's token is active", []history.Operation{first, remove(10, 0), introspect(1500, 1, 0, true)}, "replica 1"},
		{"a deleted client is seen", []history.Operation{remove(0, 0), operator(10, 1, history.Look, 0, false)}, "registrations"},
		{"a client is gone that nobody deleted", []history.Operation{call(0, history.Question{Kind: history.Look}, gone)}, "registrations"},
		{"active at once where its key's retirement was answered", []history.Operation{
			keyed, retire(10, 0, "a"), introspect(20, 0, 0, true),
		}, "replica 0"},
		{"active elsewhere 1.5 s after its key's retirement was answered", []history.Operation{
			keyed, retire(10, 0, "a"), introspect(1515, 1, 0, true),
		}, "replica 1"},
		{"active again after its key was retired", []history.Operation{
			keyed, retire(10, 0, "a"), introspect(100, 1, 0, false), introspect(110, 1, 0, true),
		}, "replica 1"},
		{"one token of a retired key is dead and the other not", []history.Operation{
			keyed, signed("a", issue(5, 0, 0, token(1, 0))), lost(retire(10, 0, "a")), introspect(20, 1, 0, false), introspect(30, 1, 1, true),
		}, "replica 1"},
		{"inactive though another key was retired", []history.Operation{
			keyed, signed("b", issue(5, 0, 0, token(1, 0))), retire(10, 0, "b"), introspect(2000, 1, 0, false),
		}, "replica 1"},
		{"inactive before its key's retirement was asked for", []history.Operation{
			keyed, introspect(10, 1, 0, false), retire(20, 0, "a"),
		}, "replica 1"},
		{"a retired key signs elsewhere", []history.Operation{
			keyed, retire(10, 0, "a"), signed("a", issue(20, 1, 0, token(1, 0))),
		}, "signing keys"},
		{"a key signs where it was retired, without an answer", []history.Operation{
			keyed, lost(retire(10, 0, "a")), introspect(20, 0, 0, false), signed("a", issue(30, 0, 0, token(1, 0))),
		}, "replica 0"},
		{"the bearer of a retired key's token is let in", []history.Operation{
			keyed, retire(10, 0, "a"), present(1500, 1, history.ByToken, 0, inactive),
		}, "gateway 1"},
		{"a caller whom nobody shut out is refused", []history.Operation{first, present(10, 1, history.Trusted, 0, refused)}, "gateway 1"},
	} {
		t.Run(m.name, m.check)
	}
}

func TestLegal(t *testing.T) {
	first := issue(0, 0, 0, token(0, 0))
	keyed := signed("a", first)
	for _, m := range []made{
		{"active elsewhere just before the second is over", []history.Operation{
			first, revoke(10, 0, 0, history.Done), introspect(1014, 1, 0, true),
		}, ""},
		{"asked before the second is over, answered after", []history.Operation{
			first, revoke(10, 0, 0, history.Done), lasting(3000, introspect(1014, 1, 0, true)),
		}, ""},
		{"inactive while its revocation is under way, active to another who asked before", []history.Operation{
			first, lasting(500, revoke(10, 0, 0, history.Done)), introspect(20, 0, 0, false), lasting(300, introspect(15, 0, 0, true)),
		}, ""},
		{"a revocation without an answer is done late", []history.Operation{
			first, lost(revoke(10, 0, 0, 0)), introspect(8000, 0, 0, true), introspect(9000, 0, 0, false),
		}, ""},
		{"a revocation without an answer is never done", []history.Operation{first, lost(revoke(10, 0, 0, 0)), introspect(9000, 1, 0, true)}, ""},
		{"a rotation without an answer ends a secret", []history.Operation{
			lost(operator(0, 0, history.Rotate, 0, false)), issue(10, 0, 0, token(0, 0)), issue(20, 0, 0, refused), introspect(30, 1, 0, true),
			introspect(40, 1, 0, false), operator(50, 0, history.Look, 1, false),
		}, ""},
		{"a new token is inactive elsewhere until the client's return is known", []history.Operation{
			operator(0, 0, history.Disable, 1, true), operator(10, 0, history.Enable, 1, false), issue(20, 0, 0, token(0, 1)),
			introspect(30, 1, 0, false), introspect(1100, 1, 0, true),
		}, ""},
		{"disabled twice", []history.Operation{
			operator(0, 0, history.Disable, 1, true), operator(10, 1, history.Disable, 1, true), operator(20, 0, history.Look, 1, true),
		}, ""},
		{"both secrets serve in an overlap", []history.Operation{
			overlapping(0, 0, 0, 1, 500), issue(20, 0, 0, token(0, 0)), issue(30, 0, 1, token(1, 0)),
			issue(600, 0, 0, refused), issue(610, 1, 1, token(2, 0)),
		}, ""},
		{"an overlap is over before the rotation is answered", []history.Operation{
			func() history.Operation {
				o := lasting(2000, overlapping(0, 0, 0, 1, 500))
				o.Until = 0
				return o
			}(),
			issue(1900, 0, 0, token(0, 0)), issue(2100, 0, 0, refused),
		}, ""},
		{"a gateway that hears nothing lets the old secret in", []history.Operation{
			first, overlapping(10, 0, 0, 1, 500), present(2900, 1, history.BySecret, 0, active), issue(2910, 1, 0, refused),
		}, ""},
		{"an overlap ends in a call", []history.Operation{
			overlapping(0, 0, 0, 1, 500), lasting(2000, issue(20, 0, 0, refused)), lasting(2000, issue(21, 0, 0, token(0, 0))),
		}, ""},
		{"a rotation with an overlap was not answered", []history.Operation{
			lost(overlapping(0, 0, 0, 1, 500)), issue(400, 0, 0, token(0, 0)), issue(600, 0, 0, refused), issue(700, 1, 0, token(1, 0)),
		}, ""},
		{"a client is deleted", []history.Operation{
			first, remove(10, 0), issue(20, 0, 0, refused), introspect(900, 1, 0, true), introspect(1100, 1, 0, false),
			call(1200, history.Question{Kind: history.Enable}, gone), call(1300, history.Question{Kind: history.Look}, gone),
		}, ""},
		{"tokens of a retired key die, and no others", []history.Operation{
			keyed, signed("b", issue(5, 0, 0, token(1, 0))), retire(10, 0, "a"), introspect(20, 0, 0, false), introspect(900, 1, 0, true),
			introspect(1100, 1, 0, false), introspect(1110, 0, 1, true), introspect(1120, 1, 1, true),
		}, ""},
		{"a key is retired that signed nothing here", []history.Operation{keyed, retire(10, 0, "b"), introspect(1500, 1, 0, true)}, ""},
		{"a retirement without an answer is done late", []history.Operation{
			keyed, lost(retire(10, 0, "a")), signed("a", issue(20, 1, 0, token(1, 0))), introspect(8000, 0, 1, true), introspect(9000, 0, 0, false),
			introspect(9000, 1, 0, true), introspect(9010, 0, 1, false),
		}, ""},
		{"a key signs while it is being retired", []history.Operation{
			keyed, lasting(2000, retire(10, 0, "a")), signed("a", issue(1500, 0, 0, token(1, 0))), introspect(1600, 0, 1, true),
			introspect(2020, 0, 1, false),
		}, ""},
		{"a bearer is let in until the retirement is known", []history.Operation{
			keyed, retire(10, 0, "a"), present(900, 1, history.ByToken, 0, inactive), present(1500, 1, history.ByToken, 0, refused),
		}, ""},
		{"the right secret is let in again soon", []history.Operation{
			first, operator(10, 0, history.Disable, 1, true), operator(20, 0, history.Enable, 1, false), revoke(1000, 0, 0, history.Refused),
		}, ""},
		{"the caller is let in just before its secret ends, and the token dead with it", []history.Operation{
			first, lasting(100, operator(10, 0, history.Rotate, 1, false)), lasting(50, present(20, 0, history.BySecret, 0, inactive)),
			present(200, 1, history.ByToken, 0, active), present(1500, 1, history.ByToken, 0, refused),
		}, ""},
	} {
		t.Run(m.name, m.check)
	}
}
