package rule

import (
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/interpreter"

	benefitsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/benefits/v1"
)

const (
	yes     = benefitsv1.Truth_TRUTH_TRUE
	no      = benefitsv1.Truth_TRUTH_FALSE
	unknown = benefitsv1.Truth_TRUTH_UNKNOWN
)

// Decide says what the conditions make of the inputs: not eligible when one is false, else potential when one is unknown, else
// eligible. A condition that fails is unknown; faulty tells that one did and that no other decided without it. Their order does not matter.
func (r *Rules) Decide(in *Inputs) (outcome benefitsv1.Outcome, faulty bool) {
	in = r.vocabulary.in(in)
	frame := frameOf((*untraced)(in))
	defer frame.Close()
	outcome = benefitsv1.Outcome_OUTCOME_ELIGIBLE
	conditions := r.ready()
	for i := range conditions {
		switch c := &conditions[i]; c.decide(frame) {
		case types.True:
		case types.False:
			return benefitsv1.Outcome_OUTCOME_NOT_ELIGIBLE, false
		case undecided:
			outcome = benefitsv1.Outcome_OUTCOME_POTENTIAL
		default:
			outcome, faulty = benefitsv1.Outcome_OUTCOME_POTENTIAL, faulty || c.explain(in).Faulty
		}
	}
	return outcome, faulty
}

// Result is what came out for one condition.
type Result struct {
	// Name is the condition's.
	Name string
	// Truth is whether it holds.
	Truth benefitsv1.Truth
	// Missing are the facts that are not known and leave it undecided, LookedAt those that it names and that are known, both by
	// name. They may be shared and must not be changed.
	Missing, LookedAt []string
	// Faulty says that it failed, which leaves it undecided.
	Faulty bool
}

// Explain says what comes out for each condition, in their order.
func (r *Rules) Explain(in *Inputs) []Result {
	in = r.vocabulary.in(in)
	conditions := r.ready()
	results := make([]Result, len(conditions))
	for i := range conditions {
		results[i] = conditions[i].explain(in)
	}
	return results
}

// frameOf is what CEL evaluates in.
func frameOf(in interpreter.Activation) *interpreter.ExecutionFrame {
	frame, _ := interpreter.NewExecutionFrame(in) // fails for what is no activation only
	return frame
}

// decide returns true, false, undecided, or another error of CEL for a condition that fails.
func (c *condition) decide(frame *interpreter.ExecutionFrame) any {
	value, _, err := c.program.Eval(frame)
	if value == nil {
		return err
	}
	return value
}

// explain traces what the condition rests on. Where CEL lets a failure hide what is not known, it is not the failure that leaves the condition open.
func (c *condition) explain(in *Inputs) Result {
	frame := frameOf((*traced)(in))
	defer frame.Close()
	result := Result{Name: c.name, Truth: unknown, LookedAt: c.where(in.known)}
	switch value := c.decide(frame).(type) {
	case types.Bool:
		result.Truth = no
		if value {
			result.Truth = yes
		}
	case *types.Unknown:
		result.Missing = c.where(func(slot int) bool {
			_, ok := value.GetAttributeTrails(int64(slot))
			return ok
		})
	default:
		frame := frameOf((*untraced)(in))
		defer frame.Close()
		if c.decide(frame) == undecided {
			result.Missing = c.where(func(slot int) bool { return !in.known(slot) })
		} else {
			result.Faulty = true
		}
	}
	return result
}

// where returns the names of the condition's facts for whose slot something holds.
func (c *condition) where(holds func(slot int) bool) []string {
	n := 0
	for _, slot := range c.slots {
		if holds(slot) {
			n++
		}
	}
	switch n {
	case 0:
		return nil
	case len(c.slots):
		return c.names
	}
	names := make([]string, 0, n)
	for i, slot := range c.slots {
		if holds(slot) {
			names = append(names, c.names[i])
		}
	}
	return names
}
