package store

import (
	"encoding/json"

	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
)

// among is a condition on a column: that it is one of the texts of an argument that list made. So there is one statement to prepare,
// whatever their number.
func (s *Store) among(column, placeholder string) string {
	if s.db.Engine == sqlstore.PostgreSQL {
		return column + ` = ANY (` + placeholder + `)`
	}
	return column + ` IN (SELECT value FROM json_each(` + placeholder + `))`
}

// list is the argument of among. Texts that cannot be stored are left out.
func (s *Store) list(texts []string) any {
	some := make([]string, 0, len(texts))
	for _, text := range texts {
		if sqlstore.CanBeKey(text) {
			some = append(some, text)
		}
	}
	if s.db.Engine == sqlstore.PostgreSQL {
		return some
	}
	text, err := json.Marshal(some)
	if err != nil {
		panic(err) // texts can always be encoded
	}
	return string(text)
}
