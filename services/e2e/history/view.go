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
// of secrets and tokens whether they hold, each gateway, which lets callers in, and the store behind signing keys, as none
// signs when its retirement was answered anywhere.
func views(operations []Operation) []view {
	l := newLedger(operations)
	all := []view{
		l.view("registrations", verdict, atOnce, func(o Operation) bool { return o.Kind == Look || o.Outcome == Gone }),
		l.view("signing keys", signature, atOnce, func(o Operation) bool { return o.Kind == Issue && o.Outcome == Done }),
	}
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

// changes tells whether the operation may have an effect on a part of others.
func (o Operation) changes(p part) bool {
	if o.Outcome != Open && o.Outcome != Done {
		return false
	}
	return o.Kind == Retire || p != signature && (o.Kind.Registers() || o.Kind == Revoke)
}

// concerning leaves out the retirements of keys that signed no token of the history.
func concerning(operations []Operation) []Operation {
	keys := map[string]bool{}
	for _, o := range operations {
		if o.Kind == Issue && o.Outcome == Done {
			keys[o.Answer.Key] = true
		}
	}
	return slices.DeleteFunc(slices.Clone(operations), func(o Operation) bool {
		return o.Kind == Retire && !keys[o.Question.Key]
	})
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
		if !o.changes(p) {
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

func (v *view) add(e event, lane int, end time.Duration) {
	v.operations = append(v.operations, porcupine.Operation{
		ClientId: lane, Input: e, Call: int64(e.Call), Return: int64(end),
	})
}
