package rule_test

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/types/known/structpb"

	identityv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/identity/v1"
	"github.com/ventanilla/ventanilla/services/benefits/internal/rule"
)

// known are all facts of the inputs that are known, as JSON has them.
func known(v *rule.Vocabulary, in *rule.Inputs) map[string]any {
	found := make(map[string]any)
	for _, fact := range v.Definitions() {
		if value, ok := in.Value(fact.GetName()); ok {
			found[fact.GetName()] = value.AsInterface()
		}
	}
	return found
}

func value(t testing.TB, of any) *structpb.Value {
	t.Helper()
	found, err := structpb.NewValue(of)
	check(t, err)
	return found
}

// TestInputs shows what is taken of a situation, and what is derived.
func TestInputs(t *testing.T) {
	v := vocabulary(t)
	situation := &identityv1.Situation{
		PersonId: "p", BirthDate: "1956-11-26",
		Facts: map[string]*structpb.Value{
			"children": value(t, 2), "income": value(t, 1.5), "sex": value(t, "female"), "pension_since": value(t, "2020-01-31"), "employed": value(t, true),
			"programmes": value(t, []any{"pgu"}), "commune": value(t, "not of the person"), "undefined": value(t, 1), "age": value(t, 3),
		},
		Household: &identityv1.HouseholdSituation{
			HouseholdId: "h", Relation: identityv1.HouseholdRelation_HOUSEHOLD_RELATION_PARENT,
			BirthDates: []string{"1956-11-26", "2008-11-25", "2008-11-26", "2020-11-25", "2020-11-26", "2026-11-25"},
			Facts:      map[string]*structpb.Value{"rsh_tranche": value(t, 40), "size": value(t, 99)},
		},
	}
	want := map[string]any{
		"person.children": 2.0, "person.income": 1.5, "person.sex": "female", "person.pension_since": "2020-01-31", "person.employed": true,
		"person.programmes": []any{"pgu"}, "person.age": 69.0, "person.age_months": 839.0, "person.relation": "parent",
		"household.rsh_tranche": 40.0, "household.size": 6.0, "household.minors": 4.0, "household.under_6": 2.0,
		"household.youngest_age": 0.0, "household.oldest_age": 69.0,
	}
	in := v.Inputs(situation, day)
	if diff := cmp.Diff(want, known(v, in)); diff != "" {
		t.Error(diff)
	}
	if _, ok := in.Value("person.undefined"); ok {
		t.Error("a fact that is not defined has a value")
	}
	situation.Household.BirthDates[2] = ""
	for _, name := range []string{"household.minors", "household.under_6", "household.youngest_age", "household.oldest_age"} {
		delete(want, name)
	}
	if diff := cmp.Diff(want, known(v, v.Inputs(situation, day))); diff != "" {
		t.Errorf("with a member whose birth date is unknown:\n%s", diff)
	}
	situation.Household = nil
	want = map[string]any{"person.age": 69.0, "person.age_months": 839.0, "person.relation": "none"}
	situation.Facts = nil
	if diff := cmp.Diff(want, known(v, v.Inputs(situation, day))); diff != "" {
		t.Errorf("without a household:\n%s", diff)
	}
	if got := known(v, v.Inputs(&identityv1.Situation{}, day)); len(got) > 0 {
		t.Errorf("of nobody is known %v", got)
	}
}

// TestWrongTypes shows that a value of another type, or one that is too large, is unknown on record, and an error in an example.
func TestWrongTypes(t *testing.T) {
	v := vocabulary(t)
	many := slices.Repeat([]any{"x"}, 65)
	for _, c := range []struct {
		name string
		bad  any
	}{
		{"employed", 1}, {"employed", "true"}, {"employed", nil},
		{"children", 1.5}, {"children", "1"}, {"children", 1e300}, {"children", 9007199254740992}, {"children", true},
		{"income", "1"}, {"income", []any{1}},
		{"sex", 1}, {"sex", strings.Repeat("x", 4097)},
		{"pension_since", "2020-02-30"}, {"pension_since", "0000-01-01"}, {"pension_since", "2020-02-03T00:00:00Z"}, {"pension_since", 2020},
		{"programmes", "pgu"}, {"programmes", []any{1}}, {"programmes", many}, {"programmes", []any{strings.Repeat("x", 257)}},
	} {
		in := v.Inputs(&identityv1.Situation{PersonId: "p", Facts: map[string]*structpb.Value{c.name: value(t, c.bad)}}, day)
		if got, ok := in.Value("person." + c.name); ok {
			t.Errorf("%s: %T is known as %v", c.name, c.bad, got)
		}
		_, err := v.Example(&structpb.Struct{Fields: map[string]*structpb.Value{"person." + c.name: value(t, c.bad)}}, day)
		if err == nil || !strings.Contains(err.Error(), "person."+c.name) {
			t.Errorf("%s: %T as an example: %v", c.name, c.bad, err)
		}
	}
	for _, name := range []string{"person.undefined", "sex", "", "today", "person.sex "} {
		if _, err := v.Example(&structpb.Struct{Fields: map[string]*structpb.Value{name: value(t, "x")}}, day); err == nil {
			t.Errorf("%q was taken", name)
		}
	}
}

