package store

import (
	"database/sql"

	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
)

// Locks of what a transaction reads, on PostgreSQL; SQLite has one writer at a time and no such clauses.
const (
	toChange = ` FOR NO KEY UPDATE` // in order to change it
	toKeep   = ` FOR SHARE`         // so that it stays as it is
	toRefer  = ` FOR KEY SHARE`     // so that it stays there
)

// locking adds a lock to the end of a query. The query has no sub-query: PostgreSQL would answer it as it was before the wait.
func (s *Store) locking(query, lock string) string {
	if s.db.Engine == sqlstore.PostgreSQL {
		return query + lock
	}
	return query
}

// storable is a text that can be looked for: empty, which is nobody's key, for one that PostgreSQL would refuse.
func storable(text string) string {
	if !sqlstore.CanBeKey(text) {
		return ""
	}
	return text
}

func truth(is bool) int64 {
	if is {
		return 1
	}
	return 0
}

// textOrNull writes a text that refers to something, or to nothing.
func textOrNull(text string) sql.NullString { return sql.NullString{String: text, Valid: text != ""} }
