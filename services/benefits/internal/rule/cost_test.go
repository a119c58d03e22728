package rule_test

import (
	"strings"
	"testing"
)

// TestCostLimit shows expressions that are refused because they could cost too much, and large ones that are not.
func TestCostLimit(t *testing.T) {
	v := vocabulary(t)
	for name, expression := range map[string]string{
		"a loop in a loop in a loop": "person.programmes.exists(p, household.services.exists(q, person.programmes.exists(r, p == q && q == r)))",
		"a loop in a loop":           "person.programmes.exists(p, household.services.exists(q, p == q))",
		"long texts in a loop":       "household.services.exists(p, (p + p + p + p).contains(household.commune + household.commune))",
		"search in long texts":       "(" + strings.TrimSuffix(strings.Repeat("household.commune+", 30), "+") + ").contains(household.commune + household.commune)",
	} {
		r, found := v.Compile(benefit(expression))
		if r != nil || len(found) != 1 || found[0].GetRule() != "cost" || !strings.Contains(found[0].GetMessage(), "at most 50000 is allowed") {
			t.Errorf("%s: found %v", name, found)
		}
	}
	for _, expression := range []string{
		strings.TrimSuffix(strings.Repeat("person.age>1||", 70), "||"),
		"person.programmes.exists(p, p in household.services)",
		"person.programmes.exists(p, p == 'pgu' || p == 'suf') && household.services.all(p, p != 'x' && p.startsWith('a'))",
		"household.commune + '-' + household.commune == 'x'",
		strings.Repeat("person.age > 1 ? true : ", 40) + "false",
	} {
		compile(t, v, expression)
	}
}
