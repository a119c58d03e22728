package store

import (
	"context"
	"database/sql"
	"fmt"
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

	texts sync.Map // by the number of rows
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
