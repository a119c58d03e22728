package store

import (
	"context"
	"database/sql"
	"errors"

	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
)

// ErrChanged says that the catalogue is not as it was when it was read.
var ErrChanged = errors.New("the catalogue has changed")

// change runs fn alone: whoever changes the catalogue holds its one row until the transaction ends, so that numbers and events
// follow one another. fn is given the number of the newest change.
func (s *Store) change(ctx context.Context, fn func(tx *sql.Tx, latest int64) error) error {
	query := `SELECT latest FROM catalogue_change WHERE id = 1`
	if s.db.Engine == sqlstore.PostgreSQL { // SQLite has one writer
		query += ` FOR NO KEY UPDATE`
	}
	return s.db.InTx(ctx, func(tx *sql.Tx) error {
		var latest int64
		if err := tx.QueryRowContext(ctx, query).Scan(&latest); err != nil {
			return err
		}
		return fn(tx, latest)
	})
}

// count gives the change a number, which tells the replicas of it.
func count(ctx context.Context, tx *sql.Tx) error {
	_, err := tx.ExecContext(ctx, `UPDATE catalogue_change SET latest = latest + 1 WHERE id = 1`)
	return err
}
