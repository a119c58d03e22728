package rowfile

import (
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/ventanilla/ventanilla/pkg/auditlog"
)

// maxRecord bounds what is read for a record: one that has no end, for want of a quote, must not take all memory.
const maxRecord = 1 << 20

// Columns says what the columns of a file may be.
type Columns struct {
	// Names are all that there may be.
	Names []string
	// Typed are those whose cells are JSON values where they can be read as a number, a boolean, a text in quotes, a list or null,
	// and texts else. The cells of others are texts.
	Typed []string
}

// CSV reads records below a header. A cell that is empty is an empty text; a column that the file does not have is no
// member.
func CSV(file io.Reader, columns Columns) iter.Seq2[Row, error] {
	return func(yield func(Row, error) bool) {
		plain, err := text(file, 64<<10)
		if err != nil {
			yield(Row{}, err)
			return
		}
		bounded := &boundedReader{from: plain}
		reader := csv.NewReader(bounded)
		reader.ReuseRecord = true
		names, err := header(reader, columns)
		if err != nil {
			yield(Row{}, err)
			return
		}
		last := 1
		for {
			bounded.read = 0
			record, err := reader.Read()
			if errors.Is(err, io.EOF) {
				return
			}
			row := Row{}
			if broken, ok := errors.AsType[*csv.ParseError](err); ok {
				row, err = fault(broken), nil
			} else if err == nil {
				last, _ = reader.FieldPos(0)
				row = members(int64(last), names, record)
			} else {
				err = fmt.Errorf("reading the record after line %d: %w", last, err)
			}
			if !yield(row, err) || err != nil {
				return
			}
		}
	}
}

// column is a name as it is written in JSON, with its colon.
type column struct {
	name, member string
	typed        bool
}

func header(reader *csv.Reader, columns Columns) ([]column, error) {
	record, err := reader.Read()
	if errors.Is(err, io.EOF) {
		return nil, errors.New("the file is empty: its first line must name the columns")
	}
	if err != nil {
		return nil, fmt.Errorf("reading the names of the columns: %w", err)
	}
	var all []column
	for i, name := range record {
		name = strings.TrimSpace(name)
		if !slices.Contains(columns.Names, name) {
			return nil, fmt.Errorf("column %d has a name that is none of: %s", i+1, strings.Join(columns.Names, ", "))
		}
		if slices.ContainsFunc(all, func(c column) bool { return c.name == name }) {
			return nil, fmt.Errorf("there are two columns %s", name)
		}
		member := string(auditlog.AppendString(nil, name)) + ":"
		all = append(all, column{name, member, slices.Contains(columns.Typed, name)})
	}
	return all, nil
}

// fault makes a row of a record that is none.
func fault(broken *csv.ParseError) Row {
	row := Row{Line: int64(broken.StartLine)}
	switch {
	case errors.Is(broken.Err, csv.ErrFieldCount):
		row.Fault = "has not as many cells as there are columns"
	case broken.Line > broken.StartLine:
		row.Fault = fmt.Sprintf("is no record up to line %d: a quote is missing, or not doubled", broken.Line)
	default:
		row.Fault = "is no record: a quote is missing, or not doubled"
	}
	return row
}

// members writes a record as a JSON object.
func members(line int64, columns []column, record []string) Row {
	out := append(make([]byte, 0, 256), '{')
	for i, cell := range record {
		if !utf8.ValidString(cell) {
			return Row{Line: line, Fault: "is not UTF-8", Field: columns[i].name}
		}
		if i > 0 {
			out = append(out, ',')
		}
		out = append(out, columns[i].member...)
		if columns[i].typed && typed(cell) {
			out = append(out, cell...)
		} else {
			out = auditlog.AppendString(out, cell)
		}
	}
	out = append(out, '}')
	if len(out) > MaxMembers {
		return Row{Line: line, Fault: "is longer than 64 KiB"}
	}
	return Row{Line: line, Members: out}
}

// typed tells whether a cell is a JSON value other than an object.
func typed(cell string) bool {
	return cell != "" && cell[0] != '{' && json.Valid([]byte(cell))
}

// boundedReader fails when a record is longer than it may be. Whoever reads sets read to 0 before each.
type boundedReader struct {
	from io.Reader
	read int
}

// Read counts what it gives.
func (b *boundedReader) Read(into []byte) (int, error) {
	if b.read > maxRecord {
		return 0, errors.New("it is longer than 1 MiB: a quote is missing")
	}
	n, err := b.from.Read(into)
	b.read += n
	return n, err
}
