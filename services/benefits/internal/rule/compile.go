package rule

import (
	"fmt"
	"slices"
	"sync"

	"cel.dev/cel-go/cel"

	benefitsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/benefits/v1"
)

// Rules are the conditions of a benefit, ready to decide. They do not change and are safe for concurrent use.
type Rules struct {
	vocabulary *Vocabulary
	checked    []checked
	plan       sync.Once
	conditions []condition
}

// checked is a condition whose expression is right.
type checked struct {
	name string
	ast  *cel.Ast
	// slots are those of the facts that the expression names, in order, and names their names.
	slots []int
	names []string
}

// condition is one that can be evaluated.
type condition struct {
	name    string
	program cel.Program
	slots   []int
	names   []string
}

// ready returns the conditions. Their programs are made when they are first needed: the rules of a catalogue, needed one after the other, then lie
// side by side in memory, with none of what their compilation left in between. Of 10,000 rules each was decided in a tenth of the time.
func (r *Rules) ready() []condition {
	r.plan.Do(func() {
		r.conditions = make([]condition, len(r.checked))
		for i, c := range r.checked {
			program, _ := r.vocabulary.program(c.ast) // it was made before, when it was compiled
			r.conditions[i] = condition{c.name, program, slices.Clone(c.slots), c.names}
		}
		r.checked = nil
	})
	return r.conditions
}

func (v *Vocabulary) program(ast *cel.Ast) (cel.Program, error) {
	return v.env.Program(ast, cel.EvalOptions(cel.OptOptimize), cel.CustomDecoratorV2(v.bySlot))
}

// Compile makes the rules of a benefit and says what lint finds about its conditions, texts and number of examples. The rules are nil when a finding
// is an error. Nothing is kept: what is to be compiled once is remembered by the caller.
func (v *Vocabulary) Compile(b *benefitsv1.Benefit) (*Rules, []*benefitsv1.Finding) {
	found := &findings{benefit: b.GetBenefitId()}
	rules := &Rules{vocabulary: v}
	found.texts(b)
	for i, c := range b.GetConditions() {
		found.at(fmt.Sprintf("conditions[%d].expression", i))
		if compiled, ok := v.compile(c, found); ok {
			rules.checked = append(rules.checked, compiled)
		}
	}
	if found.failed() {
		return nil, found.all
	}
	return rules, found.all
}

// compile makes one condition; false when something was found that is an error.
func (v *Vocabulary) compile(c *benefitsv1.Condition, found *findings) (checked, bool) {
	before := found.errors
	if len(c.GetExpression()) > maxExpression {
		found.error(ruleSyntax, "the expression is longer than %d bytes; split it into conditions", maxExpression)
		return checked{}, false
	}
	parsed, issues := v.env.Parse(c.GetExpression())
	if issues.Err() != nil {
		found.issues(ruleSyntax, issues)
		return checked{}, false
	}
	looked := v.look(parsed, found)
	if found.errors > before { // what the type checker says of these is less clear
		return checked{}, false
	}
	ast, issues := v.env.Check(parsed)
	if issues.Err() != nil {
		found.issues(ruleType, issues)
		return checked{}, false
	}
	if of := ast.OutputType(); !of.IsExactType(cel.BoolType) {
		found.error(ruleType, "the expression is of type %s and must be true or false: compare its value with something", cel.FormatCELType(of))
		return checked{}, false
	}
	if !v.affordable(ast, found) {
		return checked{}, false
	}
	if _, err := v.program(ast); err != nil {
		found.error(ruleSyntax, "%s", err)
		return checked{}, false
	}
	compiled := checked{name: c.GetName(), ast: ast}
	for slot, fact := range v.facts {
		if slices.Contains(looked, slot) {
			compiled.slots = append(compiled.slots, slot)
			compiled.names = append(compiled.names, fact.GetName())
		}
	}
	return compiled, true
}
