package rule_test

import (
	"math/big"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	benefitsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/benefits/v1"
)

// Facts by type, of those that are defined.
var (
	booleans = []string{"person.employed", "person.disabled"}
	integers = []string{"person.children", "person.contributed_months", "household.rsh_tranche", "person.age", "household.size"}
	doubles  = []string{"person.income", "household.income"}
	strs     = []string{"household.commune", "person.sex"}
	dates    = []string{"person.pension_since", "person.resident_since"}
	lists    = []string{"household.services", "person.programmes"}
	words    = []string{"female", "male", "pgu", "suf", "ssyoo", "Arica", "ññ"}
)

// grower makes random expressions.
type grower struct {
	t      *rapid.T
	inLoop bool
}

func (g grower) pick(n int) int { return rapid.IntRange(0, n-1).Draw(g.t, "pick") }

func of[T any](g grower, from []T) T { return from[g.pick(len(from))] }

func (g grower) day() time.Time {
	return time.Date(1960+g.pick(70), time.Month(1+g.pick(12)), 1+g.pick(31), 0, 0, 0, 0, time.UTC)
}

func (g grower) boolean(depth int) node {
	if depth == 0 {
		if g.pick(6) == 0 {
			return literal{g.pick(2) == 0}
		}
		return variable{of(g, booleans)}
	}
	depth--
	switch g.pick(13) {
	case 0:
		return apply{"!%s", []node{several{true, []node{g.boolean(depth)}}}, func(v []any) any { return v[0] != true }}
	case 1, 2:
		return several{true, []node{g.boolean(depth), g.boolean(depth), g.boolean(depth)}[:2+g.pick(2)]}
	case 3, 4:
		return several{false, []node{g.boolean(depth), g.boolean(depth), g.boolean(depth)}[:2+g.pick(2)]}
	case 5:
		return choice{g.boolean(depth), g.boolean(depth), g.boolean(depth)}
	case 6:
		return g.compare(g.integer(depth), g.integer(depth))
	case 7:
		return g.compare(g.double(depth), g.double(depth))
	case 8:
		return g.compare(g.date(), g.date())
	case 9:
		return g.compare(g.str(depth), g.str(depth))
	case 10:
		return apply{"(%s in %s)", []node{g.str(depth), g.list()}, func(v []any) any { return slices.Contains(v[1].([]string), v[0].(string)) }}
	case 11:
		function := of(g, []string{"contains", "startsWith", "endsWith"})
		does := map[string]func(s, part string) bool{"contains": strings.Contains, "startsWith": strings.HasPrefix, "endsWith": strings.HasSuffix}[function]
		return apply{"%s." + function + "(%s)", []node{g.str(depth), literal{of(g, []string{"a", "e", "male", "ñ", "pgu", ""})}}, func(v []any) any { return does(v[0].(string), v[1].(string)) }}
	}
	if g.inLoop {
		return g.compare(variable{"item"}, g.str(depth))
	}
	list := g.list()
	g.inLoop = true
	asks := several{g.pick(2) == 0, []node{g.compare(variable{"item"}, g.str(0)), g.boolean(0)}}
	return loop{of(g, []string{"exists", "all", "exists_one"}), list, asks}
}

func (g grower) compare(a, b node) node {
	operator := of(g, []string{"<", "<=", ">", ">=", "==", "!="})
	return apply{"(%s " + operator + " %s)", []node{a, b}, func(v []any) any { return ordered(operator, compareValues(v[0], v[1])) }}
}

func (g grower) integer(depth int) node {
	if depth == 0 || g.pick(3) == 0 {
		if g.pick(2) == 0 {
			return literal{big.NewInt(int64(g.pick(200) - 100))}
		}
		return variable{of(g, integers)}
	}
	depth--
	switch g.pick(4) {
	case 0:
		return apply{"years_between(%s, %s)", []node{g.date(), g.date()}, func(v []any) any { return birthdays(v[0].(time.Time), v[1].(time.Time)) }}
	case 1:
		return choice{g.boolean(depth), g.integer(depth), g.integer(depth)}
	case 2:
		return apply{"%s.getFullYear()", []node{g.date()}, func(v []any) any { return big.NewInt(int64(v[0].(time.Time).Year())) }}
	}
	operator := of(g, []string{"+", "-", "*", "/", "%"})
	return apply{"(%s " + strings.ReplaceAll(operator, "%", "%%") + " %s)", []node{g.integer(depth), g.integer(depth)}, func(v []any) any {
		return arithmetic(operator, v[0].(*big.Int), v[1].(*big.Int))
	}}
}

