package store

import (
	"context"
	"database/sql/driver"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
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
	texts *namelessTexts
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
	texts *namelessTexts
}

// ExecContext runs a statement.
func (c namelessConn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	return c.sqliteConn.ExecContext(ctx, c.texts.of(query), args)
}

// QueryContext runs a query.
func (c namelessConn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	return c.sqliteConn.QueryContext(ctx, c.texts.of(query), args)
}

// PrepareContext compiles a statement.
func (c namelessConn) PrepareContext(ctx context.Context, query string) (driver.Stmt, error) {
	return c.sqliteConn.PrepareContext(ctx, c.texts.of(query))
}

// maxTexts bounds the texts that are known without names: lists that callers filter have very many.
const maxTexts = 1024

// namelessTexts are texts without names, by those with.
type namelessTexts struct {
	known sync.Map
	count atomic.Int64
}

func (t *namelessTexts) of(query string) string {
	if known, ok := t.known.Load(query); ok {
		return known.(string)
	}
	text := nameless(query)
	if t.count.Load() < maxTexts {
		if _, known := t.known.LoadOrStore(query, text); !known {
			t.count.Add(1)
		}
	}
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
