package rule_test

import (
	"fmt"
	"testing"
	"time"

	"cel.dev/cel-go/cel"
	"google.golang.org/protobuf/types/known/structpb"

	benefitsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/benefits/v1"
	identityv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/identity/v1"
	"github.com/ventanilla/ventanilla/services/benefits/internal/rule"
)

func vocab(t testing.TB) *rule.Vocabulary {
	v, err := rule.NewVocabulary([]*benefitsv1.FactDefinition{
		{Name: "household.rsh_tranche", Type: benefitsv1.FactType_FACT_TYPE_INT},
		{Name: "household.commune", Type: benefitsv1.FactType_FACT_TYPE_STRING},
		{Name: "person.sex", Type: benefitsv1.FactType_FACT_TYPE_STRING},
		{Name: "person.employment", Type: benefitsv1.FactType_FACT_TYPE_STRING},
		{Name: "person.programmes", Type: benefitsv1.FactType_FACT_TYPE_STRING_LIST},
		{Name: "person.pension_since", Type: benefitsv1.FactType_FACT_TYPE_DATE},
		{Name: "person.income", Type: benefitsv1.FactType_FACT_TYPE_DOUBLE},
		{Name: "person.disability", Type: benefitsv1.FactType_FACT_TYPE_BOOL},
	})
	if err != nil {
		t.Fatal(err)
	}
	return v
}

var shapes = []string{
	"person.age >= %d && household.rsh_tranche <= 90",
	`person.sex == "F" && person.age >= %d || person.disability`,
	`"ssyoo" in person.programmes && household.minors * 10 >= %d`,
	`person.employment in ["dependent", "independent", "pensioner"] && person.income < %d.0 && household.rsh_tranche <= 60`,
	`person.programmes.exists(p, p == "pgu" || p == "apsi") && person.age < %d`,
	`years_between(person.pension_since, today) * 20 >= %d && person.income > 10.0`,
	`household.commune == "Iquique" || household.rsh_tranche <= %d && household.size >= 3`,
}

func benefitN(i int) *benefitsv1.Benefit {
	e := fmt.Sprintf(shapes[i%len(shapes)], 18+i%60)
	return &benefitsv1.Benefit{BenefitId: fmt.Sprint("b", i), Texts: map[string]*benefitsv1.BenefitText{"es": {}}, Conditions: []*benefitsv1.Condition{{Name: "c", Expression: e, Sentences: map[string]string{"es": "x"}}}}
}

var sit = &identityv1.Situation{PersonId: "x", BirthDate: "1955-03-01", Facts: map[string]*structpb.Value{
	"sex": structpb.NewStringValue("F"), "employment": structpb.NewStringValue("pensioner"), "pension_since": structpb.NewStringValue("2015-01-01"),
	"programmes": structpb.NewListValue(&structpb.ListValue{Values: []*structpb.Value{structpb.NewStringValue("pgu"), structpb.NewStringValue("x"), structpb.NewStringValue("ssyoo")}}),
	"income":     structpb.NewNumberValue(250), "disability": structpb.NewBoolValue(false),
}, Household: &identityv1.HouseholdSituation{Relation: 2, BirthDates: []string{"1955-03-01", "1990-01-01", "2015-04-04"}, Facts: map[string]*structpb.Value{"rsh_tranche": structpb.NewNumberValue(40), "commune": structpb.NewStringValue("Arica")}}}

func BenchmarkQuick(b *testing.B) {
	v := vocab(b)
	var rs []*rule.Rules
	var progs []cel.Program
	for i := range 100 {
		r, f := v.Compile(benefitN(i))
		if r == nil {
			b.Fatal(f)
		}
		rs = append(rs, r)
	}
	_ = progs
	now := time.Now()
	full := v.Inputs(sit, now)
	few := v.Inputs(&identityv1.Situation{PersonId: "x", BirthDate: "1955-03-01"}, now)
	for name, in := range map[string]*rule.Inputs{"known": full, "unknown": few} {
		b.Run("decide/"+name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				for _, r := range rs {
					r.Decide(in)
				}
			}
		})
		b.Run("explain/"+name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				for _, r := range rs {
					r.Explain(in)
				}
			}
		})
	}
	b.Run("inputs", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			v.Inputs(sit, now)
		}
	})
	b.Run("digest", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			full.Digest()
		}
	})
	b.Run("compile", func(b *testing.B) {
		b.ReportAllocs()
		i := 0
		for b.Loop() {
			v.Compile(benefitN(i))
			i++
		}
	})
}
