package list

import (
	"fmt"
	"strings"
)

// Page is the statement that reads the page that is asked for. from ends in a WHERE clause, whose arguments are first.
func (q Query) Page(columns, from string, first ...any) (text string, args []any) {
	from, args = q.narrowed(from, first)
	args = append(args, q.limit, q.offset)
	return fmt.Sprintf(`SELECT %s FROM %s ORDER BY %s LIMIT $%d OFFSET $%d`, columns, from, q.order, len(args)-1, len(args)), args
}

// Count is the statement that counts the rows of all pages.
func (q Query) Count(from string, first ...any) (text string, args []any) {
	from, args = q.narrowed(from, first)
	return `SELECT COUNT(*) FROM ` + from, args
}

func (q Query) narrowed(from string, first []any) (text string, args []any) {
	var out strings.Builder
	out.WriteString(from)
	args = append(args, first...)
	for _, c := range q.conditions {
		out.WriteString(` AND ` + c.before)
		if c.bound {
			args = append(args, c.value)
			fmt.Fprintf(&out, `$%d`, len(args))
		}
		out.WriteString(c.after)
	}
	return out.String(), args
}

// condition is one about a column: what stands before the placeholder of a value, and after it.
type condition struct {
	before, after string
	bound         bool // without a value there is no placeholder
	value         any
}
