package admin

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"strconv"

	"github.com/google/renameio/v2"

	"github.com/ventanilla/ventanilla/pkg/auditlog"
)

// checkpointSuffix is what the name of an exported file's checkpoint adds to that of the file.
const checkpointSuffix = ".checkpoint"

// ExportLog writes the log to a file.
type ExportLog struct {
	Out string `help:"The file to write, or to go on with." required:"" placeholder:"FILE" type:"path"`
}

// exported is what an export did.
type exported struct {
	File       string `json:"file"`
	Checkpoint string `json:"checkpoint_file"`
	Entries    int64  `json:"entries"`
	New        int64  `json:"new_entries"`
}

// Run does it. The file is complete up to the checkpoint beside it, also when a later run is interrupted.
func (c ExportLog) Run(ctx context.Context, log platformLog, out Output) error {
	checkpoint, err := log.checkpoint(ctx)
	if err != nil {
		return err
	}
	if checkpoint.GetCheckpoint() == "" {
		return errNothingSealed
	}
	key, err := auditlog.ParseKey(checkpoint.GetVerifierKey())
	if err != nil {
		return err
	}
	newest, err := auditlog.OpenCheckpoint([]byte(checkpoint.GetCheckpoint()), key)
	if err != nil {
		return err
	}
	file, first, err := openExport(c.Out)
	if err != nil {
		return err
	}
	defer file.Close()
	if err := c.write(ctx, log, file, first, newest.N); err != nil {
		return err
	}
	if err := file.Close(); err != nil {
		return fmt.Errorf("writing %s: %w", c.Out, err)
	}
	done := exported{File: c.Out, Checkpoint: c.Out + checkpointSuffix, Entries: max(first, newest.N), New: max(0, newest.N-first)}
	if err := renameio.WriteFile(done.Checkpoint, []byte(checkpoint.GetCheckpoint()), 0o600); err != nil {
		return fmt.Errorf("writing %s: %w", done.Checkpoint, err)
	}
	return out.report(done, [][2]string{
		{"file", done.File},
		{"checkpoint", done.Checkpoint},
		{"entries", strconv.FormatInt(done.Entries, 10)},
		{"new", strconv.FormatInt(done.New, 10)},
	})
}

// write appends the leaves from first to before size.
func (c ExportLog) write(ctx context.Context, log platformLog, file *os.File, first, size int64) error {
	writer := bufio.NewWriter(file)
	next := first
	for leaf, err := range watched(platformLeaves(ctx, log, first, size), &progress{doing: "exported", total: size}) {
		if err != nil {
			return err
		}
		if leaf.Index != next {
			return &auditlog.Damage{First: next, Last: next, What: "it is missing: the log cannot be exported beyond it"}
		}
		line, err := leaf.Line()
		if err == nil {
			_, err = writer.Write(append(line, '\n'))
		}
		if err != nil {
			return fmt.Errorf("writing %s: %w", c.Out, err)
		}
		next++
	}
	if err := writer.Flush(); err != nil {
		return fmt.Errorf("writing %s: %w", c.Out, err)
	}
	if next < size {
		return &auditlog.Damage{First: next, Last: size - 1, What: "they are missing at the end of the log"}
	}
	if err := file.Sync(); err != nil {
		return fmt.Errorf("writing %s: %w", c.Out, err)
	}
	return nil
}

// openExport opens the file behind its last whole line, cuts off what follows it, and tells which leaf comes next.
func openExport(path string) (*os.File, int64, error) {
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, 0, fmt.Errorf("opening the export: %w", err)
	}
	next, end, err := lastLine(file)
	if err == nil {
		if err = file.Truncate(end); err == nil {
			_, err = file.Seek(end, io.SeekStart)
		}
	}
	if err != nil {
		file.Close()
		return nil, 0, fmt.Errorf("going on with %s: %w", path, err)
	}
	return file, next, nil
}

func lastLine(file io.Reader) (next, end int64, err error) {
	for line, err := range lines(file) {
		if err != nil {
			return 0, 0, err
		}
		leaf, err := auditlog.ParseLine(line)
		if err != nil {
			return 0, 0, fmt.Errorf("line %d: %w: name another --out", next+1, err)
		}
		if leaf.Index != next {
			return 0, 0, fmt.Errorf("line %d has leaf %d: name another --out", next+1, leaf.Index)
		}
		next, end = next+1, end+int64(len(line))
	}
	return next, end, nil
}
