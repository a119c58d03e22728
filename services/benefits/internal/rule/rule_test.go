package rule_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	benefitsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/benefits/v1"
	"github.com/ventanilla/ventanilla/services/benefits/internal/rule"
)

// TestKleene goes through the truth tables of three values, and of a condition that fails, which is as unknown.
func TestKleene(t *testing.T) {
	v := vocabulary(t)
	const fails = "1 / person.children == 1"
	operand := func(fact string, value benefitsv1.Truth, failing bool, facts map[string]any) string {
		switch {
		case failing:
			return fails
		case value != unknown:
			facts[fact] = value == yes
		}
		return fact
	}
	least := func(a, b benefitsv1.Truth) benefitsv1.Truth { // false before unknown before true
		switch {
		case a == no || b == no:
			return no
		case a == unknown || b == unknown:
			return unknown
		}
		return yes
	}
	not := map[benefitsv1.Truth]benefitsv1.Truth{yes: no, no: yes, unknown: unknown}
	type value struct {
		truth   benefitsv1.Truth
		failing bool
	}
	values := []value{{yes, false}, {no, false}, {unknown, false}, {unknown, true}}
	for _, a := range values {
		for _, b := range values {
			facts := map[string]any{"person.children": 0}
			left := operand("person.employed", a.truth, a.failing, facts)
			right := operand("person.disabled", b.truth, b.failing, facts)
			in := example(t, v, facts)
			for expression, want := range map[string]benefitsv1.Truth{
				left + " && " + right:               least(a.truth, b.truth),
				left + " || " + right:               not[least(not[a.truth], not[b.truth])],
				"!(" + left + ")":                   not[a.truth],
				left + " ? " + right + " : " + left: map[benefitsv1.Truth]benefitsv1.Truth{yes: b.truth, no: no, unknown: unknown}[a.truth],
			} {
				r := compile(t, v, expression)
				got := r.Explain(in)[0]
				if got.Truth != want {
					t.Errorf("%s with %v: %v, want %v", expression, facts, got.Truth, want)
				}
				outcome, faulty := r.Decide(in)
				if wantOutcome := map[benefitsv1.Truth]benefitsv1.Outcome{yes: eligible, no: notEligible, unknown: potential}[want]; outcome != wantOutcome || faulty != got.Faulty {
					t.Errorf("%s with %v: decided %v faulty %v, want %v %v", expression, facts, outcome, faulty, wantOutcome, got.Faulty)
				}
				if got.Faulty != (want == unknown && len(got.Missing) == 0) {
					t.Errorf("%s with %v: faulty %v, missing %v", expression, facts, got.Faulty, got.Missing)
				}
			}
			both := compile(t, v, left, right)
			outcome, _ := both.Decide(in)
			if want := map[benefitsv1.Truth]benefitsv1.Outcome{yes: eligible, no: notEligible, unknown: potential}[least(a.truth, b.truth)]; outcome != want {
				t.Errorf("conditions %s and %s with %v: %v, want %v", left, right, facts, outcome, want)
			}
		}
	}
}

// TestUnknownSpreads shows for every operator and function that a fact that is missing leaves it undecided, and is named.
func TestUnknownSpreads(t *testing.T) {
	v := vocabulary(t)
	for expression, missing := range map[string][]string{
		"person.children == 1":                                             {"person.children"},
		"person.children != 1":                                             {"person.children"},
		"1 < person.children":                                              {"person.children"},
		"person.children >= 1.5":                                           {"person.children"},
		"-person.children + 1 - 2 * 3 / 4 % 5 < 0":                         {"person.children"},
		"person.children in [1, 2]":                                        {"person.children"},
		"1 in [person.children, household.rsh_tranche]":                    {"household.rsh_tranche", "person.children"},
		"person.income > 0.5 && household.income > 0.5":                    {"household.income", "person.income"},
		"person.income + household.income > 0.5":                           {"household.income", "person.income"},
		"person.income == household.income":                                {"household.income", "person.income"},
		"person.sex == household.commune":                                  {"household.commune", "person.sex"},
		`person.sex.startsWith("f") || person.sex.endsWith(person.sex)`:    {"person.sex"},
		`("a" + household.commune).contains("b")`:                          {"household.commune"},
		`"pgu" in person.programmes`:                                       {"person.programmes"},
		`household.services == ["luz"]`:                                    {"household.services"},
		`household.commune in household.services`:                          {"household.commune", "household.services"},
		`person.programmes.exists(p, p == "pgu")`:                          {"person.programmes"},
		`person.programmes.all(p, p == "pgu")`:                             {"person.programmes"},
		`person.programmes.exists_one(p, p == "pgu")`:                      {"person.programmes"},
		`["a", "b"].exists(p, p == household.commune)`:                     {"household.commune"},
		`["a", "b"].all(p, p == household.commune || person.employed)`:     {"household.commune", "person.employed"},
		`["a", "b"].exists_one(p, p == household.commune)`:                 {"household.commune"},
		`["a"].exists(p, ["b"].exists(q, p + q == household.commune))`:     {"household.commune"},
		"years_between(person.pension_since, today) > 1":                   {"person.pension_since"},
		"years_between(person.pension_since, person.resident_since) > 1":   {"person.pension_since", "person.resident_since"},
		"today - person.pension_since > duration('24h')":                   {"person.pension_since"},
		"(today - person.pension_since).getHours() > 24":                   {"person.pension_since"},
		"person.pension_since + duration('24h') > timestamp('2020-02-29')": {"person.pension_since"},
		"person.pension_since.getFullYear() + person.pension_since.getMonth() + person.pension_since.getDate() + person.pension_since.getDayOfWeek() > 1": {"person.pension_since"},
		"int(person.income) > 1 && double(person.children) > 1.0":     {"person.children", "person.income"},
		`string(person.children) == "1"`:                              {"person.children"},
		"person.employed ? person.children > 1 : person.income > 1.0": {"person.employed"},
		"(person.employed ? person.children : 1) > 1":                 {"person.employed"},
		"(1 > 0 ? person.children : 1) > 1":                           {"person.children"},
		"person.employed && 1 / 0 == 1":                               {"person.employed"},
	} {
		r := compile(t, v, expression)
		in := example(t, v, nil)
		want := []rule.Result{{Name: "c0", Truth: unknown, Missing: missing}}
		if diff := cmp.Diff(want, r.Explain(in)); diff != "" {
			t.Errorf("%s:\n%s", expression, diff)
		}
		if outcome, faulty := r.Decide(in); outcome != potential || faulty {
			t.Errorf("%s: decided %v, faulty %v", expression, outcome, faulty)
		}
	}
}

