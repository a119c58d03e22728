package rule_test

import (
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ventanilla/ventanilla/services/benefits/internal/rule"
)

// TestConcurrent shows that rules, inputs and the vocabulary may be used by many at once.
func TestConcurrent(t *testing.T) {
	v := vocabulary(t)
	expressions := []string{
		"person.children > 1 && household.rsh_tranche <= 40 || person.disabled && person.employed",
		"person.programmes.exists(p, p == 'pgu' || p == household.commune)",
		"person.programmes.all(p, p != 'pgu' && household.services.exists(q, q == 'luz' || person.disabled))",
		"timestamp(household.commune) < today", "10 / person.children > 1", "duration(household.commune) > duration('1s')", "int(household.commune) == 1",
		"years_between(person.pension_since, today) > person.contributed_months",
		"today + duration('1h') > person.pension_since", "person.contributed_months * 9223372036854775807 > 1",
	}
	people := []map[string]any{
		nil, {"person.children": 0}, {"person.children": 3, "household.commune": "0000-01-01T00:00:00Z"}, {"household.commune": "10000-01-01T00:00:00Z", "person.disabled": true},
		{"person.programmes": []any{"suf", "pgu"}, "household.services": []any{"agua"}, "person.contributed_months": 7},
		{"person.programmes": []any{"suf", "pgu"}, "person.pension_since": "0001-01-01", "household.rsh_tranche": 40},
	}
	type answer struct {
		Outcome any
		Faulty  bool
		Results []rule.Result
		Digest  string
	}
	decide := func(r *rule.Rules, in *rule.Inputs) answer {
		outcome, faulty := r.Decide(in)
		return answer{outcome, faulty, r.Explain(in), in.Digest()}
	}
	shared := rulesOf(t, v, expressions...)
	ins := make([]*rule.Inputs, len(people))
	for i, facts := range people {
		ins[i] = example(t, v, facts)
	}
	var running sync.WaitGroup
	got := make([][]answer, 8)
	for worker := range got {
		running.Go(func() {
			own, _ := v.Compile(benefit(expressions...))
			for i, in := range ins {
				got[worker] = append(got[worker], decide(shared, in), decide(own, in), decide(shared, example(t, v, people[i])))
			}
		})
	}
	running.Wait()
	for i, in := range ins {
		want := decide(shared, in)
		for _, answers := range got {
			for _, answer := range answers[3*i:][:3] {
				if diff := cmp.Diff(want, answer); diff != "" {
					t.Fatalf("with %v:\n%s", people[i], diff)
				}
			}
		}
	}
}
