package rule

import (
	"slices"
	"strings"

	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/operators"
	"cel.dev/cel-go/common/types"
)

// comparisons are the operators whose sides are looked at together.
var comparisons = []string{operators.Equals, operators.NotEquals, operators.In}

// compare looks at both sides of a comparison: a text that the fact on the other side cannot have is probably misspelt, and the empty
// text asks whether there is one.
func (r *reader) compare(left, right ast.Expr) {
	r.against(left, right)
	r.against(right, left)
}

func (r *reader) against(side, other ast.Expr) {
	var allowed []string
	name, _, ok := path(side)
	if ok {
		allowed = r.fact(name).GetValues()
	}
	texts := []ast.Expr{other}
	if other.Kind() == ast.ListKind {
		texts = other.AsList().Elements()
	}
	for _, text := range texts {
		value, ok := literalText(text)
		switch {
		case !ok:
		case value == "" && side.Kind() != ast.LiteralKind:
			r.error(text, ruleAbsenceTest, "the empty string tests whether there is a text; compare with a value that the fact has")
		case len(allowed) > 0 && !slices.Contains(allowed, value):
			r.found.warn(ruleValue, place(r.info.GetStartLocation(text.ID()))+"%s is never %q; its values are %s", name, value, strings.Join(allowed, ", "))
		}
	}
}

// literalText returns the string that a literal is.
func literalText(e ast.Expr) (string, bool) {
	if e.Kind() != ast.LiteralKind {
		return "", false
	}
	value, ok := e.AsLiteral().(types.String)
	return string(value), ok
}
