package rule_test

import (
	"testing"
	"time"

	"google.golang.org/protobuf/types/known/structpb"

	benefitsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/benefits/v1"
	"github.com/ventanilla/ventanilla/services/benefits/internal/rule"
)

func TestSmoke(t *testing.T) {
	v, err := rule.NewVocabulary([]*benefitsv1.FactDefinition{
		{Name: "household.rsh_tranche", Type: benefitsv1.FactType_FACT_TYPE_INT},
		{Name: "person.sex", Type: benefitsv1.FactType_FACT_TYPE_STRING, Values: []string{"F", "M"}},
		{Name: "person.programmes", Type: benefitsv1.FactType_FACT_TYPE_STRING_LIST, Values: []string{"a", "b"}},
		{Name: "person.pension_since", Type: benefitsv1.FactType_FACT_TYPE_DATE},
		{Name: "person.income", Type: benefitsv1.FactType_FACT_TYPE_DOUBLE},
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range []string{
		"person.age >= 65 && household.rsh_tranche <= 90", `person.sex == "f" || "x" in person.programmes`, "has(person.age)", "size(person.programmes) > 0",
		"person.agee > 4", "person.age", "person.age > 'x'", "person.age >", "person.programmes == []", "person.sex == ''", "null == null",
		"person.programmes.exists(p, true)", "person.programmes.exists(p, p == 'c')", "person.programmes.exists(p, person.programmes.exists(q, person.programmes.exists(r, p == q && r == p)))",
		"years_between(person.pension_since, today) >= 2", "person.programmes[0] == 'a'", "matches(person.sex, 'a')", "today - person.pension_since > duration('24h')", "person.sex.size() > 0",
		"person.programmes.map(p, p).exists(p, p == 'a')", "type(person.sex) == string", "{}", "person.income > 0", "today.getFullYear() - 1 > 4", "today.getFullYear('UTC') > 4", "(today - person.pension_since).getHours() > 5", "person.age / 0 > 1",
		"!(person.sex in ['F', 'X'])", "person.programmes.exists_one(p, p in person.programmes)",
		"person.programmes.all(p, p.startsWith(person.sex + person.sex))",
	} {
		r, found := v.Compile(&benefitsv1.Benefit{Texts: map[string]*benefitsv1.BenefitText{"es": {}}, Conditions: []*benefitsv1.Condition{{Name: "c", Expression: e, Sentences: map[string]string{"es": "x"}}}})
		t.Log(e)
		for _, f := range found {
			if f.GetRule() != "examples" {
				t.Log("     ", f.GetSeverity(), f.GetRule(), f.GetMessage())
			}
		}
		if r != nil {
			for _, facts := range []map[string]any{{}, {"person.age": 70}, {"person.age": 70, "household.rsh_tranche": 40, "person.sex": "F", "person.programmes": []any{"a", "b"}, "person.pension_since": "2020-02-29", "person.income": 2}} {
				s, _ := structpb.NewStruct(facts)
				in, err := v.Example(s, time.Now())
				if err != nil {
					t.Fatal(err)
				}
				o, f := r.Decide(in)
				t.Log("  ->", o, f, r.Explain(in), in.Digest())
			}
		}
	}
}
