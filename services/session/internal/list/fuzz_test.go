package list_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
	sessionv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/session/v1"
	"github.com/ventanilla/ventanilla/services/session/internal/list"
)

// declared has a field of each type.
var declared = list.Declaration{
	By: "text", ID: "t.id",
	Fields: map[string]list.Field{
		"text":   {Column: "t.text", Type: list.Text, Fold: strings.ToLower},
		"plain":  {Column: "t.plain", Type: list.Text},
		"digits": {Column: "t.digits", Type: list.Digits},
		"day":    {Column: "t.day", Type: list.Day},
		"number": {Column: "t.number", Type: list.Number},
		"truth":  {Column: "t.truth", Type: list.Truth},
		"choice": {Column: "t.choice", Type: list.Choice, Choices: map[string]int32{"A": 1}},
	},
}

// statement is each that a filter and an order can make.
var statement = regexp.MustCompile(`^SELECT t\.id FROM t WHERE t\.of = \$1 AND (t\.[a-z]+ (=|<>|>=|<=) \$2|t\.[a-z]+ (=|<>) ''|t\.[a-z]+ LIKE \$2 ESCAPE '\\'|` +
	`\(t\.[a-z]+ <> '' AND t\.[a-z]+ (=|>=|<=) \$2\)) ORDER BY t\.[a-z]+( DESC)?, t\.id( DESC)? LIMIT \$[23] OFFSET \$[34]$`)

// Whatever is asked of a list is refused by the path of what is wrong, or makes one of few statements.
func FuzzRead(f *testing.F) {
	for field := range declared.Fields {
		for operator := range int32(6) {
			f.Add(field, operator, "A%1", "text", true)
		}
	}
	f.Add("text", int32(5), `%\_%%'`, "digits", false)
	f.Add("text", int32(1), "", "nothing", false)
	f.Add("day", int32(4), "2026-02-29", "day", false)
	f.Add("digits", int32(5), "30-7%-1", "day", false)
	f.Add("number", int32(3), "-9223372036854775808", "number", false)
	f.Add("truth", int32(2), "true", "truth", false)
	paths := []string{"query.filters[0].field", "query.filters[0].operator", "query.filters[0].value", "query.orders[0].field"}
	f.Fuzz(func(t *testing.T, field string, operator int32, value, by string, descending bool) {
		asked, err := declared.Read(&sessionv1.ListQuery{
			Filters: []*sessionv1.Filter{{Field: field, Operator: sessionv1.Operator(operator), Value: value}},
			Orders:  []*sessionv1.Order{{Field: by, Descending: descending}},
		})
		if err != nil {
			fields := rpcerr.Fields(err)
			if rpcerr.Reason(err) != errorsv1.Reason_REASON_FIELD_INVALID || len(fields) != 1 || !slices.Contains(paths, fields[0].Field) {
				t.Errorf("got %v", err)
			}
			return
		}
		text, args := asked.Page("t.id", "t WHERE t.of = $1", 7)
		if !statement.MatchString(text) || len(args) != strings.Count(text, "$") {
			t.Errorf("the statement is %s, with %d arguments", text, len(args))
		}
		for _, arg := range args {
			if text, ok := arg.(string); ok && !sqlstore.CanBeKey(text) {
				t.Errorf("no engine takes %q", text)
			}
		}
	})
}
