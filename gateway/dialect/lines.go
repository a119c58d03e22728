package dialect

import (
	"fmt"
	"net/http"
	"time"

	"google.golang.org/protobuf/proto"

	"github.com/ventanilla/ventanilla/gateway/edge"
	"github.com/ventanilla/ventanilla/gateway/wirejson"
)

// LinesMediaType is that of an answer with a JSON object on each line.
const LinesMediaType = "application/x-ndjson"

// lineTimeout bounds how long a client may take no line.
const lineTimeout = 30 * time.Second

// Lines is an answer with a JSON object on each line, sent while it is made. It lasts as long as the client takes it: the limits of
// the edge for whole requests do not end it.
type Lines struct {
	w          http.ResponseWriter
	r          *http.Request
	controller *http.ResponseController
	json       wirejson.JSON
	begun      bool
}

// NewLines is the answer of a request. Nothing is written yet.
func NewLines(w http.ResponseWriter, r *http.Request) *Lines {
	return &Lines{w: w, r: r, controller: http.NewResponseController(w)}
}

// Begun tells whether the client was sent something: its status then stands.
func (l *Lines) Begun() bool { return l.begun }

// Send writes a message as a line. What it fails with is the end of the client.
func (l *Lines) Send(m proto.Message) error {
	line, err := l.json.Marshal(m)
	if err != nil {
		return fmt.Errorf("writing a line: %w", err)
	}
	return l.write(line)
}

func (l *Lines) write(line []byte) error {
	if !l.begun {
		l.begun = true
		// That the time for reading the request is over would be taken for the end of the client.
		if err := l.controller.SetReadDeadline(time.Time{}); err != nil {
			return fmt.Errorf("lifting the read deadline: %w", err)
		}
		l.w.Header()["Content-Type"] = []string{LinesMediaType}
		l.w.Header()["Cache-Control"] = []string{"no-store"}
		l.w.WriteHeader(http.StatusOK)
	}
	if err := l.controller.SetWriteDeadline(time.Now().Add(lineTimeout)); err != nil {
		return fmt.Errorf("moving the write deadline: %w", err)
	}
	if _, err := l.w.Write(append(line, '\n')); err != nil {
		return fmt.Errorf("sending a line: %w", err)
	}
	return nil
}

// Flush sends what was written and is still here.
func (l *Lines) Flush() error {
	if err := l.controller.Flush(); err != nil {
		return fmt.Errorf("sending lines: %w", err)
	}
	return nil
}

// Fail ends the answer with err: in the family's shape as long as nothing was sent, later as a last line, the family's text.
func (l *Lines) Fail(err error, text []byte) {
	if !l.begun {
		edge.Fail(l.r, err)
		return
	}
	edge.Note(l.r, err)
	_ = l.write(text) // a client that went away needs no answer
}
