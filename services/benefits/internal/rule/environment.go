package rule

import (
	"time"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/env"
	"cel.dev/cel-go/common/operators"
	"cel.dev/cel-go/common/overloads"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
)

const (
	todayName        = "today"
	yearsBetweenName = "years_between"
	// maxExpression bounds the text of an expression, in bytes. What the parser does is bounded by it.
	maxExpression = 1000
	maxNesting    = 50
)

// macros are the loops that there are. Each yields a bool, so that none builds a value that grows.
var macros = []string{operators.All, operators.Exists, operators.ExistsOne}

// functions are those of the standard library that expressions may use; of a function with overloads listed only these.
// There is no size, has and null, which tell whether something is there; no index and no
// map, which fail when it is not; no dyn and type, which go round the types; no matches, whose
// cost does not follow from the length of its pattern; and no time zones, which are read from files.
func functions() []*env.Function {
	names := []string{
		operators.LogicalAnd, operators.LogicalOr, operators.LogicalNot, operators.Conditional, operators.NotStrictlyFalse,
		operators.Equals, operators.NotEquals, operators.Less, operators.LessEquals, operators.Greater, operators.GreaterEquals,
		operators.Add, operators.Subtract, operators.Multiply, operators.Divide, operators.Modulo, operators.Negate,
		overloads.Contains, overloads.StartsWith, overloads.EndsWith,
		overloads.TypeConvertInt, overloads.TypeConvertDouble, overloads.TypeConvertString, overloads.TypeConvertDuration,
	}
	found := make([]*env.Function, 0, len(names)+6)
	for _, name := range names {
		found = append(found, env.NewFunction(name))
	}
	for name, id := range map[string]string{
		operators.In:               overloads.InList,
		overloads.TimeGetFullYear:  overloads.TimestampToYear,
		overloads.TimeGetMonth:     overloads.TimestampToMonth,
		overloads.TimeGetDate:      overloads.TimestampToDayOfMonthOneBased,
		overloads.TimeGetDayOfWeek: overloads.TimestampToDayOfWeek,
		overloads.TimeGetHours:     overloads.DurationToHours,
	} {
		found = append(found, env.NewFunction(name, env.NewOverload(id, nil, nil)))
	}
	return found
}

// environment declares the facts, today and the functions to CEL.
func (v *Vocabulary) environment() (*cel.Env, error) {
	library := env.NewLibrarySubset().AddIncludedMacros(macros...).AddIncludedFunctions(functions()...)
	options := []cel.EnvOption{
		cel.StdLib(cel.StdLibSubset(library)),
		cel.HomogeneousAggregateLiterals(),
		cel.CrossTypeNumericComparisons(true),
		cel.EnableHiddenAccumulatorName(true),
		cel.ParserExpressionSizeLimit(maxExpression),
		cel.ParserRecursionLimit(maxNesting),
		cel.Variable(todayName, cel.TimestampType),
		cel.Function(yearsBetweenName, cel.Overload("years_between_timestamp_timestamp",
			[]*cel.Type{cel.TimestampType, cel.TimestampType}, cel.IntType, cel.BinaryBinding(celYearsBetween))),
		cel.Function(overloads.TypeConvertTimestamp, cel.Overload(overloads.StringToTimestamp,
			[]*cel.Type{cel.StringType}, cel.TimestampType, cel.UnaryBinding(celTimestamp))),
	}
	for _, fact := range v.facts {
		options = append(options, cel.Variable(fact.GetName(), celType(fact.GetType())))
	}
	return cel.NewCustomEnv(options...)
}

func celYearsBetween(a, b ref.Val) ref.Val {
	from, ok := a.(types.Timestamp)
	if !ok {
		return types.MaybeNoSuchOverloadErr(a)
	}
	to, ok := b.(types.Timestamp)
	if !ok {
		return types.MaybeNoSuchOverloadErr(b)
	}
	return types.Int(yearsBetween(from.UTC(), to.UTC()))
}

// celTimestamp reads a day, or a time as CEL's own function does, which shares one error among all evaluations and changes it.
func celTimestamp(in ref.Val) ref.Val {
	text, ok := in.(types.String)
	if !ok {
		return types.MaybeNoSuchOverloadErr(in)
	}
	if day, ok := parseDay(string(text)); ok {
		return types.Timestamp{Time: day}
	}
	at, err := time.Parse(time.RFC3339, string(text))
	if err != nil || at.Year() < 1 || at.Year() > 9999 {
		return types.NewErr("timestamp() takes a date, \"2006-01-02\", or a time of RFC 3339")
	}
	return types.Timestamp{Time: at.UTC()}
}
