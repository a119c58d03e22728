package admin

import (
	"fmt"
	"io"
	"os"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"
)

// meter shows how far a file was read: as a bar on a terminal, elsewhere as a line for each tenth.
type meter struct {
	notes io.Writer
	name  string
	size  int64
	bar   *progressbar.ProgressBar // nil where there is no terminal

	read, tenths int64
}

func newMeter(notes io.Writer, name string, size int64) *meter {
	m := &meter{notes: notes, name: name, size: size}
	if file, ok := notes.(*os.File); ok && term.IsTerminal(int(file.Fd())) {
		m.bar = progressbar.NewOptions64(max(size, 1), progressbar.OptionSetWriter(file), progressbar.OptionShowBytes(true),
			progressbar.OptionThrottle(time.Second/5), progressbar.OptionFullWidth(), progressbar.OptionClearOnFinish(),
			progressbar.OptionSetPredictTime(true))
	}
	return m
}

// reading is a file that is read from its beginning, for what is being done.
func (m *meter) reading(doing string, file io.Reader) io.Reader {
	m.read = 0
	if m.bar == nil {
		return io.TeeReader(file, m)
	}
	m.bar.Reset()
	m.bar.Describe(doing + " " + m.name)
	return io.TeeReader(file, m.bar)
}

// Write counts what was read.
func (m *meter) Write(part []byte) (int, error) {
	m.read += int64(len(part))
	return len(part), nil
}

// told shows what became of the rows so far, where there is no bar.
func (m *meter) told(done progressed) {
	if m.bar != nil || m.size == 0 {
		return
	}
	if tenths := 10 * m.read / m.size; tenths > m.tenths {
		m.tenths = tenths
		m.note("%s: %d %%, %d rows stored, %d unchanged, %d rejected\n",
			m.name, 10*tenths, done.stored, done.unchanged, done.rejected)
	}
}

// note tells something on a line of its own.
func (m *meter) note(format string, args ...any) {
	if m.bar != nil {
		_ = m.bar.Clear() // the bar is for looks
	}
	fmt.Fprintf(m.notes, format, args...)
}

// end clears the bar.
func (m *meter) end() {
	if m.bar != nil {
		_ = m.bar.Clear() // the bar is for looks
		m.bar = nil
	}
}
