package store

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
)

// maxKept bounds the compiled statements of a connection.
const maxKept = 128

// sqliteStmt is what the driver's statements are.
type sqliteStmt interface {
	driver.Stmt
	driver.StmtExecContext
	driver.StmtQueryContext
}

// keeping is a connection that keeps the statements it has compiled: SQLite takes longer to compile many than to
// run them. As a connection has one user at a time, so has what it keeps.
type keeping struct {
	sqliteConn
	kept map[string]sqliteStmt // those that are not in use, by their texts
}

// ExecContext runs a statement. Those without arguments are changes of the schema and the like, which come once.
func (k *keeping) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	if len(args) == 0 {
		return k.sqliteConn.ExecContext(ctx, query, args)
	}
	stmt, err := k.take(ctx, query)
	if err != nil {
		return nil, err
	}
	result, err := stmt.ExecContext(ctx, args)
	if err != nil {
		stmt.Close() // what failed says why
		return nil, err
	}
	return result, k.keep(query, stmt)
}

// QueryContext runs a query, whose statement is in use until its rows are closed.
func (k *keeping) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	stmt, err := k.take(ctx, query)
	if err != nil {
		return nil, err
	}
	rows, err := stmt.QueryContext(ctx, args)
	if err != nil {
		stmt.Close() // what failed says why
		return nil, err
	}
	return &keptRows{rows, k, query, stmt}, nil
}

// Close closes the connection.
func (k *keeping) Close() error {
	var failed error
	for query, stmt := range k.kept {
		delete(k.kept, query)
		failed = errors.Join(failed, stmt.Close())
	}
	return errors.Join(failed, k.sqliteConn.Close())
}

func (k *keeping) take(ctx context.Context, query string) (sqliteStmt, error) {
	if stmt, known := k.kept[query]; known {
		delete(k.kept, query)
		return stmt, nil
	}
	made, err := k.PrepareContext(ctx, query)
	if err != nil {
		return nil, err
	}
	stmt, ok := made.(sqliteStmt)
	if !ok {
		made.Close()
		return nil, fmt.Errorf("a statement of SQLite is a %T", made)
	}
	return stmt, nil
}

// keep makes room by chance: the texts that are in use are few.
func (k *keeping) keep(query string, stmt sqliteStmt) error {
	if _, known := k.kept[query]; known {
		return stmt.Close()
	}
	for other, old := range k.kept {
		if len(k.kept) < maxKept {
			break
		}
		delete(k.kept, other)
		if err := old.Close(); err != nil {
			return err
		}
	}
	k.kept[query] = stmt
	return nil
}

// keptRows are those of a statement that is kept once they are closed, unless it failed.
type keptRows struct {
	driver.Rows
	conn  *keeping
	query string
	stmt  sqliteStmt // nil once they are closed
}

// Close may be called again.
func (r *keptRows) Close() error {
	stmt := r.stmt
	if stmt == nil {
		return nil
	}
	r.stmt = nil
	if err := r.Rows.Close(); err != nil {
		stmt.Close() // what failed says why
		return err
	}
	return r.conn.keep(r.query, stmt)
}
