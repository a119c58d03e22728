package store

import (
	"context"
	"database/sql"
	"fmt"
	"reflect"
	"strings"
	"sync"

	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
)

const (
	// maxInsert is the most rows that one statement inserts, maxAmong the most keys that one looks up: powers of two.
	maxInsert = 64
	maxAmong  = 256
)

// insertion is a statement that inserts rows. Its sizes are powers of two, so that there are few texts to prepare.
type insertion struct {
	// head ends with the names of the columns, tail follows the values.
	head, tail string
	columns    int
	// types are PostgreSQL's of the columns, text or bigint, for run.
	types []string

	texts sync.Map // by the number of rows
}

// run inserts rows, whose values are one after the other. PostgreSQL gets their columns in one statement: one with a
// placeholder for each value takes longer to plan than to run.
func (i *insertion) run(ctx context.Context, tx *sql.Tx, engine sqlstore.Engine, values []any) error {
	if engine == sqlstore.PostgreSQL && len(values) > i.columns {
		_, err := tx.ExecContext(ctx, i.ofColumns(), i.byColumn(values)...)
		return err
	}
	return i.each(values, func(text string, values []any) error {
		_, err := tx.ExecContext(ctx, text, values...)
		return err
	})
}

func (i *insertion) ofColumns() string {
	arrays := make([]string, i.columns)
	for c, typ := range i.types {
		arrays[c] = fmt.Sprintf("$%d::%s[]", c+1, typ)
	}
	return i.head + " SELECT * FROM unnest(" + strings.Join(arrays, ", ") + ")" + i.tail
}

func (i *insertion) byColumn(values []any) []any {
	columns := make([]any, i.columns)
	for c, typ := range i.types {
		if typ == "bigint" {
			columns[c] = column(values[c:], i.columns, reflect.Value.Int)
		} else {
			columns[c] = column(values[c:], i.columns, reflect.Value.String)
		}
	}
	return columns
}

func column[T any](values []any, step int, as func(reflect.Value) T) []T {
	all := make([]T, 0, len(values)/step+1)
	for at := 0; at < len(values); at += step {
		all = append(all, as(reflect.ValueOf(values[at])))
	}
	return all
}

// each calls do for each statement that the rows need, whose values are one after the other.
func (i *insertion) each(values []any, do func(text string, values []any) error) error {
	for size := maxInsert; size > 0; size /= 2 {
		for len(values) >= size*i.columns {
			if err := do(i.text(size), values[:size*i.columns]); err != nil {
				return err
			}
			values = values[size*i.columns:]
		}
	}
	return nil
}

func (i *insertion) text(rows int) string {
	if known, ok := i.texts.Load(rows); ok {
		return known.(string)
	}
	var text strings.Builder
	text.WriteString(i.head + " VALUES ")
	for row := range rows {
		if row > 0 {
			text.WriteString(", ")
		}
		text.WriteString("(" + placeholders(row*i.columns+1, i.columns) + ")")
	}
	text.WriteString(i.tail)
	i.texts.Store(rows, text.String())
	return text.String()
}

// lookup is a query for rows of many keys: head ends with "IN ", tail follows the list of keys.
type lookup struct {
	head, tail string
	// args is how many placeholders come before the keys'.
	args int

	texts sync.Map // by the number of keys
}

// run is among, with one array of keys on PostgreSQL: it plans a list of placeholders anew for each run.
func (l *lookup) run(
	ctx context.Context, tx *sql.Tx, engine sqlstore.Engine, keys []string, scan func(sqlstore.Scanner) error, args ...any,
) error {
	if engine != sqlstore.PostgreSQL {
		return l.among(ctx, tx, keys, scan, args...)
	}
	if len(keys) == 0 {
		return nil
	}
	text := fmt.Sprintf("%s = ANY ($%d)%s", strings.TrimSuffix(l.head, " IN "), l.args+1, l.tail)
	return eachRow(ctx, tx, scan, text, append(args, keys))
}

// among runs the query and calls scan for each row.
func (l *lookup) among(ctx context.Context, tx *sql.Tx, keys []string, scan func(sqlstore.Scanner) error, args ...any) error {
	for len(keys) > 0 {
		some := keys[:min(len(keys), maxAmong)]
		keys = keys[len(some):]
		values := append(make([]any, 0, len(args)+2*len(some)), args...)
		for _, key := range some {
			values = append(values, key)
		}
		size := 1
		for size < len(some) {
			size *= 2
		}
		for range size - len(some) {
			values = append(values, some[0]) // a key that repeats finds nothing more
		}
		if err := eachRow(ctx, tx, scan, l.text(size), values); err != nil {
			return err
		}
	}
	return nil
}

// eachRow runs a query in a transaction and calls scan for each row.
func eachRow(ctx context.Context, tx *sql.Tx, scan func(sqlstore.Scanner) error, query string, args []any) error {
	rows, err := tx.QueryContext(ctx, query, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := scan(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}

func (l *lookup) text(keys int) string {
	if known, ok := l.texts.Load(keys); ok {
		return known.(string)
	}
	text := l.head + "(" + placeholders(l.args+1, keys) + ")" + l.tail
	l.texts.Store(keys, text)
	return text
}

func placeholders(first, count int) string {
	var text strings.Builder
	for i := range count {
		if i > 0 {
			text.WriteString(", ")
		}
		fmt.Fprintf(&text, "$%d", first+i)
	}
	return text.String()
}
