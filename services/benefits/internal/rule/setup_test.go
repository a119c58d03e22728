package rule_test

import (
	"testing"
	"time"

	"google.golang.org/protobuf/types/known/structpb"

	benefitsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/benefits/v1"
	"github.com/ventanilla/ventanilla/services/benefits/internal/rule"
)

const (
	boolean = benefitsv1.FactType_FACT_TYPE_BOOL
	integer = benefitsv1.FactType_FACT_TYPE_INT
	double  = benefitsv1.FactType_FACT_TYPE_DOUBLE
	text    = benefitsv1.FactType_FACT_TYPE_STRING
	date    = benefitsv1.FactType_FACT_TYPE_DATE
	texts   = benefitsv1.FactType_FACT_TYPE_STRING_LIST

	eligible    = benefitsv1.Outcome_OUTCOME_ELIGIBLE
	potential   = benefitsv1.Outcome_OUTCOME_POTENTIAL
	notEligible = benefitsv1.Outcome_OUTCOME_NOT_ELIGIBLE

	yes     = benefitsv1.Truth_TRUTH_TRUE
	no      = benefitsv1.Truth_TRUTH_FALSE
	unknown = benefitsv1.Truth_TRUTH_UNKNOWN
)

// defined are facts of every type.
func defined() []*benefitsv1.FactDefinition {
	return []*benefitsv1.FactDefinition{
		{Name: "person.employed", Type: boolean},
		{Name: "person.disabled", Type: boolean},
		{Name: "person.children", Type: integer},
		{Name: "person.contributed_months", Type: integer},
		{Name: "household.rsh_tranche", Type: integer},
		{Name: "person.income", Type: double},
		{Name: "household.income", Type: double},
		{Name: "person.sex", Type: text, Values: []string{"female", "male"}},
		{Name: "household.commune", Type: text},
		{Name: "person.pension_since", Type: date},
		{Name: "person.resident_since", Type: date},
		{Name: "person.programmes", Type: texts, Values: []string{"ssyoo", "pgu", "suf"}},
		{Name: "household.services", Type: texts},
	}
}

func vocabulary(t testing.TB) *rule.Vocabulary {
	t.Helper()
	v, err := rule.NewVocabulary(defined())
	check(t, err)
	return v
}

// day is the day as of which most tests ask.
var day = time.Date(2026, time.November, 25, 15, 4, 5, 0, time.UTC)

// benefit has the conditions c0, c1 and so on, and all that lint wants.
func benefit(expressions ...string) *benefitsv1.Benefit {
	b := &benefitsv1.Benefit{
		BenefitId: "test", Texts: map[string]*benefitsv1.BenefitText{"es": {Title: "Prueba", Description: "Una prueba."}},
		Examples: []*benefitsv1.ExampleCase{{Name: "one", Outcome: potential}, {Name: "another", Outcome: potential}},
	}
	for i, expression := range expressions {
		b.Conditions = append(b.Conditions, &benefitsv1.Condition{
			Name: "c" + string(rune('0'+i)), Expression: expression, Sentences: map[string]string{"es": "Una condición."},
		})
	}
	return b
}

func compile(t testing.TB, v *rule.Vocabulary, expressions ...string) *rule.Rules {
	t.Helper()
	r, found := v.Compile(benefit(expressions...))
	if r == nil || len(found) > 0 {
		t.Fatalf("%q: found %v", expressions, found)
	}
	return r
}

func example(t failer, v *rule.Vocabulary, facts map[string]any) *rule.Inputs {
	t.Helper()
	fields, err := structpb.NewStruct(facts)
	check(t, err)
	in, err := v.Example(fields, day)
	check(t, err)
	return in
}

func check(t failer, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// failer is a test, or rapid's.
type failer interface {
	Helper()
	Fatal(args ...any)
}
