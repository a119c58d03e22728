package admin

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"
	"text/tabwriter"

	"golang.org/x/term"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
)

// Output is where answers go: aligned under a heading on a terminal, tab-separated
// lines without one elsewhere, JSON when asked for.
type Output struct {
	Writer io.Writer
	JSON   bool
}

// table shows rows, or the message they came from as JSON.
func (o Output) table(message proto.Message, heading []string, rows [][]string) error {
	if o.JSON {
		return o.json(message)
	}
	if !o.terminal() {
		for _, row := range rows {
			if _, err := fmt.Fprintln(o.Writer, strings.Join(row, "\t")); err != nil {
				return err
			}
		}
		return nil
	}
	w := tabwriter.NewWriter(o.Writer, 0, 0, 3, ' ', 0)
	for _, row := range append([][]string{heading}, rows...) {
		if _, err := fmt.Fprintln(w, strings.Join(row, "\t")); err != nil {
			return err
		}
	}
	return w.Flush()
}

// record shows one thing as named lines, or the message it came from as JSON.
func (o Output) record(message proto.Message, lines [][2]string) error {
	if o.JSON {
		return o.json(message)
	}
	w := tabwriter.NewWriter(o.Writer, 0, 0, 2, ' ', 0)
	for _, line := range lines {
		if line[1] == "" {
			continue
		}
		if _, err := fmt.Fprintf(w, "%s\t%s\n", line[0], line[1]); err != nil {
			return err
		}
	}
	return w.Flush()
}

// report shows what a command of ours found as named lines, or as JSON.
func (o Output) report(value any, lines [][2]string) error {
	if !o.JSON {
		return o.record(nil, lines)
	}
	text, err := json.MarshalIndent(value, "", "  ")
	if err != nil {
		return fmt.Errorf("writing JSON: %w", err)
	}
	_, err = fmt.Fprintln(o.Writer, string(text))
	return err
}

func (o Output) json(message proto.Message) error {
	text, err := protojson.MarshalOptions{UseProtoNames: true, EmitUnpopulated: true}.Marshal(message)
	if err != nil {
		return fmt.Errorf("writing JSON: %w", err)
	}
	// protojson varies its spaces on purpose; scripts want them steady.
	var steady bytes.Buffer
	if err := json.Indent(&steady, text, "", "  "); err != nil {
		return fmt.Errorf("writing JSON: %w", err)
	}
	_, err = fmt.Fprintln(o.Writer, steady.String())
	return err
}

func (o Output) terminal() bool {
	file, ok := o.Writer.(*os.File)
	return ok && term.IsTerminal(int(file.Fd()))
}
