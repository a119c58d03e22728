package rule_test

import (
	"testing"

	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/types/known/structpb"
)

// FuzzCompile shows that no text breaks the compiler, and that what compiles decides and explains alike.
func FuzzCompile(f *testing.F) {
	for _, seed := range []string{
		"person.age >= 65 && household.rsh_tranche <= 90", "has(person.sex)", "((((", "!!!!true", "a?b:c?d:e", "person.programmes.exists(p, p == 'pgu')",
		"years_between(today, person.pension_since) / 0 > 1", "'\xff' == \"\\x00\"", "[[[[]]]]", "{1:2}", "1e999 > person.income", "-9223372036854775808 == 0 - person.age",
		"person.programmes.exists_one(p, p in person.programmes ? person.employed : 1 / person.children == 1)", "@result", "a.`b`", "r'x' == b'x'", "duration('1s') > today - today",
		"timestamp('0001-01-01') - duration('1h') < today", "string(today) == string(person.income)", "int(9e18) > int(person.sex)",
	} {
		f.Add(seed)
	}
	v := vocabulary(f)
	nothing := example(f, v, nil)
	all := example(f, v, map[string]any{
		"person.employed": true, "person.disabled": false, "person.children": 0, "person.contributed_months": 9007199254740991, "household.rsh_tranche": 40, "person.income": 1.5,
		"household.income": -1, "person.sex": "female", "household.commune": "ñ\x00", "person.pension_since": "0001-01-01", "person.resident_since": "9999-12-31",
		"person.programmes": []any{"pgu", "suf"}, "household.services": []any{}, "person.age": 70, "household.size": 3,
	})
	f.Fuzz(func(t *testing.T, expression string) {
		r, found := v.Compile(benefit(expression))
		if r == nil {
			if len(found) == 0 {
				t.Error("nothing was found")
			}
			return
		}
		before := r.Explain(nothing)[0]
		if before.Faulty && before.Missing != nil {
			t.Errorf("faulty, and misses %v", before.Missing)
		}
		after := r.Explain(all)[0]
		if before.Truth != unknown && after.Truth != before.Truth {
			t.Errorf("with nothing known %v, with more %v", before.Truth, after.Truth)
		}
		for _, result := range []struct {
			outcome, of any
		}{
			{first(r.Decide(nothing)), before.Truth}, {first(r.Decide(all)), after.Truth},
		} {
			if want := map[any]any{yes: eligible, no: notEligible, unknown: potential}[result.of]; result.outcome != want {
				t.Errorf("decided %v, explained %v", result.outcome, result.of)
			}
		}
	})
}

func first[A, B any](a A, _ B) A { return a }

// FuzzExample shows that no facts break what reads them, and that what is read comes back.
func FuzzExample(f *testing.F) {
	for _, seed := range []string{
		`{}`, `{"person.age":70}`, `{"person.age":70.5}`, `{"person.age":-0}`, `{"person.age":1e308}`, `{"person.income":-0.0}`, `{"person.programmes":["a",1]}`, `{"person.programmes":[]}`,
		`{"person.pension_since":"2020-02-30"}`, `{"person.pension_since":"2020-02-29"}`, `{"person.sex":null}`, `{"person.sex":{"a":1}}`, `{"":1}`, `{"household.commune":"\u0000<\u2028"}`,
	} {
		f.Add(seed)
	}
	v := vocabulary(f)
	f.Fuzz(func(t *testing.T, raw string) {
		var facts structpb.Struct
		if protojson.Unmarshal([]byte(raw), &facts) != nil {
			return
		}
		in, err := v.Example(&facts, day)
		if err != nil {
			return
		}
		back := &structpb.Struct{Fields: make(map[string]*structpb.Value)}
		for name := range facts.GetFields() {
			value, ok := in.Value(name)
			if !ok {
				t.Fatalf("%q is not known", name)
			}
			back.Fields[name] = value
		}
		again, err := v.Example(back, day)
		check(t, err)
		if in.Digest() != again.Digest() {
			t.Error("what came back has another digest")
		}
	})
}
