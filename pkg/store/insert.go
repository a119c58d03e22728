package store

import (
	"context"
	"database/sql"
	"fmt"
	"reflect"
	"strings"
	"sync"
)

// maxInsert is the most rows that one statement inserts into SQLite: a power of two.
const maxInsert = 64

// Insertion is a statement that inserts rows. It is safe for concurrent use.
type Insertion struct {
	// Head ends with the names of the columns, Tail follows the values.
	Head, Tail string
	// Types are PostgreSQL's of the columns: "text", "bigint" or "bytea". A bigint that may be NULL is a sql.NullInt64.
	Types []string

	texts sync.Map // by the number of rows
}

// Run inserts rows, whose values are one after the other, and calls scan for each that Tail returns; scan is nil where it returns none.
// PostgreSQL gets the columns of many rows in one statement: one with a placeholder for each value takes longer to plan than to run.
// Others get statements whose sizes are powers of two, so that there are few texts to prepare. Rows are inserted in their order.
func (i *Insertion) Run(ctx context.Context, tx *sql.Tx, engine Engine, values []any, scan func(Scanner) error) error {
	if engine == PostgreSQL && len(values) > len(i.Types) {
		return run(ctx, tx, scan, i.ofColumns(), i.byColumn(values))
	}
	for size := maxInsert; size > 0; size /= 2 {
		for count := size * len(i.Types); len(values) >= count; values = values[count:] {
			if err := run(ctx, tx, scan, i.text(size), values[:count]); err != nil {
				return err
			}
		}
	}
	return nil
}

// run runs a statement in a transaction and calls scan for each row that it returns.
func run(ctx context.Context, tx *sql.Tx, scan func(Scanner) error, text string, args []any) error {
	if scan == nil {
		_, err := tx.ExecContext(ctx, text, args...)
		return err
	}
	rows, err := tx.QueryContext(ctx, text, args...)
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

func (i *Insertion) ofColumns() string {
	if known, ok := i.texts.Load(0); ok {
		return known.(string)
	}
	arrays := make([]string, len(i.Types))
	for c, typ := range i.Types {
		arrays[c] = fmt.Sprintf("$%d::%s[]", c+1, typ)
	}
	text := i.Head + " SELECT * FROM unnest(" + strings.Join(arrays, ", ") + ")" + i.Tail
	i.texts.Store(0, text)
	return text
}

func (i *Insertion) byColumn(values []any) []any {
	columns := make([]any, len(i.Types))
	for c, typ := range i.Types {
		switch typ {
		case "bigint":
			columns[c] = numbers(values[c:], len(i.Types))
		case "bytea":
			columns[c] = column(values[c:], len(i.Types), reflect.Value.Bytes)
		default:
			columns[c] = column(values[c:], len(i.Types), reflect.Value.String)
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

// numbers is column for numbers, or for those that may be NULL.
func numbers(values []any, step int) any {
	if _, nullable := values[0].(sql.NullInt64); !nullable {
		return column(values, step, reflect.Value.Int)
	}
	all := make([]*int64, 0, len(values)/step+1)
	for at := 0; at < len(values); at += step {
		var number *int64
		if n, ok := values[at].(sql.NullInt64); ok && n.Valid {
			number = &n.Int64
		}
		all = append(all, number)
	}
	return all
}

func (i *Insertion) text(rows int) string {
	if known, ok := i.texts.Load(rows); ok {
		return known.(string)
	}
	var text strings.Builder
	text.WriteString(i.Head + " VALUES ")
	for row := range rows {
		if row > 0 {
			text.WriteString(", ")
		}
		text.WriteString("(")
		for c := range i.Types {
			if c > 0 {
				text.WriteString(", ")
			}
			fmt.Fprintf(&text, "$%d", row*len(i.Types)+c+1)
		}
		text.WriteString(")")
	}
	text.WriteString(i.Tail)
	i.texts.Store(rows, text.String())
	return text.String()
}
