package rule

import (
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"cel.dev/cel-go/interpreter"
)

// What is not known has two forms for CEL. Traced, it is one of CEL's unknowns, which gather the facts that they come from, at the price
// of a map for every two that meet. Untraced, it is an error, of which && and || keep the first one: an error and an unknown
// are both overruled by what is decided otherwise, so that the truth is the same.
type (
	traced   Inputs
	untraced Inputs
)

// undecided is the value of any fact that is not known, untraced. It has an expression id, so that CEL sets none and it can be shared.
var undecided = types.NewErrWithNodeID(-1, "a fact is not known")

var _, _ interpreter.Activation = (*traced)(nil), (*untraced)(nil)

func (in *traced) at(slot int) ref.Val {
	if value := in.values[slot]; value != nil {
		return value
	}
	return in.vocabulary.unknowns[slot]
}

func (in *untraced) at(slot int) ref.Val {
	if value := in.values[slot]; value != nil {
		return value
	}
	return undecided
}

// ResolveName implements interpreter.Activation.
func (in *traced) ResolveName(name string) (any, bool) {
	if slot, ok := in.vocabulary.slots[name]; ok {
		return in.at(slot), true
	}
	return in.today, name == todayName
}

// ResolveName implements interpreter.Activation.
func (in *untraced) ResolveName(name string) (any, bool) {
	if slot, ok := in.vocabulary.slots[name]; ok {
		return in.at(slot), true
	}
	return in.today, name == todayName
}

// Parent implements interpreter.Activation.
func (*traced) Parent() interpreter.Activation { return nil }

// Parent implements interpreter.Activation.
func (*untraced) Parent() interpreter.Activation { return nil }

// bySlot makes a program read a fact from its slot in place of by its name.
func (v *Vocabulary) bySlot(step interpreter.InterpretableV2) (interpreter.InterpretableV2, error) {
	variable, ok := step.(interpreter.InterpretableAttribute)
	if !ok {
		return step, nil
	}
	attribute, ok := variable.Attr().(interpreter.NamespacedAttribute)
	if !ok || len(attribute.CandidateVariableNames()) != 1 {
		return step, nil
	}
	name := attribute.CandidateVariableNames()[0]
	slot, ok := v.slots[name]
	if !ok {
		return step, nil
	}
	return &fact{id: step.ID(), slot: slot, name: name}, nil
}

// fact is the step of a program that reads a fact.
type fact struct {
	id   int64
	slot int
	name string
}

// ID implements interpreter.Interpretable.
func (f *fact) ID() int64 { return f.id }

// Exec implements interpreter.InterpretableV2. Inside a loop the scope is the loop's, and the name leads through it.
func (f *fact) Exec(frame *interpreter.ExecutionFrame) ref.Val {
	switch in := frame.Scope().(type) {
	case *untraced:
		return in.at(f.slot)
	case *traced:
		return in.at(f.slot)
	}
	value, _ := frame.ResolveName(f.name)
	return types.DefaultTypeAdapter.NativeToValue(value)
}

// Eval implements interpreter.Interpretable.
func (f *fact) Eval(vars interpreter.Activation) ref.Val {
	return interpreter.EvalActivation(vars, f.Exec)
}
