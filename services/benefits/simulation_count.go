package benefits

import (
	"cmp"
	"maps"
	"slices"
	"strconv"

	"google.golang.org/protobuf/types/known/structpb"

	benefitsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/benefits/v1"
	"github.com/ventanilla/ventanilla/services/benefits/internal/rule"
)

// The facts by which persons are counted.
const (
	trancheFact = "household.rsh_tranche"
	communeFact = "household.commune"
)

const (
	// maxGroups bounds the groups of a kind, the one for the others among them.
	maxGroups = 1000
	// others is the group of those whose group found no place.
	others = "…"
)

// text is a fact as the name of a group; empty when it is not known.
func text(in *rule.Inputs, name string) string {
	value, ok := in.Value(name)
	if !ok {
		return ""
	}
	switch v := value.GetKind().(type) {
	case *structpb.Value_NumberValue:
		return strconv.FormatFloat(v.NumberValue, 'f', -1, 64)
	case *structpb.Value_StringValue:
		return v.StringValue
	}
	return ""
}

// counts are those of a simulation.
type counts struct {
	total                *count
	byTranche, byCommune map[string]*count
	faulty               int64
}

func newCounts() *counts {
	return &counts{total: &count{}, byTranche: make(map[string]*count), byCommune: make(map[string]*count)}
}

func (c *counts) add(v verdict) {
	if v.faulty {
		c.faulty++
	}
	for _, of := range []*count{c.total, group(c.byTranche, v.tranche), group(c.byCommune, v.commune)} {
		of.add(v)
	}
}

// group finds a group, or makes it while there is room.
func group(groups map[string]*count, name string) *count {
	if groups[name] == nil && len(groups) >= maxGroups-1 {
		name = others
	}
	if groups[name] == nil {
		groups[name] = &count{}
	}
	return groups[name]
}

func (c *counts) summary() *benefitsv1.SimulationSummary {
	return &benefitsv1.SimulationSummary{
		Total: c.total.message(""), ByTranche: messages(c.byTranche), ByCommune: messages(c.byCommune), Faulty: c.faulty,
	}
}

// count counts persons.
type count struct{ persons, gain, lose, eligible, potential int64 }

// better orders outcomes.
var better = map[benefitsv1.Outcome]int{
	benefitsv1.Outcome_OUTCOME_NOT_ELIGIBLE: 0, benefitsv1.Outcome_OUTCOME_POTENTIAL: 1, benefitsv1.Outcome_OUTCOME_ELIGIBLE: 2,
}

func (c *count) add(v verdict) {
	c.persons++
	switch cmp.Compare(better[v.after], better[v.before]) {
	case 1:
		c.gain++
	case -1:
		c.lose++
	}
	switch v.after {
	case benefitsv1.Outcome_OUTCOME_ELIGIBLE:
		c.eligible++
	case benefitsv1.Outcome_OUTCOME_POTENTIAL:
		c.potential++
	}
}

func (c *count) message(name string) *benefitsv1.SimulationCount {
	return &benefitsv1.SimulationCount{
		Group: name, Persons: c.persons, Gain: c.gain, Lose: c.lose, Eligible: c.eligible, Potential: c.potential,
	}
}

// messages are the groups in order: numbers by their size, then names, then the others and those of whom it is not known.
func messages(groups map[string]*count) []*benefitsv1.SimulationCount {
	names := slices.SortedFunc(maps.Keys(groups), func(a, b string) int {
		x, y := placeOf(a), placeOf(b)
		return cmp.Or(cmp.Compare(x.kind, y.kind), cmp.Compare(x.number, y.number), cmp.Compare(a, b))
	})
	all := make([]*benefitsv1.SimulationCount, len(names))
	for i, name := range names {
		all[i] = groups[name].message(name)
	}
	return all
}

// place is where a group stands among the others.
type place struct {
	kind   int
	number float64
}

func placeOf(name string) place {
	switch name {
	case others:
		return place{kind: 2}
	case "":
		return place{kind: 3}
	}
	if number, err := strconv.ParseFloat(name, 64); err == nil {
		return place{number: number}
	}
	return place{kind: 1}
}
