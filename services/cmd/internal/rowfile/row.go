// Package rowfile reads the rows of files that institutions import: CSV with a header (RFC 4180), and JSON lines.
// Files are UTF-8, with or without a byte order mark. Rows come one by one, so that a file may be of any size.
package rowfile

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
)

// MaxMembers bounds a row's members, in bytes of JSON.
const MaxMembers = 64 << 10

// Row is what a line of the file holds.
type Row struct {
	// Line is its number in the file, from 1; of several the first.
	Line int64
	// Members are a JSON object. They are nil when the line cannot be read.
	Members []byte
	// Fault is why it cannot, without what it holds; Field is the column, when it is one.
	Fault, Field string
}

// text is a file without its byte order mark. It refuses other encodings that a mark gives away.
func text(file io.Reader, size int) (*bufio.Reader, error) {
	reader := bufio.NewReaderSize(file, size)
	start, err := reader.Peek(3)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("reading the file: %w", err)
	}
	switch {
	case bytes.HasPrefix(start, []byte("\xef\xbb\xbf")):
		_, err = reader.Discard(3)
		return reader, err
	case bytes.HasPrefix(start, []byte("\xff\xfe")), bytes.HasPrefix(start, []byte("\xfe\xff")):
		return nil, errors.New("the file is UTF-16: save it as UTF-8")
	}
	return reader, nil
}
