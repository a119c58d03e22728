package rule

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"google.golang.org/protobuf/types/known/structpb"

	identityv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/identity/v1"
)

// Inputs are the facts that rules decide with: of one subject, as of one day. They do not change and are safe for concurrent use.
type Inputs struct {
	vocabulary *Vocabulary
	// values has a value for each slot of the vocabulary; nil for a fact that is not known.
	values []ref.Val
	today  types.Timestamp
}

func (v *Vocabulary) inputs(asOf time.Time) *Inputs {
	return &Inputs{vocabulary: v, values: make([]ref.Val, len(v.facts)), today: types.Timestamp{Time: dayOf(asOf)}}
}

// Inputs takes the facts from a situation, as of the date that asOf has in its own place. Facts that are not there, or whose value is of
// the wrong type, are unknown.
func (v *Vocabulary) Inputs(s *identityv1.Situation, asOf time.Time) *Inputs {
	in := v.inputs(asOf)
	in.take(v.person, s.GetFacts())
	in.take(v.house, s.GetHousehold().GetFacts())
	in.derive(s, in.today.Time)
	return in
}

func (in *Inputs) take(of *group, facts map[string]*structpb.Value) {
	for name, value := range facts {
		slot, ok := of.slots[name]
		if !ok {
			continue
		}
		if known, err := toCEL(in.vocabulary.facts[slot].GetType(), value); err == nil {
			in.values[slot] = known
		}
	}
}

// Example takes made-up facts by their names in expressions, derived ones too. The error names the fact and what is wrong with it; it does not
// repeat the value.
func (v *Vocabulary) Example(facts *structpb.Struct, asOf time.Time) (*Inputs, error) {
	in := v.inputs(asOf)
	for _, name := range slices.Sorted(maps.Keys(facts.GetFields())) {
		slot, ok := v.slots[name]
		if !ok {
			return nil, fmt.Errorf("%q is no fact of the catalogue", name)
		}
		value, err := toCEL(v.facts[slot].GetType(), facts.GetFields()[name])
		if err != nil {
			return nil, fmt.Errorf("%q %w; leave it out for unknown", name, err)
		}
		in.values[slot] = value
	}
	return in, nil
}

// Value returns the value of a fact by its name in expressions, or false when it is not known.
func (in *Inputs) Value(name string) (*structpb.Value, bool) {
	slot, ok := in.vocabulary.slots[name]
	if !ok || !in.known(slot) {
		return nil, false
	}
	return fromCEL(in.values[slot]), true
}

func (in *Inputs) known(slot int) bool { return in.values[slot] != nil }

// in returns the inputs with the slots of this vocabulary, which are others when facts were defined in between.
func (v *Vocabulary) in(in *Inputs) *Inputs {
	if in.vocabulary == v {
		return in
	}
	own := v.inputs(in.today.Time)
	for slot, fact := range v.facts {
		if from, ok := in.vocabulary.slots[fact.GetName()]; ok && in.vocabulary.facts[from].GetType() == fact.GetType() {
			own.values[slot] = in.values[from]
		}
	}
	return own
}
