package admin

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
)

// reject is a row that was not stored, as the reject file has it.
type reject struct {
	Line   int64  `json:"line"`
	Field  string `json:"field"`
	Reason string `json:"reason"`
}

// rejectFile tells of the rejects of an import in the order of their lines, each once, whatever is interrupted.
type rejectFile struct {
	file  *os.File
	last  int64 // the last line that it tells of
	count int64
}

// openRejects opens the file of an import that begins, or goes on. What is in it of an earlier import goes.
func openRejects(path string, begins bool) (*rejectFile, error) {
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrUsage, err)
	}
	f := &rejectFile{file: file}
	end, err := f.read()
	if err == nil && begins {
		end, f.last, f.count = 0, 0, 0
	}
	if err == nil {
		err = file.Truncate(end)
	}
	if err == nil {
		_, err = file.Seek(end, io.SeekStart)
	}
	if err != nil {
		file.Close()
		return nil, fmt.Errorf("opening %s: %w", path, err)
	}
	return f, nil
}

// read reads the whole lines and returns where they end. A file that was not written by us stays as it is.
func (f *rejectFile) read() (end int64, err error) {
	for line, err := range lines(f.file) {
		if err != nil {
			return 0, err
		}
		var told reject
		decoder := json.NewDecoder(bytes.NewReader(line))
		decoder.DisallowUnknownFields()
		if decoder.Decode(&told) != nil || told.Line <= f.last {
			return 0, fmt.Errorf("%w: it holds something else: name another --reject-file", ErrUsage)
		}
		f.last, f.count, end = told.Line, f.count+1, end+int64(len(line))
	}
	return end, nil
}

// add tells of those rejects that are behind the last, and makes that durable.
func (f *rejectFile) add(rejects []reject) error {
	slices.SortFunc(rejects, func(a, b reject) int { return int(a.Line - b.Line) })
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	for _, r := range rejects {
		if r.Line <= f.last {
			continue
		}
		if err := encoder.Encode(r); err != nil {
			return fmt.Errorf("writing rejects: %w", err)
		}
		f.last, f.count = r.Line, f.count+1
	}
	if text.Len() == 0 {
		return nil
	}
	_, err := f.file.Write(text.Bytes())
	if err == nil {
		err = f.file.Sync()
	}
	if err != nil {
		return fmt.Errorf("writing rejects: %w", err)
	}
	return nil
}

// close may be called again. A file without rejects is removed.
func (f *rejectFile) close() error {
	err := f.file.Close()
	if errors.Is(err, os.ErrClosed) {
		return nil
	}
	if err == nil && f.count == 0 {
		err = os.Remove(f.file.Name())
	}
	if err != nil {
		return fmt.Errorf("closing the reject file: %w", err)
	}
	return nil
}
