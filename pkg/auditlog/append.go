package auditlog

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
)

// maxRows is the most that one statement inserts: a power of two.
const maxRows = 64

// Append enters an event in a caller's transaction, so that both are there or neither.
func Append(ctx context.Context, tx *sql.Tx, entry Entry) error {
	made, err := newRow(entry)
	if err != nil {
		return fmt.Errorf("entering the log: %w", err)
	}
	return insert(ctx, tx, []row{made})
}

// AppendAll is Append for several events, in their order.
func AppendAll(ctx context.Context, tx *sql.Tx, entries []Entry) error {
	rows := make([]row, len(entries))
	for i, entry := range entries {
		var err error
		if rows[i], err = newRow(entry); err != nil {
			return fmt.Errorf("entering the log: %w", err)
		}
	}
	return insert(ctx, tx, rows)
}

// row is an entry as it is stored.
type row struct {
	at                       int64
	actor, act, target, text string
}

func newRow(e Entry) (row, error) {
	text, err := e.Text()
	return row{e.At.UnixMilli(), e.Actor, e.Act, e.Target, text}, err
}

// insert writes rows in as few statements as it can. Their sizes are powers of two, so that there are few texts for
// the database to prepare.
func insert(ctx context.Context, tx *sql.Tx, rows []row) error {
	args := make([]any, 0, 5*min(len(rows), maxRows))
	for size := maxRows; size > 0; size /= 2 {
		for len(rows) >= size {
			args = args[:0]
			for _, r := range rows[:size] {
				args = append(args, r.at, r.actor, r.act, r.target, r.text)
			}
			if _, err := tx.ExecContext(ctx, insertion(size), args...); err != nil {
				return fmt.Errorf("entering the log: %w", err)
			}
			rows = rows[size:]
		}
	}
	return nil
}

var insertions = func() map[int]string {
	texts := map[int]string{}
	for size := 1; size <= maxRows; size *= 2 {
		var text strings.Builder
		text.WriteString(`INSERT INTO log_entry (at, actor, act, target, text) VALUES `)
		for i := range size {
			if i > 0 {
				text.WriteString(", ")
			}
			fmt.Fprintf(&text, "($%d, $%d, $%d, $%d, $%d)", 5*i+1, 5*i+2, 5*i+3, 5*i+4, 5*i+5)
		}
		texts[size] = text.String()
	}
	return texts
}()

func insertion(size int) string { return insertions[size] }
