package identity

import (
	"slices"

	"google.golang.org/protobuf/types/known/structpb"

	identityv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/identity/v1"
	"github.com/ventanilla/ventanilla/services/identity/internal/store"
)

// situationsToProto reads the facts of a household once for all who live there, and values that many have once for all of them.
func situationsToProto(in []store.Situation) ([]*identityv1.Situation, error) {
	facts := map[*store.Residence]map[string]*structpb.Value{}
	values := factValues{}
	out := make([]*identityv1.Situation, len(in))
	for i, one := range in {
		own, err := values.toProto(one.Facts)
		if err != nil {
			return nil, err
		}
		out[i] = &identityv1.Situation{PersonId: one.PersonID, BirthDate: one.BirthDate, Facts: own}
		home := one.Household
		if home == nil {
			continue
		}
		if facts[home] == nil {
			if facts[home], err = values.toProto(home.Facts); err != nil {
				return nil, err
			}
		}
		out[i].Household = &identityv1.HouseholdSituation{
			HouseholdId: home.HouseholdID, Relation: relationToProto(one.Relation), BirthDates: home.BirthDates, Facts: facts[home],
		}
	}
	return out, nil
}

// factValues are values by what is stored of them. Messages share them.
type factValues map[string]*structpb.Value

func (v factValues) toProto(in []store.NamedValue) (map[string]*structpb.Value, error) {
	out := make(map[string]*structpb.Value, len(in))
	for _, fact := range in {
		value := v[fact.Value]
		if value == nil {
			var err error
			if value, err = factValueToProto(fact.Value); err != nil {
				return nil, err
			}
			v[fact.Value] = value
		}
		out[fact.Name] = value
	}
	return out, nil
}

// situationFields are those that an answer has, as the access log names them. Those of a household begin with its name: the dates of
// birth are those of all members.
func situationFields(in []store.Situation) []string {
	fields := []string{"birth_date"}
	var own, shared []string
	counted := map[*store.Residence]bool{}
	for _, one := range in {
		own = appendNames(own, one.Facts)
		if home := one.Household; home != nil && !counted[home] {
			counted[home] = true
			shared = appendNames(shared, home.Facts)
		}
	}
	fields = append(fields, store.FactFields(own)...)
	if len(counted) > 0 {
		fields = append(fields, "household.relation", "household.birth_dates")
	}
	for _, field := range store.FactFields(shared) {
		fields = append(fields, "household."+field)
	}
	return fields
}

// appendNames appends those that are not there yet.
func appendNames(names []string, facts []store.NamedValue) []string {
	for _, fact := range facts {
		if !slices.Contains(names, fact.Name) {
			names = append(names, fact.Name)
		}
	}
	return names
}
