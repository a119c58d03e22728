package history

import (
	"slices"
	"time"
)

// ledger is a history with what its parts need to know of each other.
type ledger struct {
	operations []Operation
	workers    int
	replicas   []int
	tokens     map[int]issued
	keys       map[string]uint64 // A bit for each that signed one.
	secrets    map[int]int64     // Their epochs when they were made.
	end        time.Duration     // After all else.
}

func newLedger(operations []Operation) *ledger {
	l := &ledger{operations: operations, tokens: map[int]issued{}, keys: map[string]uint64{}, secrets: map[int]int64{}}
	for _, o := range operations {
		if o.Kind == Issue && o.Outcome == Done {
			if _, ok := l.keys[o.Answer.Key]; !ok {
				l.keys[o.Answer.Key] = 1 << len(l.keys)
			}
			l.tokens[o.Answer.Token] = issued{o.Answer.Token, o.Epoch, l.keys[o.Answer.Key]}
		}
		if o.Kind == Rotate && o.Outcome == Done {
			l.secrets[o.Secret] = o.Epoch
		}
		if !slices.Contains(l.replicas, o.Replica) {
			l.replicas = append(l.replicas, o.Replica)
		}
		l.workers = max(l.workers, o.Worker+1)
		l.end = max(l.end, o.Return+2*Unheard)
	}
	slices.Sort(l.replicas)
	return l
}

func (l *ledger) event(o Operation, p part) event {
	e := event{Operation: o, part: p, token: l.tokens[o.Question.Token], caller: l.tokens[o.Credential]}
	switch o.Kind {
	case Issue:
		e.key = l.keys[o.Answer.Key]
	case Retire:
		e.key = l.keys[o.Question.Key]
	}
	if p == admission && o.Caller == BySecret {
		e.unheard, e.unheardEpoch = l.unheard(o.Credential)
	}
	return e
}

// unheard is until when a gateway may not have heard that a secret was given an end, and of which epoch it is: an
// exchange that it has kept says nothing of the secret, and each of its callers' exchanges is kept for itself.
func (l *ledger) unheard(secret int) (until time.Duration, epoch int64) {
	epoch = l.secrets[secret]
	for _, o := range l.operations {
		if o.Kind == Rotate && o.Overlap > 0 && (o.Outcome == Open || o.Outcome == Done && o.Epoch == epoch) {
			until = max(until, o.Return+Unheard)
		}
	}
	return until, epoch
}