// TestDecided shows expressions that what is known decides, also in loops.
func TestDecided(t *testing.T) {
	v := vocabulary(t)
	in := example(t, v, map[string]any{
		"person.children": 3, "person.income": 10.5, "person.sex": "female", "person.employed": false,
		"person.programmes": []any{"pgu", "suf"}, "person.pension_since": "2020-02-29", "household.services": []any{},
	})
	for expression, want := range map[string]benefitsv1.Truth{
		"person.income > 10":                                                                       yes,
		"person.children == 3 && !person.employed":                                                 yes,
		"person.employed && person.disabled":                                                       no,
		"!person.employed || person.disabled":                                                      yes,
		"person.employed ? person.disabled : true":                                                 yes,
		`person.sex in ["male", "female"]`:                                                         yes,
		`"ssyoo" in person.programmes`:                                                             no,
		`household.services.exists(p, p == "luz")`:                                                 no,
		`household.services.all(p, p == "luz")`:                                                    yes,
		`person.programmes.exists_one(p, p != "ssyoo")`:                                            no,
		`person.programmes.exists(p, p == "suf" && person.children > 2 && p in person.programmes)`: yes,
		`person.programmes.exists(p, p == "suf" || person.disabled)`:                               yes,
		"years_between(person.pension_since, timestamp('2025-02-28')) == 5":                        yes,
		"years_between(person.pension_since, timestamp('2025-02-27')) == 5":                        no,
		"years_between(today, person.pension_since) == -6":                                         yes,
		"today == timestamp('2026-11-25T00:00:00Z')":                                               yes,
		"today == timestamp('2026-11-25')":                                                         yes,
		"today < timestamp('2026-11-25T00:00:00-03:00')":                                           yes,
	} {
		got := compile(t, v, expression).Explain(in)[0]
		if got.Truth != want || got.Missing != nil || got.Faulty {
			t.Errorf("%s: got %+v, want %v", expression, got, want)
		}
	}
}

// TestExplain shows the results of several conditions in the benefit's order.
func TestExplain(t *testing.T) {
	v := vocabulary(t)
	r := compile(t, v, "person.children > 2 && household.rsh_tranche <= 40", "person.income > 5.0", "1 / person.children > 0 && person.disabled", "1 > 0")
	in := example(t, v, map[string]any{"person.children": 0, "person.income": 6, "household.rsh_tranche": 40})
	want := []rule.Result{
		{Name: "c0", Truth: no, LookedAt: []string{"household.rsh_tranche", "person.children"}},
		{Name: "c1", Truth: yes, LookedAt: []string{"person.income"}},
		{Name: "c2", Truth: unknown, LookedAt: []string{"person.children"}, Missing: []string{"person.disabled"}},
		{Name: "c3", Truth: yes},
	}
	if diff := cmp.Diff(want, r.Explain(in)); diff != "" {
		t.Error(diff)
	}
}

