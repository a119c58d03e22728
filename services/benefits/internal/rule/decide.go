package rule

import (
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/interpreter"

	benefitsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/benefits/v1"
)

// Decide says what the conditions make of the inputs: not eligible when one is false, else potential when one is unknown, else
// eligible. A condition that fails is unknown; faulty tells that one did and that no other decided without it. Their order does not matter.
func (r *Rules) Decide(in *Inputs) (outcome benefitsv1.Outcome, faulty bool) {
	frame := r.frame(in)
	defer frame.Close()
	outcome = benefitsv1.Outcome_OUTCOME_ELIGIBLE
	for i := range r.conditions {
		truth, _, failed := r.conditions[i].evaluate(frame)
		switch truth {
		case benefitsv1.Truth_TRUTH_TRUE:
		case benefitsv1.Truth_TRUTH_FALSE:
			return benefitsv1.Outcome_OUTCOME_NOT_ELIGIBLE, false
		default:
			outcome, faulty = benefitsv1.Outcome_OUTCOME_POTENTIAL, faulty || failed
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
	frame := r.frame(in)
	defer frame.Close()
	results := make([]Result, len(r.conditions))
	for i := range r.conditions {
		c, result := &r.conditions[i], &results[i]
		var unknown *types.Unknown
		result.Name = c.name
		result.Truth, unknown, result.Faulty = c.evaluate(frame)
		result.Missing = r.vocabulary.missing(unknown)
		result.LookedAt = c.lookedAt(in)
	}
	return results
}

// frame is what CEL evaluates the conditions of one benefit in.
func (r *Rules) frame(in *Inputs) *interpreter.ExecutionFrame {
	// It fails only for what is no activation, or one with functions.
	frame, _ := interpreter.NewExecutionFrame((*activation)(r.vocabulary.in(in)))
	return frame
}

// evaluate says whether the condition holds, which facts leave it open, and whether it failed.
func (c *condition) evaluate(frame *interpreter.ExecutionFrame) (benefitsv1.Truth, *types.Unknown, bool) {
	value, _, err := c.program.Eval(frame)
	if err != nil {
		return benefitsv1.Truth_TRUTH_UNKNOWN, nil, true
	}
	switch v := value.(type) {
	case types.Bool:
		if v {
			return benefitsv1.Truth_TRUTH_TRUE, nil, false
		}
		return benefitsv1.Truth_TRUTH_FALSE, nil, false
	case *types.Unknown:
		return benefitsv1.Truth_TRUTH_UNKNOWN, v, false
	}
	return benefitsv1.Truth_TRUTH_UNKNOWN, nil, true
}

// missing are the names of the facts that an unknown value rests on.
func (v *Vocabulary) missing(unknown *types.Unknown) []string {
	if unknown == nil {
		return nil
	}
	slots := unknown.IDs()
	names := make([]string, len(slots))
	for i, slot := range slots {
		names[i] = v.facts[slot].GetName()
	}
	return names
}

// lookedAt are the names of those facts of the expression that are known.
func (c *condition) lookedAt(in *Inputs) []string {
	known := 0
	for _, slot := range c.slots {
		if in.known(slot) {
			known++
		}
	}
	if known == len(c.slots) {
		return c.names
	}
	names := make([]string, 0, known)
	for i, slot := range c.slots {
		if in.known(slot) {
			names = append(names, c.names[i])
		}
	}
	return names
}
