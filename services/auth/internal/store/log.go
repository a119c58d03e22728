package store

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/ventanilla/ventanilla/pkg/auditlog"
	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
)

// DB is the database, for what reads the admin log in it.
func (s *Store) DB() *sqlstore.DB { return s.db }

// Enter enters events into the admin log, all of them or none.
func (s *Store) Enter(ctx context.Context, entries []auditlog.Entry) error {
	err := s.db.InTx(ctx, func(tx *sql.Tx) error { return auditlog.AppendAll(ctx, tx, entries) })
	if err != nil {
		return fmt.Errorf("entering the admin log: %w", err)
	}
	return nil
}