// TestFaults shows failures, and that only those count that leave a benefit undecided.
func TestFaults(t *testing.T) {
	v := vocabulary(t)
	in := example(t, v, map[string]any{"person.children": 0, "person.contributed_months": 9007199254740991, "household.commune": "x", "person.employed": true})
	for _, fault := range []string{
		"1 / person.children > 0", "1 % person.children > 0", "person.contributed_months * 8192 > 0", "int(household.commune) > 0",
		"timestamp(household.commune) > today", "duration(household.commune) > duration('1s')", "1 / person.children > 0 || !person.employed",
		"person.income == double(1 / person.children)",
	} {
		missing := strings.Contains(fault, "person.income")
		got := compile(t, v, fault).Explain(in)[0]
		if got.Truth != unknown || got.Faulty == missing || (got.Missing != nil) != missing {
			t.Errorf("%s: got %+v", fault, got)
		}
		for expressions, want := range map[[2]string]struct {
			outcome benefitsv1.Outcome
			faulty  bool
		}{
			{fault, "person.employed"}:  {potential, !missing},
			{fault, "person.disabled"}:  {potential, !missing},
			{fault, "!person.employed"}: {notEligible, false},
		} {
			for _, order := range [][]string{{expressions[0], expressions[1]}, {expressions[1], expressions[0]}} {
				if outcome, faulty := compile(t, v, order...).Decide(in); outcome != want.outcome || faulty != want.faulty {
					t.Errorf("%q: %v, faulty %v, want %v", order, outcome, faulty, want)
				}
			}
		}
	}
}

// TestVocabulary shows what can be defined, and what is made of it.
func TestVocabulary(t *testing.T) {
	v := vocabulary(t)
	person, household := v.Wanted()
	wantPerson := []string{"children", "contributed_months", "disabled", "employed", "income", "pension_since", "programmes", "resident_since", "sex"}
	wantHousehold := []string{"commune", "income", "rsh_tranche", "services"}
	if !slices.Equal(person, wantPerson) || !slices.Equal(household, wantHousehold) {
		t.Errorf("wanted %v and %v", person, household)
	}
	names := make(map[string]bool)
	for _, fact := range v.Definitions() {
		names[fact.GetName()] = fact.GetDerived()
		if fact.GetDerived() && (fact.GetLabels()["es"] == "" || fact.GetLabels()["en"] == "") {
			t.Errorf("%s has no label", fact.GetName())
		}
	}
	if want := len(defined()) + 8; len(names) != want || !slices.IsSortedFunc(v.Definitions(), func(a, b *benefitsv1.FactDefinition) int { return strings.Compare(a.GetName(), b.GetName()) }) {
		t.Errorf("%d definitions, want %d, sorted: %v", len(names), want, slices.Collect(maps.Keys(names)))
	}
	again, err := rule.NewVocabulary(v.Definitions())
	check(t, err)
	if len(again.Definitions()) != len(v.Definitions()) {
		t.Errorf("a vocabulary of its own definitions has %d", len(again.Definitions()))
	}
	for name, bad := range map[string]*benefitsv1.FactDefinition{
		"twice":      {Name: "person.sex", Type: text},
		"derived":    {Name: "person.age", Type: integer},
		"no subject": {Name: "sex", Type: text},
		"deep":       {Name: "person.work.kind", Type: text},
		"a word":     {Name: "person.in", Type: text},
		"no type":    {Name: "person.kind"},
		"upper":      {Name: "person.Kind", Type: text},
	} {
		if _, err := rule.NewVocabulary(append(defined(), bad)); err == nil {
			t.Errorf("%s: %v was taken", name, bad)
		}
	}
	for _, word := range []string{"as", "break", "const", "continue", "else", "for", "function", "if", "import", "let", "loop", "package", "namespace", "return", "var", "void", "while", "size", "has", "string"} {
		v, err := rule.NewVocabulary([]*benefitsv1.FactDefinition{{Name: "person." + word, Type: boolean}})
		check(t, err)
		compile(t, v, "person."+word)
	}
}

// TestInputsOfAnotherVocabulary shows that rules take inputs from before a fact was defined.
func TestInputsOfAnotherVocabulary(t *testing.T) {
	before := vocabulary(t)
	after, err := rule.NewVocabulary(append(defined(), &benefitsv1.FactDefinition{Name: "household.aaa", Type: boolean}))
	check(t, err)
	facts := map[string]any{"person.children": 3, "household.commune": "Arica"}
	for _, expression := range []string{"person.children == 3 && household.commune == 'Arica'", "person.disabled"} {
		want := compile(t, before, expression).Explain(example(t, before, facts))
		if diff := cmp.Diff(want, compile(t, after, expression).Explain(example(t, before, facts))); diff != "" {
			t.Error(diff)
		}
		if got, _ := compile(t, before, expression).Decide(example(t, after, facts)); fmt.Sprint(got) != fmt.Sprint(map[benefitsv1.Truth]benefitsv1.Outcome{yes: eligible, unknown: potential}[want[0].Truth]) {
			t.Errorf("%s: %v", expression, got)
		}
	}
}
