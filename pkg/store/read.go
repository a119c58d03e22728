package store

import (
	"context"
	"database/sql"
	"fmt"
)

// Scanner is a row to be read: a *sql.Row or *sql.Rows.
type Scanner interface {
	Scan(dest ...any) error
}

// Rows runs a reading statement outside of a transaction and returns what scan makes of each row.
// The query must be a constant text: on SQLite it stays prepared until the database is closed.
// Errors of the database come classified; that there is no row is none.
func Rows[T any](ctx context.Context, db *DB, scan func(Scanner) (T, error), query string, args ...any) ([]T, error) {
	rows, err := db.query(ctx, query, args)
	if err != nil {
		return nil, Classify(ctx, err)
	}
	defer rows.Close()
	var all []T
	for rows.Next() {
		one, err := scan(rows)
		if err != nil {
			return nil, Classify(ctx, err)
		}
		all = append(all, one)
	}
	return all, Classify(ctx, rows.Err())
}

// Row is Rows for a statement with at most one row. It fails with ErrNotFound when there is none.
func Row[T any](ctx context.Context, db *DB, scan func(Scanner) (T, error), query string, args ...any) (T, error) {
	all, err := Rows(ctx, db, scan, query, args...)
	if err == nil && len(all) == 0 {
		err = ErrNotFound
	}
	if err != nil {
		var none T
		return none, err
	}
	return all[0], nil
}

// Value scans a row of one column.
func Value[T any](row Scanner) (value T, err error) {
	err = row.Scan(&value)
	return value, err
}

// query keeps statements prepared on SQLite, where compiling the text costs more than running it.
// pgx does so by itself, for each connection.
func (db *DB) query(ctx context.Context, query string, args []any) (*sql.Rows, error) {
	if db.Engine == PostgreSQL {
		return db.Read.QueryContext(ctx, query, args...)
	}
	known, ok := db.prepared.Load(query)
	if !ok {
		stmt, err := db.Read.PrepareContext(ctx, query)
		if err != nil {
			return nil, fmt.Errorf("preparing: %w", err)
		}
		if known, ok = db.prepared.LoadOrStore(query, stmt); ok {
			stmt.Close() // another caller was first
		}
	}
	return known.(*sql.Stmt).QueryContext(ctx, args...)
}
