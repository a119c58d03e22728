package rule_test

import (
	"fmt"
	"strings"
	"testing"

	"google.golang.org/protobuf/types/known/structpb"

	benefitsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/benefits/v1"
)

const (
	severityError   = benefitsv1.Severity_SEVERITY_ERROR
	severityWarning = benefitsv1.Severity_SEVERITY_WARNING
)

// TestLintExpressions shows what each rule finds in an expression, and where.
func TestLintExpressions(t *testing.T) {
	v := vocabulary(t)
	for _, c := range []struct{ expression, rule, says string }{
		{"person.age >", "syntax", "line 1, column 13: "},
		{"person.age >\n= 1 ?", "syntax", "line 2, column "},
		{"", "syntax", ""},
		{"person.employed /* x */", "syntax", ""},
		{"matches(person.sex, 'f.*')", "syntax", "no function or operator matches"},
		{"person.sex.matches('f.*')", "syntax", "matches"},
		{"dyn(person.sex) == 1", "syntax", "dyn"},
		{"person.programmes[0] == 'pgu'", "syntax", "[_]"},
		{"person.programmes.map(p, p).exists(p, p == 'pgu')", "syntax", "map"},
		{"person.programmes.filter(p, p == 'pgu') == ['pgu']", "syntax", "filter"},
		{"{'a': person.sex} == {'a': 'female'}", "syntax", "maps and messages"},
		{"google.protobuf.Duration{} == duration('0s')", "syntax", "maps and messages"},
		{"(person.sex + person.sex).length == 1", "syntax", "no fields"},
		{"person.programmes.exists(person, person == 'pgu')", "syntax", "meaning of its own"},
		{"person.programmes.exists(today, today == 'pgu')", "syntax", "meaning of its own"},
		{"person.age", "type", "of type int and must be true or false"},
		{"'yes'", "type", "of type string"},
		{"person.age > '1'", "type", "line 1, column 12: > cannot be applied to (int, string)"},
		{"person.sex && true", "type", "line 1, column 7"},
		{"today.getFullYear('America/Santiago') > 2000", "type", "getFullYear"},
		{"timestamp(1) > today", "type", "timestamp"},
		{"person.age == 1u", "type", "plain number"},
		{"b'x' == b'y'", "type", "plain number"},
		{"person.sex in ['female', 1]", "type", ""},
		{"person.sex.initial == 'f'", "unknown_fact", `line 1, column 11: "person.sex.initial"`},
		{"person.agee > 1", "unknown_fact", `"person.agee" is no fact of the catalogue`},
		{"person > 1", "unknown_fact", `"person"`},
		{"age > 1", "unknown_fact", `"age"`},
		{"now > today", "unknown_fact", `"now"`},
		{"person.programmes.exists(p, p == 'pgu') && p == 'pgu'", "unknown_fact", `"p"`},
		{"type(person.sex) == string", "syntax", "type"},
		{"has(person.sex)", "absence_test", "has()"},
		{"!has(person.sex) || person.age > 1", "absence_test", "has()"},
		{"size(person.programmes) == 0", "absence_test", "size()"},
		{"person.programmes.size() > 0", "absence_test", "size()"},
		{"size(person.sex) == 0", "absence_test", "size()"},
		{"person.programmes == []", "absence_test", "empty list"},
		{"person.programmes in [[]]", "absence_test", "empty list"},
		{"[] != person.programmes", "absence_test", "empty list"},
		{"person.sex == null", "absence_test", "null"},
		{"null in [person.sex]", "absence_test", "null"},
		{"person.sex != ''", "absence_test", "empty string"},
		{"'' == household.commune", "absence_test", "empty string"},
		{"household.commune in ['', 'x']", "absence_test", "empty string"},
		{"'' in person.programmes", "absence_test", "empty string"},
		{"household.services.exists(p, true)", "absence_test", `does not look at "p"`},
		{"household.services.all(p, 1 > 2)", "absence_test", `does not look at "p"`},
		{"household.services.exists_one(p, person.employed)", "absence_test", `does not look at "p"`},
		{strings.Repeat(" ", 1000) + "true", "syntax", "longer than 1000 bytes"},
		{strings.Repeat("(", 100) + "true" + strings.Repeat(")", 100), "syntax", ""},
	} {
		r, found := v.Compile(benefit("true", c.expression))
		if r != nil || len(found) == 0 {
			t.Errorf("%q: got %v", c.expression, found)
			continue
		}
		f := found[0]
		if f.GetRule() != c.rule || !strings.Contains(f.GetMessage(), c.says) || f.GetSeverity() != severityError ||
			f.GetField() != "conditions[1].expression" || f.GetBenefitId() != "test" {
			t.Errorf("%q: got %v, want %s: %s", c.expression, f, c.rule, c.says)
		}
	}
}

// TestLintValues shows the warnings about values that a fact does not have.
func TestLintValues(t *testing.T) {
	v := vocabulary(t)
	for expression, want := range map[string]string{
		"person.sex == 'femal'":                                       `line 1, column 15: person.sex is never "femal"; its values are female, male`,
		"'femal' != person.sex":                                       `person.sex is never "femal"`,
		"person.sex in ['female', 'mal']":                             `person.sex is never "mal"`,
		"'puj' in person.programmes":                                  `person.programmes is never "puj"`,
		"person.programmes.exists(p, p == 'puj')":                     `p is never "puj"; its values are ssyoo, pgu, suf`,
		"person.programmes.all(p, p in ['pgu', 'puj'])":               `p is never "puj"`,
		"person.programmes.exists(p, ['a'].exists(p, p == 'puj' ))":   "",
		"person.programmes.exists(q, [q].exists(p, p == 'puj'))":      "",
		"person.relation == 'grandchild'":                             `person.relation is never "grandchild"`,
		"person.relation == 'child'":                                  "",
		"household.commune == 'anything'":                             "",
		"person.programmes.exists(p, p == 'pgu' && p in ['suf','x'])": `p is never "x"`,
	} {
		r, found := v.Compile(benefit(expression))
		var says []string
		for _, f := range found {
			says = append(says, f.GetMessage())
			if f.GetRule() != "value" || f.GetSeverity() != severityWarning || f.GetField() != "conditions[0].expression" {
				t.Errorf("%q: got %v", expression, f)
			}
		}
		if all := strings.Join(says, "\n"); r == nil && !strings.Contains(expression, "exists(p, ['a']") || !strings.Contains(all, want) || (want == "") != (all == "") {
			t.Errorf("%q: rules %v, got %q, want %q", expression, r != nil, all, want)
		}
	}
}

