package rule

import (
	"fmt"
	"slices"

	"cel.dev/cel-go/cel"

	benefitsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/benefits/v1"
)

// Rules are the conditions of a benefit, ready to decide. They do not change and are safe for concurrent use.
type Rules struct {
	vocabulary *Vocabulary
	conditions []condition
}

// condition is one that is compiled.
type condition struct {
	name    string
	program cel.Program
	// slots are those of the facts that the expression names, in order, and names their names.
	slots []int
	names []string
}

// Compile makes the rules of a benefit and says what lint finds about its conditions, texts and number of examples. The rules are nil when a finding
// is an error. Nothing is kept: what is to be compiled once is remembered by the caller.
func (v *Vocabulary) Compile(b *benefitsv1.Benefit) (*Rules, []*benefitsv1.Finding) {
	found := &findings{benefit: b.GetBenefitId()}
	rules := &Rules{vocabulary: v, conditions: make([]condition, 0, len(b.GetConditions()))}
	found.texts(b)
	for i, c := range b.GetConditions() {
		found.at(fmt.Sprintf("conditions[%d].expression", i))
		if compiled, ok := v.compile(c, found); ok {
			rules.conditions = append(rules.conditions, compiled)
		}
	}
	if found.failed() {
		return nil, found.all
	}
	return rules, found.all
}

// compile makes one condition; false when something was found that is an error.
func (v *Vocabulary) compile(c *benefitsv1.Condition, found *findings) (condition, bool) {
	before := found.errors
	if len(c.GetExpression()) > maxExpression {
		found.error(ruleSyntax, "the expression is longer than %d bytes; split it into conditions", maxExpression)
		return condition{}, false
	}
	parsed, issues := v.env.Parse(c.GetExpression())
	if issues.Err() != nil {
		found.issues(ruleSyntax, issues)
		return condition{}, false
	}
	looked := v.look(parsed, found)
	if found.errors > before { // what the type checker says of these is less clear
		return condition{}, false
	}
	checked, issues := v.env.Check(parsed)
	if issues.Err() != nil {
		found.issues(ruleType, issues)
		return condition{}, false
	}
	if of := checked.OutputType(); !of.IsExactType(cel.BoolType) {
		found.error(ruleType, "the expression is of type %s and must be true or false: compare its value with something", cel.FormatCELType(of))
		return condition{}, false
	}
	if !v.affordable(checked, found) {
		return condition{}, false
	}
	program, err := v.env.Program(checked, cel.EvalOptions(cel.OptOptimize), cel.CustomDecoratorV2(v.bySlot))
	if err != nil {
		found.error(ruleSyntax, "%s", err)
		return condition{}, false
	}
	compiled := condition{name: c.GetName(), program: program}
	for slot, fact := range v.facts {
		if slices.Contains(looked, slot) {
			compiled.slots = append(compiled.slots, slot)
			compiled.names = append(compiled.names, fact.GetName())
		}
	}
	return compiled, true
}
