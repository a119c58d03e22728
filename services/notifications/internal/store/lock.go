package store

import (
	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
)

// toChange locks what a transaction reads in order to change it on PostgreSQL; SQLite has one writer at a time and no such clause.
const toChange = ` FOR NO KEY UPDATE`

// locking adds a lock to the end of a query. The query has no sub-query: PostgreSQL would answer it as it was before the wait.
func (s *Store) locking(query, lock string) string {
	if s.db.Engine == sqlstore.PostgreSQL {
		return query + lock
	}
	return query
}
