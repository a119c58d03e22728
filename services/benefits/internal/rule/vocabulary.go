package rule

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/types"
	"google.golang.org/protobuf/proto"

	benefitsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/benefits/v1"
)

// Vocabulary is what expressions may speak of: the facts that the catalogue defines, those that the service derives, and today.
// It never changes and is safe for concurrent use.
type Vocabulary struct {
	// facts are sorted by name; the place of a fact is the slot of its value in Inputs.
	facts []*benefitsv1.FactDefinition
	slots map[string]int
	kinds []*kind
	// unknowns has the value of each fact that is not known. Its one expression id is the fact's slot.
	unknowns []*types.Unknown
	person   *group
	house    *group
	derived  derivedSlots
	env      *cel.Env
}

// group has the facts that identity keeps about one kind of subject, by identity's name.
type group struct {
	names []string
	slots map[string]int
}

var (
	factName = regexp.MustCompile(`^(person|household)[.]([a-z][a-z0-9_]*)$`)
	// unwritable are the words that the language does not read as the name of a fact.
	unwritable = []string{"false", "in", "null", "true"}
)

// NewVocabulary makes the vocabulary of the facts that are defined, and adds the derived ones. A definition that is marked as
// derived is left out, so that all of Definitions may be given back. A name that cannot be written in an expression, or that is
// defined twice, is an error.
func NewVocabulary(defined []*benefitsv1.FactDefinition) (*Vocabulary, error) {
	byName := make(map[string]*benefitsv1.FactDefinition, len(defined))
	for _, fact := range derivedFacts() {
		byName[fact.GetName()] = fact
	}
	v := &Vocabulary{person: &group{slots: make(map[string]int)}, house: &group{slots: make(map[string]int)}}
	for _, fact := range defined {
		if fact.GetDerived() {
			continue
		}
		name := fact.GetName()
		if err := checkDefinition(fact); err != nil {
			return nil, err
		}
		switch known := byName[name]; {
		case known.GetDerived():
			return nil, fmt.Errorf("the fact %q is derived by the service and cannot be defined", name)
		case known != nil:
			return nil, fmt.Errorf("the fact %q is defined twice", name)
		}
		byName[name] = proto.CloneOf(fact)
	}
	v.slots = make(map[string]int, len(byName))
	for slot, name := range slices.Sorted(maps.Keys(byName)) {
		fact := byName[name]
		v.facts = append(v.facts, fact)
		v.slots[name] = slot
		v.kinds = append(v.kinds, kinds[fact.GetType()])
		v.unknowns = append(v.unknowns, types.NewUnknown(int64(slot), types.NewAttributeTrail(name)))
		if !fact.GetDerived() {
			of := v.person
			subject, own, _ := strings.Cut(name, ".")
			if subject == "household" {
				of = v.house
			}
			of.names = append(of.names, own)
			of.slots[own] = slot
		}
	}
	v.derived = v.slotsOfDerived()
	var err error
	if v.env, err = v.environment(); err != nil {
		return nil, fmt.Errorf("declaring the facts to CEL: %w", err)
	}
	return v, nil
}

func checkDefinition(fact *benefitsv1.FactDefinition) error {
	name := fact.GetName()
	parts := factName.FindStringSubmatch(name)
	if parts == nil {
		return fmt.Errorf("the fact %q must be named person.NAME or household.NAME, in lower case", name)
	}
	if slices.Contains(unwritable, parts[2]) {
		return fmt.Errorf("the fact %q has a word of the language as its name", name)
	}
	if kinds[fact.GetType()] == nil {
		return fmt.Errorf("the fact %q has no type", name)
	}
	return nil
}

// Definitions returns all facts by name, the derived ones too. They are shared and must not be changed.
func (v *Vocabulary) Definitions() []*benefitsv1.FactDefinition { return v.facts }

// Wanted returns the names under which identity keeps the facts of persons and of households, in order.
func (v *Vocabulary) Wanted() (person, household []string) {
	return slices.Clone(v.person.names), slices.Clone(v.house.names)
}

// definition returns a fact by its name in expressions, or nil.
func (v *Vocabulary) definition(name string) *benefitsv1.FactDefinition {
	slot, ok := v.slots[name]
	if !ok {
		return nil
	}
	return v.facts[slot]
}
