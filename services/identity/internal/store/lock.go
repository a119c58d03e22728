package store

import (
	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
)

// What a transaction reads in order to change it, or relies upon, must stay as it is until it ends. On PostgreSQL such a
// query locks its rows; SQLite has one writer at a time and no such clause.
const (
	toChange = ` FOR NO KEY UPDATE`
	toStay   = ` FOR KEY SHARE`
	toHold   = ` FOR SHARE` // what others may hold at the same time, and nobody may change
)

// locking adds a lock to the end of a query. The query has no sub-query: PostgreSQL would answer it as it was before the wait.
func (s *Store) locking(query, lock string) string {
	if s.db.Engine == sqlstore.PostgreSQL {
		return query + lock
	}
	return query
}