func (g grower) double(depth int) node {
	if depth == 0 || g.pick(3) > 0 {
		if g.pick(2) == 0 {
			return literal{float64(g.pick(400)-200) / 4}
		}
		return variable{of(g, doubles)}
	}
	return apply{"(%s + %s)", []node{g.double(depth - 1), g.double(depth - 1)}, func(v []any) any { return v[0].(float64) + v[1].(float64) }}
}

func (g grower) str(depth int) node {
	if g.inLoop && g.pick(4) == 0 {
		return variable{"item"}
	}
	if depth == 0 || g.pick(3) > 0 {
		if g.pick(2) == 0 {
			return literal{of(g, words)}
		}
		return variable{of(g, strs)}
	}
	return apply{"(%s + %s)", []node{g.str(depth - 1), g.str(depth - 1)}, func(v []any) any { return v[0].(string) + v[1].(string) }}
}

func (g grower) date() node {
	switch g.pick(4) {
	case 0:
		return literal{g.day()}
	case 1:
		return variable{"today"}
	}
	return variable{of(g, dates)}
}

func (g grower) list() node {
	if g.pick(4) == 0 {
		return literal{[]string{of(g, words), of(g, words)}}
	}
	return variable{of(g, lists)}
}

// person draws facts, some of which are missing: of one person few, of another most.
func (g grower) person() map[string]any {
	facts := make(map[string]any)
	missing := 1 + g.pick(4)
	draw := func(names []string, value func() any) {
		for _, name := range names {
			if g.pick(6) >= missing {
				facts[name] = value()
			}
		}
	}
	draw(booleans, func() any { return g.pick(2) == 0 })
	draw(integers, func() any { return of(g, []int{0, 1, 2, 40, 65, 9007199254740991}) })
	draw(doubles, func() any { return float64(g.pick(400)-200) / 4 })
	draw(strs, func() any { return of(g, words) })
	draw(dates, func() any { return g.day().Format(time.DateOnly) })
	draw(lists, func() any {
		items := []any{}
		for range g.pick(4) {
			items = append(items, of(g, words))
		}
		return items
	})
	return facts
}

// inScope turns facts into what the naive evaluator reckons with.
func inScope(facts map[string]any) scope {
	in := scope{"today": time.Date(day.Year(), day.Month(), day.Day(), 0, 0, 0, 0, time.UTC)}
	for name, value := range facts {
		switch value := value.(type) {
		case int:
			in[name] = big.NewInt(int64(value))
		case []any:
			items := make([]string, len(value))
			for i, item := range value {
				items[i] = item.(string)
			}
			in[name] = items
		default:
			in[name] = value
		}
		if slices.Contains(dates, name) {
			in[name], _ = time.Parse(time.DateOnly, value.(string))
		}
	}
	return in
}

// TestDifferential compares with the naive evaluator on random pairs of an expression and a person: 1000 of them, and more with -rapid.checks.
func TestDifferential(t *testing.T) {
	v := vocabulary(t)
	seen := make(map[benefitsv1.Truth]int)
	rapid.Check(t, func(t *rapid.T) {
		for range 10 {
			g := grower{t: t}
			expression := g.boolean(3)
			facts := g.person()
			want := unknown
			switch expression.value(inScope(facts)) {
			case true:
				want = yes
			case false:
				want = no
			}
			r := rulesOf(t, v, expression.String())
			in := example(t, v, facts)
			got := r.Explain(in)[0]
			if got.Truth != want {
				t.Fatalf("%s\nwith %v: %+v, the naive evaluator says %v", expression, facts, got, want)
			}
			outcome, faulty := r.Decide(in)
			if (outcome == eligible) != (want == yes) || (outcome == notEligible) != (want == no) || faulty != got.Faulty {
				t.Fatalf("%s\nwith %v: decided %v, faulty %v; explained %+v", expression, facts, outcome, faulty, got)
			}
			if (got.Missing == nil) != (want != unknown || got.Faulty) {
				t.Fatalf("%s\nwith %v: %+v", expression, facts, got)
			}
			seen[want]++
		}
	})
	t.Logf("%v", seen)
	for _, truth := range []benefitsv1.Truth{yes, no, unknown} {
		if seen[truth] == 0 {
			t.Errorf("no pair came out %v: %v", truth, seen)
		}
	}
}
