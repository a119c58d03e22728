package history

import (
	"fmt"
	"slices"
	"time"

	"github.com/anishathalye/porcupine"
)

// Honoured is how long after its answer a change holds everywhere.
const Honoured = time.Second

// Unheard is how long a gateway may hear of no changes before it asks about each caller. A rotation with an overlap is all
// that auth cannot tell by the internal token, so that the old secret may be let in by such a gateway until then.
const Unheard = 3 * time.Second

// view is what is read at one place, and the changes as they may take effect there.
type view struct {
	name       string
	operations []porcupine.Operation
}

// views takes a history apart by where answers come from: the store behind registrations, each auth replica, which says
// of secrets and tokens whether they hold, and each gateway, which lets callers in.
func views(operations []Operation) []view {
	l := newLedger(operations)
	all := []view{l.view("registrations", verdict, atOnce, func(o Operation) bool { return o.Kind == Look || o.Outcome == Gone })}
	for _, replica := range l.replicas {
		elsewhere := func(o Operation) time.Duration {
			if o.Replica == replica {
				return 0
			}
			return Honoured
		}
		all = append(all,
			l.view(fmt.Sprintf("replica %d", replica), verdict, elsewhere, func(o Operation) bool {
				return o.Replica == replica && (o.Kind == Issue || o.Kind == Introspect && o.Outcome == Done)
			}),
			l.view(fmt.Sprintf("gateway %d", replica), admission, atGateways, func(o Operation) bool {
				return o.Replica == replica && (o.Kind == Introspect || o.Kind == Revoke)
			}))
	}
	return all
}

func atOnce(Operation) time.Duration { return 0 }

func atGateways(o Operation) time.Duration {
	if o.Overlap > 0 {
		return Unheard
	}
	return Honoured
}

// changes tells whether the operation may have an effect.
func (o Operation) changes() bool {
	return (o.Outcome == Open || o.Outcome == Done) && (o.Kind.Registers() || o.Kind == Revoke)
}

// ledger is a history with what its parts need to know of each other.
type ledger struct {
	operations []Operation
	workers    int
	replicas   []int
	epochs     map[int]int64 // Of tokens.
	secrets    map[int]int64 // Their epochs when they were made.
	end        time.Duration // After all else.
}

func newLedger(operations []Operation) *ledger {
	l := &ledger{operations: operations, epochs: map[int]int64{}, secrets: map[int]int64{}}
	for _, o := range operations {
		if o.Kind == Issue && o.Outcome == Done {
			l.epochs[o.Answer.Token] = o.Epoch
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

// view takes p of the operations that are read, and all changes: late tells how long after their answers these
// may take effect.
func (l *ledger) view(name string, p part, late func(Operation) time.Duration, read func(Operation) bool) view {
	v := view{name: name}
	lane := l.workers
	for _, o := range l.operations {
		if o.Outcome != Open && read(o) {
			v.add(l.event(o, p), o.Worker, o.Return)
		}
		if !o.changes() {
			continue
		}
		end := o.Return + late(o)
		if o.Outcome == Open {
			end = l.end
		}
		v.add(l.event(o, change), lane, end)
		lane++ // As the time of a change may overlap that of its worker's next calls.
	}
	return v
}

func (l *ledger) event(o Operation, p part) event {
	e := event{Operation: o, part: p, tokenEpoch: l.epochs[o.Question.Token], callerEpoch: l.epochs[o.Credential]}
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
			until = max(until, o.Return+Unheard, o.Until+Honoured)
		}
	}
	return until, epoch
}

func (v *view) add(e event, lane int, end time.Duration) {
	v.operations = append(v.operations, porcupine.Operation{
		ClientId: lane, Input: e, Call: int64(e.Call), Return: int64(end),
	})
}
