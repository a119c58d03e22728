package rule_test

import (
	"maps"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/ventanilla/ventanilla/services/benefits/internal/rule"
)

// rulesOf compiles random conditions, whatever lint warns of.
func rulesOf(t failer, v *rule.Vocabulary, expressions ...string) *rule.Rules {
	t.Helper()
	r, found := v.Compile(benefit(expressions...))
	if r == nil {
		t.Fatal(expressions, found)
	}
	return r
}

func (g grower) conditions() []string {
	expressions := make([]string, 1+g.pick(3))
	for i := range expressions {
		expressions[i] = g.boolean(2).String()
	}
	return expressions
}

// TestNarrowing shows that what becomes known decides what was open, and changes nothing that was decided.
func TestNarrowing(t *testing.T) {
	v := vocabulary(t)
	rapid.Check(t, func(t *rapid.T) {
		g := grower{t: t}
		expressions := g.conditions()
		r := rulesOf(t, v, expressions...)
		less, more := g.person(), g.person()
		maps.Copy(more, less)
		before, after := r.Explain(example(t, v, less)), r.Explain(example(t, v, more))
		for i := range before {
			if before[i].Truth != unknown && after[i].Truth != before[i].Truth {
				t.Fatalf("%s: with %v %v, with more, %v, %v", expressions[i], less, before[i], more, after[i])
			}
		}
		was, _ := r.Decide(example(t, v, less))
		is, _ := r.Decide(example(t, v, more))
		if was != potential && is != was {
			t.Fatalf("%q: with %v %v, with more, %v, %v", expressions, less, was, more, is)
		}
	})
}

// TestMissingMatters shows that an open condition stays open whatever else becomes known than what it misses.
func TestMissingMatters(t *testing.T) {
	v := vocabulary(t)
	rapid.Check(t, func(t *rapid.T) {
		g := grower{t: t}
		expression := g.boolean(3).String()
		r := rulesOf(t, v, expression)
		less, more := g.person(), g.person()
		before := r.Explain(example(t, v, less))[0]
		if before.Truth != unknown || before.Faulty {
			return
		}
		for _, name := range before.Missing {
			if _, known := less[name]; known {
				t.Fatalf("%s with %v: misses %v", expression, less, before.Missing)
			}
			delete(more, name)
		}
		maps.Copy(more, less)
		if after := r.Explain(example(t, v, more))[0]; after.Truth != unknown {
			t.Fatalf("%s with %v: misses %v; with %v it is %v", expression, less, before.Missing, more, after.Truth)
		}
	})
}

// TestOrder shows that the order of conditions does not matter.
func TestOrder(t *testing.T) {
	v := vocabulary(t)
	rapid.Check(t, func(t *rapid.T) {
		g := grower{t: t}
		expressions := g.conditions()
		order := rapid.Permutation(expressions).Draw(t, "order")
		in := example(t, v, g.person())
		one, other := rulesOf(t, v, expressions...), rulesOf(t, v, order...)
		wantOutcome, wantFaulty := one.Decide(in)
		if outcome, faulty := other.Decide(in); outcome != wantOutcome || faulty != wantFaulty {
			t.Fatalf("%q: %v, faulty %v; %q: %v, faulty %v", expressions, wantOutcome, wantFaulty, order, outcome, faulty)
		}
		want, got := one.Explain(in), other.Explain(in)
		for i, expression := range order {
			same := want[slices.Index(expressions, expression)]
			same.Name = got[i].Name
			if diff := cmp.Diff(same, got[i]); diff != "" {
				t.Fatalf("%s: %s", expression, diff)
			}
		}
	})
}

// TestValuesComeBack shows that inputs give back what they were given, and that the digest depends on nothing but what is known.
func TestValuesComeBack(t *testing.T) {
	v := vocabulary(t)
	rapid.Check(t, func(t *rapid.T) {
		facts := grower{t: t}.person()
		in := example(t, v, facts)
		again := make(map[string]any)
		for _, fact := range v.Definitions() {
			if value, ok := in.Value(fact.GetName()); ok {
				again[fact.GetName()] = value.AsInterface()
			}
		}
		if len(again) != len(facts) {
			t.Fatalf("of %v came back %v", facts, again)
		}
		if a, b := in.Digest(), example(t, v, again).Digest(); a != b {
			t.Fatalf("%v: %s and %s", facts, a, b)
		}
	})
}
