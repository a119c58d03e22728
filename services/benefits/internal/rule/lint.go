package rule

import (
	"slices"
	"strings"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/operators"
	"cel.dev/cel-go/common/overloads"
	"cel.dev/cel-go/common/types"

	benefitsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/benefits/v1"
)

// reader walks over an expression that is parsed and not yet checked.
type reader struct {
	vocabulary *Vocabulary
	found      *findings
	info       *ast.SourceInfo
	// loops are the variables of the loops around what is read, each with the fact whose list it goes through, or nil.
	loops map[string]*benefitsv1.FactDefinition
	// slots are those of the facts that were met.
	slots []int
}

// look finds unknown facts and functions, tests of absence and values that a fact does not have. It returns the slots of the facts
// that the expression names.
func (v *Vocabulary) look(parsed *cel.Ast, found *findings) []int {
	native := parsed.NativeRep()
	r := &reader{vocabulary: v, found: found, info: native.SourceInfo(), loops: make(map[string]*benefitsv1.FactDefinition)}
	r.read(native.Expr())
	return r.slots
}

func (r *reader) error(at ast.Expr, rule, message string, args ...any) {
	r.found.error(rule, place(r.info.GetStartLocation(at.ID()))+message, args...)
}

func (r *reader) read(e ast.Expr) {
	switch e.Kind() {
	case ast.LiteralKind:
		r.literal(e)
	case ast.IdentKind, ast.SelectKind:
		r.name(e)
	case ast.CallKind:
		r.call(e)
	case ast.ListKind:
		r.list(e)
	case ast.ComprehensionKind:
		r.loop(e)
	default:
		r.error(e, ruleSyntax, "maps and messages cannot be written in an expression; compare facts with single values or lists")
	}
}

func (r *reader) literal(e ast.Expr) {
	switch e.AsLiteral().(type) {
	case types.Null:
		r.error(e, ruleAbsenceTest, "null tests whether a fact is there; leave it out: a condition on a fact that is not there is unknown by itself")
	case types.Uint, types.Bytes:
		r.error(e, ruleType, "no fact is unsigned or bytes; write a plain number or string")
	}
}

func (r *reader) list(e ast.Expr) {
	if e.AsList().Size() == 0 {
		r.error(e, ruleAbsenceTest, "the empty list tests whether a list has anything; ask with exists() or in for the item that matters")
	}
	for _, item := range e.AsList().Elements() {
		r.read(item)
	}
}

// name reads a variable: a fact, today, or that of a loop.
func (r *reader) name(e ast.Expr) {
	name, root, ok := path(e)
	if !ok { // a field of something that is computed
		r.error(e, ruleSyntax, "facts have no fields; name a fact as person.NAME or household.NAME")
		return
	}
	if _, ok := r.loops[root]; ok && root == name {
		return
	}
	if slot, ok := r.vocabulary.slots[name]; ok {
		r.slots = append(r.slots, slot)
		return
	}
	if name != todayName {
		r.error(e, ruleUnknownFact, "%q is no fact of the catalogue; mind its spelling, or define it with its type", name)
	}
}

// path returns the name that selections spell, and its first part.
func path(e ast.Expr) (name, root string, ok bool) {
	if e.Kind() == ast.IdentKind {
		return e.AsIdent(), e.AsIdent(), true
	}
	if e.Kind() != ast.SelectKind {
		return "", "", false
	}
	name, root, ok = path(e.AsSelect().Operand())
	return name + "." + e.AsSelect().FieldName(), root, ok
}

func (r *reader) call(e ast.Expr) {
	call := e.AsCall()
	switch name := call.FunctionName(); {
	case name == operators.Has, name == overloads.Size:
		r.error(e, ruleAbsenceTest, "%s() tests whether something is there; leave it out: a condition on a fact that is not there is unknown by itself", name)
		return
	case !r.vocabulary.env.HasFunction(name):
		r.error(e, ruleSyntax, "there is no function or operator %s in expressions", readable(name))
		return
	case slices.Contains(comparisons, name):
		r.compare(call.Args()[0], call.Args()[1])
	}
	if call.IsMemberFunction() {
		r.read(call.Target())
	}
	for _, arg := range call.Args() {
		r.read(arg)
	}
}

// readable is a function or an operator as it is written.
func readable(function string) string {
	if operator, ok := operators.FindReverse(function); ok && operator != "" {
		return operator
	}
	return strings.Trim(function, "_@")
}

func (r *reader) loop(e ast.Expr) {
	loop := e.AsComprehension()
	r.read(loop.IterRange())
	variable := loop.IterVar()
	if name, _, ok := path(loop.IterRange()); ok {
		defer r.bind(variable, r.fact(name))()
	} else {
		defer r.bind(variable, nil)()
	}
	defer r.bind(loop.AccuVar(), nil)()
	if variable == todayName || variable == "person" || variable == "household" {
		r.error(e, ruleSyntax, "%q has a meaning of its own; name the variable of the loop otherwise", variable)
	}
	if !names(loop.LoopStep(), variable) {
		r.error(e, ruleAbsenceTest, "a loop that does not look at %q tests whether the list has anything; ask for the item that matters", variable)
	}
	r.read(loop.LoopStep())
}

// fact returns what is known of a fact, or of the list that the variable of a loop goes through.
func (r *reader) fact(name string) *benefitsv1.FactDefinition {
	if of, ok := r.loops[name]; ok {
		return of
	}
	return r.vocabulary.definition(name)
}

// bind enters the variable of a loop and returns what takes it out again.
func (r *reader) bind(variable string, fact *benefitsv1.FactDefinition) (unbind func()) {
	outer, shadowed := r.loops[variable]
	r.loops[variable] = fact
	return func() {
		delete(r.loops, variable)
		if shadowed {
			r.loops[variable] = outer
		}
	}
}

// names tells whether an expression has the variable anywhere.
func names(e ast.Expr, variable string) bool {
	found := false
	ast.PostOrderVisit(e, ast.NewExprVisitor(func(e ast.Expr) {
		found = found || e.Kind() == ast.IdentKind && e.AsIdent() == variable
	}))
	return found
}