// TestAge shows when somebody becomes older.
func TestAge(t *testing.T) {
	v := vocabulary(t)
	for _, c := range []struct {
		birth, asOf   string
		years, months float64
	}{
		{"2000-05-10", "2018-05-09", 17, 215},
		{"2000-05-10", "2018-05-10", 18, 216},
		{"2000-02-29", "2018-02-27", 17, 215},
		{"2000-02-29", "2018-02-28", 18, 216},
		{"2000-02-29", "2020-02-28", 19, 239},
		{"2000-02-29", "2020-02-29", 20, 240},
		{"2000-01-31", "2000-02-28", 0, 0},
		{"2000-01-31", "2000-02-29", 0, 1},
		{"2000-01-31", "2000-04-30", 0, 3},
		{"2000-12-31", "2001-01-30", 0, 0},
		{"2000-05-10", "2000-05-10", 0, 0},
		{"2000-05-10", "2000-05-09", -1, -1},
		{"2000-05-32", "2018-05-09", -1, -1},
		{"", "2018-05-09", -1, -1},
	} {
		asOf, err := time.Parse(time.DateOnly, c.asOf)
		check(t, err)
		in := v.Inputs(&identityv1.Situation{PersonId: "p", BirthDate: c.birth}, asOf)
		for name, want := range map[string]float64{"person.age": c.years, "person.age_months": c.months} {
			got, ok := in.Value(name)
			if ok != (want >= 0) || ok && got.GetNumberValue() != want {
				t.Errorf("born %q, on %s: %s is %v, want %v", c.birth, c.asOf, name, got, want)
			}
		}
	}
}

// TestRelation shows the words for relations.
func TestRelation(t *testing.T) {
	v := vocabulary(t)
	var got []string
	for _, number := range slices.Sorted(maps.Keys(identityv1.HouseholdRelation_name)) {
		in := v.Inputs(&identityv1.Situation{PersonId: "p", Household: &identityv1.HouseholdSituation{Relation: identityv1.HouseholdRelation(number)}}, day)
		relation, _ := in.Value("person.relation")
		got = append(got, relation.GetStringValue())
	}
	if want := []string{"none", "none", "head", "partner", "child", "parent", "relative", "other"}; !slices.Equal(got, want) {
		t.Errorf("got %v", got)
	}
}

// TestDayOfPlace shows that the day is that of the time's own place.
func TestDayOfPlace(t *testing.T) {
	v := vocabulary(t)
	night := time.Date(2026, time.November, 25, 23, 30, 0, 0, time.FixedZone("Chile", -3*3600))
	r := compile(t, v, "today == timestamp('2026-11-25')")
	if outcome, _ := r.Decide(v.Inputs(&identityv1.Situation{}, night)); outcome != eligible {
		t.Errorf("got %v", outcome)
	}
}

// TestDigest pins the canonical form, which is documented, and shows what changes it.
func TestDigest(t *testing.T) {
	v := vocabulary(t)
	facts := map[string]any{
		"person.sex": "female", "person.children": 2, "person.income": 1.5, "household.income": 1e21, "person.employed": false, "person.pension_since": "2020-02-29",
		"person.programmes": []any{"a\"<ñ", "b"}, "household.commune": "Ñuñoa",
	}
	in := example(t, v, facts)
	// printf 'ventanilla.benefits.inputs/1 2026-11-25\nhousehold.commune="Ñuñoa"\nhousehold.income=1e+21\nperson.children=2\nperson.employed=false\nperson.income=1.5\nperson.pension_since="2020-02-29"\nperson.programmes=["a\\"\\u003cñ","b"]\nperson.sex="female"\n' | sha256sum
	const want = "e15734784067df929cf051d94ecb8b65a1146cfe5c10bbe4a292f134ee7a0d42"
	for range 100 { // maps have no order
		if got := example(t, v, facts).Digest(); got != want {
			t.Fatalf("got %s", got)
		}
	}
	raw, err := json.Marshal(facts)
	check(t, err)
	var read structpb.Struct
	check(t, read.UnmarshalJSON(raw))
	again, err := v.Example(&read, day.Add(8*time.Hour))
	check(t, err)
	if again.Digest() != in.Digest() {
		t.Error("another hour of the day changes the digest")
	}
	seen := map[string]string{in.Digest(): "nothing"}
	other := func(what string, in *rule.Inputs) {
		if same, ok := seen[in.Digest()]; ok {
			t.Errorf("%s has the digest of %s", what, same)
		}
		seen[in.Digest()] = what
	}
	tomorrow, err := v.Example(&read, day.AddDate(0, 0, 1))
	check(t, err)
	other("another day", tomorrow)
	for name, changed := range map[string]any{
		"person.sex": "male", "person.children": 3, "person.income": 1.25, "person.employed": true, "person.pension_since": "2020-03-01",
		"person.programmes": []any{"b", "a\"<ñ"}, "household.commune": "Nunoa", "person.disabled": false, "household.services": []any{},
	} {
		facts := maps.Clone(facts)
		facts[name] = changed
		other(name, example(t, v, facts))
		delete(facts, name)
		if _, ok := read.GetFields()[name]; ok {
			other("no "+name, example(t, v, facts))
		}
	}
}
