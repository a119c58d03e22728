package store

import (
	"context"
	"database/sql/driver"
	"fmt"
	"strings"
	"sync"
)

// SQLite takes $1 for a name, and looks for it among all other names, when it compiles a statement and again when values are bound. A
// statement that inserts many rows spends most of its time so. Where the placeholders of a text are $1, $2, and so on, each
// once and in this order, they can as well be without names.

// sqliteConn is what the driver's connections are, beside what they offer to nobody here.
type sqliteConn interface {
	driver.Conn
	driver.ConnBeginTx
	driver.ConnPrepareContext
	driver.ExecerContext
	driver.QueryerContext
	driver.Pinger
	driver.SessionResetter
	driver.Validator
}

// namelessConnector makes connections that leave the names out.
type namelessConnector struct {
	driver.Connector
	texts *sync.Map // without names, by those with
}

// Connect makes a connection.
func (c namelessConnector) Connect(ctx context.Context) (driver.Conn, error) {
	made, err := c.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	conn, ok := made.(sqliteConn)
	if !ok {
		made.Close()
		return nil, fmt.Errorf("a connection of SQLite is a %T", made)
	}
	return namelessConn{&keeping{conn, map[string]sqliteStmt{}}, c.texts}, nil
}

type namelessConn struct {
	sqliteConn
	texts *sync.Map
}

// ExecContext runs a statement.
func (c namelessConn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	return c.sqliteConn.ExecContext(ctx, c.text(query), args)
}

// QueryContext runs a query.
func (c namelessConn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	return c.sqliteConn.QueryContext(ctx, c.text(query), args)
}

// PrepareContext compiles a statement.
func (c namelessConn) PrepareContext(ctx context.Context, query string) (driver.Stmt, error) {
	return c.sqliteConn.PrepareContext(ctx, c.text(query))
}

func (c namelessConn) text(query string) string {
	if known, ok := c.texts.Load(query); ok {
		return known.(string)
	}
	text := nameless(query)
	c.texts.Store(query, text)
	return text
}

// nameless returns a text with ? for its placeholders, or as it is where they are of another order, or where it has quotes or
// comments, in which a $ would be none.
func nameless(query string) string {
	if strings.Contains(query, "--") || strings.Contains(query, "/*") || strings.ContainsAny(query, `"?`) {
		return query
	}
	parts := strings.Split(query, "$")
	for i, part := range parts[1:] {
		if strings.Count(parts[i], "'")%2 != 0 {
			return query
		}
		digits := len(part) - len(strings.TrimLeft(part, "0123456789"))
		if part[:digits] != fmt.Sprint(i+1) {
			return query
		}
		parts[i+1] = part[digits:]
	}
	return strings.Join(parts, "?")
}
