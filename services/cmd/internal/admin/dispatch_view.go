package admin

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"

	"golang.org/x/term"
	"google.golang.org/protobuf/encoding/protojson"

	notificationsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/notifications/v1"
)

// newDispatchView shows a table that follows on a terminal, and a line a change elsewhere.
func newDispatchView(out Output) dispatchView {
	if file, ok := out.Writer.(*os.File); ok && !out.JSON && out.terminal() {
		return &dispatchTable{writer: file, size: func() (int, int) {
			width, height, err := term.GetSize(int(file.Fd()))
			if err != nil {
				return 80, 24
			}
			return width, height
		}}
	}
	return dispatchLines{out}
}

// dispatchLines shows each change as a line.
type dispatchLines struct{ Output }

func (v dispatchLines) show(d *notificationsv1.Dispatch) error {
	if !v.JSON {
		return v.table(nil, nil, [][]string{dispatchRow(d)})
	}
	text, err := protojson.MarshalOptions{UseProtoNames: true, EmitUnpopulated: true}.Marshal(d)
	if err != nil {
		return fmt.Errorf("writing JSON: %w", err)
	}
	// protojson varies its spaces on purpose; scripts want them steady.
	var steady bytes.Buffer
	if err := json.Compact(&steady, text); err != nil {
		return fmt.Errorf("writing JSON: %w", err)
	}
	_, err = fmt.Fprintln(v.Writer, steady.String())
	return err
}

// dispatchTable shows the dispatches that changed last, as many as fit, a row for each part, and draws itself anew in place.
type dispatchTable struct {
	writer io.Writer
	size   func() (width, height int)
	// last is what changed last, newest first.
	last  []*notificationsv1.Dispatch
	drawn int // lines
}

func (v *dispatchTable) show(d *notificationsv1.Dispatch) error {
	width, height := v.size()
	v.last = slices.DeleteFunc(v.last, func(other *notificationsv1.Dispatch) bool { return other.GetDispatchId() == d.GetDispatchId() })
	v.last = slices.Insert(v.last, 0, d)
	v.last = v.last[:min(len(v.last), max(height, 2))]

	var table bytes.Buffer
	w := tabwriter.NewWriter(&table, 0, 0, 3, ' ', 0)
	fmt.Fprintln(w, "DISPATCH\tPROVIDER\tCHANGED\tPART\tSTATUS\tREASON\tATTEMPTS\tCARRIER\tNEXT ATTEMPT")
	for _, d := range v.last {
		for i, p := range d.GetParts() {
			head := []string{"", "", ""}
			if i == 0 {
				head = []string{d.GetDispatchId(), strconv.FormatInt(d.GetProviderId(), 10), moment(d.GetChangedAt())}
			}
			fmt.Fprintln(w, strings.Join(append(head, partRow(p)...), "\t"))
		}
	}
	if err := w.Flush(); err != nil {
		return err
	}
	return v.draw(strings.Split(strings.TrimSuffix(table.String(), "\n"), "\n"), width, height)
}

func partRow(p *notificationsv1.Part) []string {
	attempts, carrier := "", ""
	if n := len(p.GetAttempts()); n > 0 {
		last := p.GetAttempts()[n-1]
		attempts, carrier = strconv.Itoa(int(last.GetNumber())), last.GetCarrier()
	}
	return []string{partName(p), statusWord(p.GetStatus()), p.GetReason(), attempts, carrier, moment(p.GetNextAttemptAt())}
}

// draw writes lines over those drawn before. One that were longer than the terminal is wide would take two.
func (v *dispatchTable) draw(lines []string, width, height int) error {
	lines = lines[:min(len(lines), max(height-1, 1))]
	var screen strings.Builder
	if v.drawn > 0 {
		fmt.Fprintf(&screen, "\x1b[%dA", v.drawn)
	}
	screen.WriteString("\r\x1b[J")
	for _, line := range lines {
		shown := []rune(strings.TrimRight(line, " "))
		screen.WriteString(string(shown[:min(len(shown), max(width-1, 1))]) + "\n")
	}
	v.drawn = len(lines)
	_, err := io.WriteString(v.writer, screen.String())
	return err
}
