package rule_test

import (
	"fmt"
	"math"
	"math/big"
	"slices"
	"strconv"
	"strings"
	"time"
)

// This is an evaluator of its own for the differential test: it walks over a tree, knows nothing of CEL, and makes no difference between what
// is not known and what fails, for neither decides.

// scope has the values of variables: bool, *big.Int, float64, string, time.Time, []string. What is missing is undecided.
type scope map[string]any

// node is an expression. value returns nil when it is undecided.
type node interface {
	String() string
	value(in scope) any
}

type literal struct{ of any }

func (l literal) String() string {
	switch of := l.of.(type) {
	case string:
		return strconv.Quote(of)
	case *big.Int:
		return "(" + of.String() + ")"
	case float64:
		return "(" + strconv.FormatFloat(of, 'f', 2, 64) + ")"
	case time.Time:
		return "timestamp(" + strconv.Quote(of.Format(time.DateOnly)) + ")"
	case []string:
		return "[" + strings.Join(quoted(of), ", ") + "]"
	}
	return fmt.Sprint(l.of)
}

func quoted(of []string) []string {
	found := make([]string, len(of))
	for i, one := range of {
		found[i] = strconv.Quote(one)
	}
	return found
}

func (l literal) value(scope) any { return l.of }

type variable struct{ name string }

func (v variable) String() string     { return v.name }
func (v variable) value(in scope) any { return in[v.name] }

// apply is a function of values that are all decided.
type apply struct {
	format string
	args   []node
	do     func(args []any) any
}

func (a apply) String() string {
	texts := make([]any, len(a.args))
	for i, arg := range a.args {
		texts[i] = arg
	}
	return fmt.Sprintf(a.format, texts...)
}

func (a apply) value(in scope) any {
	values := make([]any, len(a.args))
	for i, arg := range a.args {
		if values[i] = arg.value(in); values[i] == nil {
			return nil
		}
	}
	return a.do(values)
}

// several is true (any) or false (all) as soon as one of its parts is.
type several struct {
	any   bool
	parts []node
}

func (s several) String() string {
	texts := make([]string, len(s.parts))
	for i, part := range s.parts {
		texts[i] = part.String()
	}
	return "(" + strings.Join(texts, map[bool]string{true: " || ", false: " && "}[s.any]) + ")"
}

func (s several) value(in scope) any {
	values := make([]any, len(s.parts))
	for i, part := range s.parts {
		values[i] = part.value(in)
	}
	return quantify(s.any, values)
}

func quantify(which bool, values []any) any {
	if slices.Contains(values, any(which)) {
		return which
	}
	if slices.Contains(values, nil) {
		return nil
	}
	return !which
}

type choice struct{ condition, then, otherwise node }

func (c choice) String() string {
	return fmt.Sprintf("(%s ? %s : %s)", c.condition, c.then, c.otherwise)
}

func (c choice) value(in scope) any {
	switch c.condition.value(in) {
	case true:
		return c.then.value(in)
	case false:
		return c.otherwise.value(in)
	}
	return nil
}

// loop asks something of each item of a list.
type loop struct {
	macro string
	list  node
	asks  node
}

func (l loop) String() string { return fmt.Sprintf("%s.%s(item, %s)", l.list, l.macro, l.asks) }

func (l loop) value(in scope) any {
	items, ok := l.list.value(in).([]string)
	if !ok {
		return nil
	}
	values := make([]any, len(items))
	held := 0
	for i, item := range items {
		inner := scope{"item": item}
		for name, value := range in {
			inner[name] = value
		}
		inner["item"] = item
		if values[i] = l.asks.value(inner); values[i] == true {
			held++
		}
	}
	if l.macro != "exists_one" {
		return quantify(l.macro == "exists", values)
	}
	if slices.Contains(values, nil) {
		return nil
	}
	return held == 1
}

// arithmetic reckons as with 64 bits: what does not fit is undecided.
func arithmetic(operator string, a, b *big.Int) any {
	result := new(big.Int)
	switch operator {
	case "+":
		result.Add(a, b)
	case "-":
		result.Sub(a, b)
	case "*":
		result.Mul(a, b)
	default:
		if b.Sign() == 0 {
			return nil
		}
		if operator == "/" {
			result.Quo(a, b)
		} else {
			result.Rem(a, b)
		}
	}
	if !result.IsInt64() {
		return nil
	}
	return result
}

func ordered(operator string, sign int) bool {
	switch operator {
	case "<":
		return sign < 0
	case "<=":
		return sign <= 0
	case ">":
		return sign > 0
	case ">=":
		return sign >= 0
	case "==":
		return sign == 0
	}
	return sign != 0
}

func compareValues(a, b any) int {
	switch a := a.(type) {
	case *big.Int:
		return a.Cmp(b.(*big.Int))
	case float64:
		return int(math.Copysign(1, a-b.(float64))) * map[bool]int{true: 0, false: 1}[a == b.(float64)]
	case string:
		return strings.Compare(a, b.(string))
	case time.Time:
		return a.Compare(b.(time.Time))
	}
	return map[bool]int{true: 0, false: 1}[a == b]
}

// birthdays counts the anniversaries of a day until another.
func birthdays(from, to time.Time) *big.Int {
	if to.Before(from) {
		return new(big.Int).Neg(birthdays(to, from))
	}
	n := 0
	for {
		year := from.Year() + n + 1
		next := time.Date(year, from.Month(), from.Day(), 0, 0, 0, 0, time.UTC)
		if next.Month() != from.Month() {
			next = time.Date(year, from.Month()+1, 0, 0, 0, 0, 0, time.UTC)
		}
		if next.After(to) {
			return big.NewInt(int64(n))
		}
		n++
	}
}
