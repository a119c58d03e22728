package rowfile

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"iter"
	"unicode/utf8"
)

// NDJSON reads JSON lines: an object on each. Lines of spaces hold none.
func NDJSON(file io.Reader) iter.Seq2[Row, error] {
	return func(yield func(Row, error) bool) {
		reader, err := text(file, MaxMembers+2)
		if err != nil {
			yield(Row{}, err)
			return
		}
		for number := int64(1); ; number++ {
			line, whole, err := readLine(reader)
			if err != nil && !errors.Is(err, io.EOF) {
				yield(Row{}, fmt.Errorf("reading line %d: %w", number, err))
				return
			}
			row := Row{Line: number}
			line = bytes.TrimSpace(line)
			switch {
			case !whole || len(line) > MaxMembers:
				row.Fault = "is longer than 64 KiB"
			case len(line) == 0:
			case line[0] != '{' || line[len(line)-1] != '}':
				row.Fault = "is not a JSON object"
			case !utf8.Valid(line):
				row.Fault = "is not UTF-8"
			default:
				row.Members = bytes.Clone(line)
			}
			if (row.Members != nil || row.Fault != "") && !yield(row, nil) || err != nil {
				return
			}
		}
	}
}

// readLine reads a line, and of one that is too long the end only. The next one overwrites it.
func readLine(reader *bufio.Reader) (line []byte, whole bool, err error) {
	line, err = reader.ReadSlice('\n')
	for whole = true; errors.Is(err, bufio.ErrBufferFull); whole = false {
		line, err = reader.ReadSlice('\n')
	}
	return line, whole, err
}
