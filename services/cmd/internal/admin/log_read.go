package admin

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"time"

	"golang.org/x/mod/sumdb/tlog"
	"golang.org/x/term"

	"github.com/ventanilla/ventanilla/pkg/auditlog"
)

// maxLine bounds a line of an exported file: a text at its longest, each of its bytes escaped.
const maxLine = 6*auditlog.MaxText + 1024

// platformLeaves reads leaves from a platform, from one on and up to before another.
func platformLeaves(ctx context.Context, log platformLog, from, to int64) iter.Seq2[auditlog.Leaf, error] {
	return func(yield func(auditlog.Leaf, error) bool) {
		for next := from; next < to; {
			page, err := log.export(ctx, next, int32(min(to-next, 1000)))
			if err != nil {
				yield(auditlog.Leaf{}, err)
				return
			}
			if len(page) == 0 {
				return
			}
			for _, entry := range page {
				if entry.GetLeaf() >= to || !yield(leafOf(entry), nil) {
					return
				}
				next = max(next, entry.GetLeaf()+1)
			}
		}
	}
}

func leafOf(entry logEntry) auditlog.Leaf {
	leaf := auditlog.Leaf{Index: entry.GetLeaf(), Text: entry.GetText(), Listed: &auditlog.Entry{
		At: entry.GetAt().AsTime(), Actor: entry.GetActor(), Act: entry.GetAct(), Target: entry.GetTarget(),
	}}
	if len(entry.GetHash()) == tlog.HashSize {
		leaf.Hash = tlog.Hash(entry.GetHash())
	}
	return leaf
}

// fileLeaves reads leaves from an exported file, up to before one. A line that is not whole is left out.
func fileLeaves(file io.Reader, to int64) iter.Seq2[auditlog.Leaf, error] {
	return func(yield func(auditlog.Leaf, error) bool) {
		number := int64(0)
		for line, err := range lines(file) {
			if number == to {
				return
			}
			var leaf auditlog.Leaf
			if err == nil {
				if leaf, err = auditlog.ParseLine(line); err != nil {
					err = &auditlog.Damage{First: number, Last: number, What: "its line cannot be read: " + err.Error()}
				}
			}
			if !yield(leaf, err) || err != nil {
				return
			}
			number++
		}
	}
}

// lines gives whole lines with their ends. The next one overwrites it.
func lines(file io.Reader) iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) {
		reader := bufio.NewReaderSize(file, maxLine)
		for {
			line, err := reader.ReadSlice('\n')
			switch {
			case errors.Is(err, io.EOF):
				return
			case errors.Is(err, bufio.ErrBufferFull):
				err = fmt.Errorf("a line is longer than %d bytes: this is no exported log", maxLine)
			}
			if !yield(line, err) || err != nil {
				return
			}
		}
	}
}

// progress tells a person at a terminal how far a long command is.
type progress struct {
	doing string
	total int64
	next  time.Time
	shown bool
}

// show is called for each entry.
func (p *progress) show(done int64) {
	if done%100 != 0 || time.Now().Before(p.next) || !term.IsTerminal(int(os.Stderr.Fd())) {
		return
	}
	p.next, p.shown = time.Now().Add(time.Second/5), true
	fmt.Fprintf(os.Stderr, "\r%s %d of %d entries", p.doing, done, p.total)
}

// end clears the line.
func (p *progress) end() {
	if p.shown {
		fmt.Fprint(os.Stderr, "\r\x1b[K")
	}
}

// watched is leaves with their progress shown.
func watched(leaves iter.Seq2[auditlog.Leaf, error], p *progress) iter.Seq2[auditlog.Leaf, error] {
	return func(yield func(auditlog.Leaf, error) bool) {
		defer p.end()
		for leaf, err := range leaves {
			p.show(leaf.Index)
			if !yield(leaf, err) {
				return
			}
		}
	}
}