// TestLintTexts shows what is found outside of expressions.
func TestLintTexts(t *testing.T) {
	v := vocabulary(t)
	b := benefit("person.age > 1", "person.age > 2")
	delete(b.GetTexts(), "es")
	b.Texts["en"] = &benefitsv1.BenefitText{Title: "A test", Description: "A test."}
	b.GetConditions()[0].Sentences = map[string]string{"en": "A condition."}
	b.GetConditions()[1].Name = b.GetConditions()[0].GetName()
	b.Examples = b.GetExamples()[:1]
	r, found := v.Compile(b)
	var got []string
	for _, f := range found {
		got = append(got, fmt.Sprint(f.GetSeverity(), " ", f.GetRule(), " ", f.GetField()))
	}
	want := "SEVERITY_ERROR text texts, SEVERITY_ERROR text conditions[0].sentences, SEVERITY_ERROR text conditions[1].name, SEVERITY_WARNING examples examples"
	if all := strings.Join(got, ", "); r != nil || all != want {
		t.Errorf("rules %v, got %s", r != nil, all)
	}
	if r, found := v.Compile(benefit("person.age > 1")); r == nil || len(found) > 0 {
		t.Errorf("found %v", found)
	}
	b = benefit("person.age > 1")
	b.Examples = nil
	if r, found := v.Compile(b); r == nil || len(found) != 1 || found[0].GetSeverity() != severityWarning {
		t.Errorf("without examples: rules %v, found %v", r != nil, found)
	}
}

// TestFindingsAreBounded shows that a text that is wrong everywhere is not answered with a book.
func TestFindingsAreBounded(t *testing.T) {
	v := vocabulary(t)
	for _, text := range []string{strings.Repeat("é", 500), strings.Repeat("?:", 500), strings.TrimSuffix(strings.Repeat("a||", 333), "||"), strings.TrimSuffix(strings.Repeat("''<1||", 166), "||")} {
		if _, found := v.Compile(benefit(text)); len(found) == 0 || len(found) > 8 {
			t.Errorf("%.10q: %d findings", text, len(found))
		}
	}
}

// TestCheckExamples shows which cases do not come out, and why.
func TestCheckExamples(t *testing.T) {
	v := vocabulary(t)
	facts := func(of map[string]any) *structpb.Struct {
		found, err := structpb.NewStruct(of)
		check(t, err)
		return found
	}
	b := benefit("person.age >= 65 && household.rsh_tranche <= 80", "10 / person.children > 1 || today < timestamp('2026-01-01')")
	b.EffectiveFrom = "2025-06-01"
	b.Examples = []*benefitsv1.ExampleCase{
		{Name: "one", Facts: facts(map[string]any{"person.age": 70, "household.rsh_tranche": 40, "person.children": 1}), Outcome: eligible},
		{Name: "two", Facts: facts(map[string]any{"person.age": 70, "person.children": 1}), Outcome: eligible},
		{Name: "three", Facts: facts(map[string]any{"person.age": 70, "household.rsh_tranche": 40, "person.children": 0}), Outcome: eligible, AsOf: "2026-01-01"},
		{Name: "four", Facts: facts(map[string]any{"person.age": 70, "household.rsh_tranche": 40, "person.children": 0}), Outcome: eligible, AsOf: "2025-12-31"},
		{Name: "five", Facts: facts(map[string]any{"person.agee": 70}), Outcome: potential},
		{Name: "six", Facts: facts(map[string]any{"person.age": "70"}), Outcome: potential},
		{Name: "six", Outcome: potential, AsOf: "2026-02-29"},
		{Name: "seven", Facts: facts(map[string]any{"person.age": 64}), Outcome: notEligible},
	}
	r, found := v.Compile(b)
	if r == nil {
		t.Fatal(found)
	}
	var got []string
	for _, f := range v.CheckExamples(b, r, day) {
		if f.GetRule() != "examples" || f.GetSeverity() != severityError || f.GetBenefitId() != "test" {
			t.Errorf("got %v", f)
		}
		got = append(got, f.GetField()+": "+f.GetMessage())
	}
	want := []string{
		"examples[1].outcome: comes out potential, not eligible: c0 is unknown without household.rsh_tranche; c1 is true",
		"examples[2].outcome: comes out potential, not eligible: c0 is true; c1 is unknown because it fails",
		`examples[4].facts: "person.agee" is no fact of the catalogue`,
		`examples[5].facts: "person.age" must be a whole number; leave it out for unknown`,
		"examples[6].name: another case has this name; give each its own",
		`examples[6].as_of: the day as of which the case is decided is no date; write one as "2006-01-02" there or in effective_from`,
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got\n%s", strings.Join(got, "\n"))
	}
	b.EffectiveFrom = ""
	if found := v.CheckExamples(b, r, day); len(found) != len(want) {
		t.Errorf("as of today: %v", found)
	}
}
