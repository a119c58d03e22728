package list

import (
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	sessionv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/session/v1"
)

// Type is what the values of a field are.
type Type int

// The types.
const (
	Text   Type = iota // any text
	Digits             // a text of digits, which people write with dots, dashes and spaces
	Day                // a text, "2006-01-02"
	Number
	Truth  // a number in the column, 0 or 1
	Choice // a number in the column, that of an enum's value
)

// Field is one that a list can be filtered and ordered by.
type Field struct {
	// Column has it. Texts, digits and days are empty there for none.
	Column string
	// Type is its values'.
	Type Type
	// Fold is how texts were written into the column; nil when as they are.
	Fold func(string) string
	// Choices are the numbers of an enum's values by their names.
	Choices map[string]int32
}

func (f Field) mayBeEmpty() bool { return f.Type == Text || f.Type == Digits || f.Type == Day }

// sign is how SQL writes an operator that compares; empty for others.
func sign(operator sessionv1.Operator) string {
	switch operator {
	case sessionv1.Operator_OPERATOR_EQUAL:
		return ` = `
	case sessionv1.Operator_OPERATOR_NOT_EQUAL:
		return ` <> `
	case sessionv1.Operator_OPERATOR_GREATER_OR_EQUAL:
		return ` >= `
	case sessionv1.Operator_OPERATOR_LESS_OR_EQUAL:
		return ` <= `
	default:
		return ""
	}
}

// condition reads a filter; path is the filter's in the request. What is empty is equal to the empty value, and neither more nor less than any.
func (f Field) condition(path string, operator sessionv1.Operator, value string) (condition, error) {
	if operator == sessionv1.Operator_OPERATOR_LIKE {
		return f.like(path, value)
	}
	compared := sign(operator)
	if compared == "" {
		return condition{}, rpcerr.Invalid(path+".operator", "is no operator")
	}
	read, wrong := f.value(value)
	equality := operator == sessionv1.Operator_OPERATOR_EQUAL || operator == sessionv1.Operator_OPERATOR_NOT_EQUAL
	switch {
	case wrong != "":
		return condition{}, rpcerr.Invalid(path+".value", wrong)
	case read == "" && !equality:
		return condition{}, rpcerr.Invalid(path+".value", "must not be empty: nothing is more or less than nothing")
	case read == "":
		return condition{before: f.Column + compared + `''`}, nil
	case f.mayBeEmpty() && operator != sessionv1.Operator_OPERATOR_NOT_EQUAL:
		return condition{before: `(` + f.Column + ` <> '' AND ` + f.Column + compared, after: `)`, bound: true, value: read}, nil
	}
	return condition{before: f.Column + compared, bound: true, value: read}, nil
}

// value reads a value as the column has it, or says what is wrong with it.
func (f Field) value(text string) (value any, wrong string) {
	switch f.Type {
	case Text, Digits:
		return f.text(text)
	case Day:
		if _, err := time.Parse(time.DateOnly, text); err != nil && text != "" {
			return nil, `must be a day, as "2006-01-02"`
		}
		return text, ""
	case Number:
		number, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			return nil, "must be a whole number"
		}
		return number, ""
	case Truth:
		switch text {
		case "false":
			return int64(0), ""
		case "true":
			return int64(1), ""
		}
		return nil, `must be "true" or "false"`
	}
	number, ok := f.Choices[text]
	if !ok {
		return nil, "must be the name of one of the enum's values"
	}
	return int64(number), ""
}

// text reads a text, or what is between the wildcards of one.
func (f Field) text(text string) (read, wrong string) {
	if !utf8.ValidString(text) || strings.ContainsFunc(text, unicode.IsControl) {
		return "", "must not have control characters"
	}
	if f.Type == Digits {
		text = strings.NewReplacer(".", "", "-", "", " ", "").Replace(text)
		if strings.Trim(text, "0123456789") != "" {
			return "", "must be digits"
		}
	}
	if f.Fold != nil {
		text = f.Fold(text)
	}
	return text, ""
}
