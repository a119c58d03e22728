package store

import (
	"encoding/json"
	"fmt"
	"strings"

	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
)

// records is a table that a statement gets as one argument: a list of any length, so that there is one text to prepare. columns are
// names and PostgreSQL's types, "dispatch_id text, part bigint".
func (s *Store) records(placeholder int, alias, columns string) string {
	if s.db.Engine == sqlstore.PostgreSQL {
		return fmt.Sprintf("json_to_recordset($%d::json) AS %s(%s)", placeholder, alias, columns)
	}
	var values []string
	for column := range strings.SplitSeq(columns, ", ") {
		name, _, _ := strings.Cut(column, " ")
		values = append(values, fmt.Sprintf("value->>'%s' AS %s", name, name))
	}
	return fmt.Sprintf("(SELECT %s FROM json_each($%d)) AS %s", strings.Join(values, ", "), placeholder, alias)
}

// recorded is the argument for records: a list of structs whose JSON has the columns.
func recorded[T any](rows []T) string {
	if len(rows) == 0 {
		return "[]"
	}
	text, err := json.Marshal(rows)
	if err != nil {
		panic(err) // texts and numbers can always be encoded
	}
	return string(text)
}
