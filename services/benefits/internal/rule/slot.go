package rule

import (
	"cel.dev/cel-go/common/types/ref"
	"cel.dev/cel-go/interpreter"
)

// bySlot makes a program read a fact from its slot in place of by its name.
func (v *Vocabulary) bySlot(step interpreter.InterpretableV2) (interpreter.InterpretableV2, error) {
	variable, ok := step.(interpreter.InterpretableAttribute)
	if !ok {
		return step, nil
	}
	attribute, ok := variable.Attr().(interpreter.NamespacedAttribute)
	if !ok || len(attribute.CandidateVariableNames()) != 1 || len(attribute.Qualifiers()) > 0 {
		return step, nil
	}
	name := attribute.CandidateVariableNames()[0]
	slot, ok := v.slots[name]
	if !ok {
		return step, nil
	}
	return &slotted{InterpretableV2: step, slot: slot}, nil
}

// slotted reads a fact.
type slotted struct {
	interpreter.InterpretableV2
	slot int
}

// Exec implements interpreter.InterpretableV2. Inside a loop, where the scope is the loop's, the name is resolved as CEL does.
func (s *slotted) Exec(frame *interpreter.ExecutionFrame) ref.Val {
	if facts, ok := frame.Scope().(*activation); ok {
		return facts.values[s.slot]
	}
	return s.InterpretableV2.Exec(frame)
}
