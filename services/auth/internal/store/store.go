package store

import (
	"context"
	"database/sql"
	"embed"
	"fmt"
	"io/fs"
	"time"

	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
)

// Schema is the PostgreSQL schema of the service.
const Schema = "auth"

// maxPage bounds every list that is read in pages.
const maxPage = 1000

//go:embed migrations
var migrations embed.FS

// Migrations are the schema's revisions, for sqlstore.Migrate and sqlstore.Supported.
func Migrations() fs.FS {
	folder, err := fs.Sub(migrations, "migrations")
	if err != nil {
		panic(err) // the name is valid
	}
	return folder
}

// Store reads and writes auth's records. It is safe for concurrent use.
type Store struct {
	db  *sqlstore.DB
	now func() time.Time
}

// New returns the store in a database at the newest of Migrations.
func New(db *sqlstore.DB, now func() time.Time) *Store {
	return &Store{db: db, now: func() time.Time { return now().UTC().Truncate(time.Millisecond) }}
}

// Head is the number of the last change; every change up to it is visible. It costs one row.
func (s *Store) Head(ctx context.Context) (int64, error) {
	head, err := sqlstore.Row(ctx, s.db, sqlstore.Value[int64], `SELECT value FROM revision`)
	if err != nil {
		return 0, fmt.Errorf("reading the revision: %w", err)
	}
	return head, nil
}

// change runs fn with the number of the change that it is to make. The update locks the counter, so
// what fn reads stays as it is until the transaction ends. fn may run more than once.
func (s *Store) change(ctx context.Context, fn func(tx *sql.Tx, revision int64) error) error {
	return s.db.InTx(ctx, func(tx *sql.Tx) error {
		row := tx.QueryRowContext(ctx, `UPDATE revision SET value = value + 1 RETURNING value`)
		revision, err := sqlstore.Value[int64](row)
		if err != nil {
			return fmt.Errorf("taking a revision: %w", err)
		}
		return fn(tx, revision)
	})
}

func page(limit int) int {
	return min(max(limit, 1), maxPage)
}
