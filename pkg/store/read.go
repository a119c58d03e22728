package store

import "context"

// Scanner is a row to be read: a *sql.Row or *sql.Rows.
type Scanner interface {
	Scan(dest ...any) error
}

// Rows runs a reading statement outside of a transaction and returns what scan makes of each row.
// The query is a constant text, or one of finitely many: the compiled forms of some are kept.
// Errors of the database come classified; that there is no row is none.
func Rows[T any](ctx context.Context, db *DB, scan func(Scanner) (T, error), query string, args ...any) ([]T, error) {
	rows, err := db.Read.QueryContext(ctx, query, args...)
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
