package rule

import (
	"time"

	"cel.dev/cel-go/common/types"

	benefitsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/benefits/v1"
	identityv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/identity/v1"
)

// The facts that the service derives from birth dates and the household.
const (
	personAge         = "person.age"
	personAgeMonths   = "person.age_months"
	personRelation    = "person.relation"
	householdSize     = "household.size"
	householdMinors   = "household.minors"
	householdUnder6   = "household.under_6"
	householdYoungest = "household.youngest_age"
	householdOldest   = "household.oldest_age"
)

// majority is the age from which a member is no minor, and schoolAge the one from which it is no small child.
const (
	majority  = 18
	schoolAge = 6
)

func derivedFacts() []*benefitsv1.FactDefinition {
	fact := func(name string, of benefitsv1.FactType, es, en string, values ...string) *benefitsv1.FactDefinition {
		return &benefitsv1.FactDefinition{Name: name, Type: of, Labels: map[string]string{"es": es, "en": en}, Values: values, Derived: true}
	}
	const number = benefitsv1.FactType_FACT_TYPE_INT
	return []*benefitsv1.FactDefinition{
		fact(personAge, number, "edad", "age"),
		fact(personAgeMonths, number, "edad en meses", "age in months"),
		fact(personRelation, benefitsv1.FactType_FACT_TYPE_STRING, "relación con la jefatura del hogar", "relation to the head of the household",
			"head", "partner", "child", "parent", "relative", "other", "none"),
		fact(householdSize, number, "número de integrantes del hogar", "number of members of the household"),
		fact(householdMinors, number, "número de menores de 18 años en el hogar", "number of members under 18"),
		fact(householdUnder6, number, "número de menores de 6 años en el hogar", "number of members under 6"),
		fact(householdYoungest, number, "edad de la persona más joven del hogar", "age of the youngest member"),
		fact(householdOldest, number, "edad de la persona de más edad del hogar", "age of the oldest member"),
	}
}

// derivedSlots has where the derived facts' values go.
type derivedSlots struct{ age, ageMonths, relation, size, minors, under6, youngest, oldest int }

func (v *Vocabulary) slotsOfDerived() derivedSlots {
	return derivedSlots{
		age: v.slots[personAge], ageMonths: v.slots[personAgeMonths], relation: v.slots[personRelation],
		size: v.slots[householdSize], minors: v.slots[householdMinors], under6: v.slots[householdUnder6],
		youngest: v.slots[householdYoungest], oldest: v.slots[householdOldest],
	}
}

// derive fills in the derived facts. The age of who is not yet born is not known.
func (in *Inputs) derive(s *identityv1.Situation, today time.Time) {
	if s.GetPersonId() == "" {
		return
	}
	at := &in.vocabulary.derived
	if months, ok := monthsOf(s.GetBirthDate(), today); ok {
		in.values[at.age], in.values[at.ageMonths] = types.Int(months/12), types.Int(months)
	}
	in.values[at.relation] = relationOf(s.GetHousehold())
	births := s.GetHousehold().GetBirthDates()
	if len(births) == 0 {
		return
	}
	in.values[at.size] = types.Int(len(births))
	var minors, under6 int
	youngest, oldest := -1, -1
	for _, birth := range births {
		months, ok := monthsOf(birth, today)
		if !ok {
			return
		}
		age := months / 12
		if age < majority {
			minors++
		}
		if age < schoolAge {
			under6++
		}
		if youngest < 0 || age < youngest {
			youngest = age
		}
		oldest = max(oldest, age)
	}
	in.values[at.minors], in.values[at.under6] = types.Int(minors), types.Int(under6)
	in.values[at.youngest], in.values[at.oldest] = types.Int(youngest), types.Int(oldest)
}

// relationOf says what the person is to its household; who is in none has the relation "none".
func relationOf(h *identityv1.HouseholdSituation) types.String {
	switch h.GetRelation() {
	case identityv1.HouseholdRelation_HOUSEHOLD_RELATION_HEAD:
		return "head"
	case identityv1.HouseholdRelation_HOUSEHOLD_RELATION_PARTNER:
		return "partner"
	case identityv1.HouseholdRelation_HOUSEHOLD_RELATION_CHILD:
		return "child"
	case identityv1.HouseholdRelation_HOUSEHOLD_RELATION_PARENT:
		return "parent"
	case identityv1.HouseholdRelation_HOUSEHOLD_RELATION_RELATIVE:
		return "relative"
	case identityv1.HouseholdRelation_HOUSEHOLD_RELATION_OTHER:
		return "other"
	}
	return "none"
}
