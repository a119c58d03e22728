package admin

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"
	"golang.org/x/term"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"

	benefitsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/benefits/v1"
)

// maxSubjects is how many persons go into one message.
const maxSubjects = 200

// evaluateFile decides for each person of a file, as fast as the answers are taken.
func evaluateFile(
	ctx context.Context, service benefitsv1.EvaluationServiceClient, name string, terms *benefitsv1.Terms, in Input, out Output, notes io.Writer,
) error {
	source := in.Reader
	if name != "-" {
		file, err := os.Open(name)
		if err != nil {
			return fmt.Errorf("%w: %w", ErrUsage, err)
		}
		defer file.Close()
		source = file
	}
	group, ctx := errgroup.WithContext(ctx)
	stream, err := service.EvaluateStream(ctx)
	if err != nil {
		return err
	}
	group.Go(func() error {
		// What a failed send failed of is what is received.
		send := func(request *benefitsv1.EvaluateStreamRequest) (sent bool) { return stream.Send(request) == nil }
		if send(&benefitsv1.EvaluateStreamRequest{Terms: terms}) {
			if err := sendLines(source, send); err != nil {
				return err
			}
		}
		return stream.CloseSend()
	})
	group.Go(func() error {
		told := &ticker{notes: notes}
		defer told.end()
		for done := int64(0); ; done++ {
			told.show(done)
			answer, err := stream.Recv()
			if errors.Is(err, io.EOF) {
				return nil
			}
			if err != nil {
				return err
			}
			if err := out.evaluated(answer); err != nil {
				return err
			}
		}
	})
	return group.Wait()
}

// sendLines sends the persons of a file. A send that fails ends it.
func sendLines(source io.Reader, send func(*benefitsv1.EvaluateStreamRequest) (sent bool)) error {
	request := &benefitsv1.EvaluateStreamRequest{}
	lines := bufio.NewScanner(source)
	for number := 1; lines.Scan(); number++ {
		line := strings.TrimSpace(lines.Text())
		if line == "" {
			continue
		}
		subject, err := subjectOf(line)
		if err != nil {
			return fmt.Errorf("%w: line %d: %w", ErrUsage, number, err)
		}
		if request.Subjects = append(request.Subjects, subject); len(request.GetSubjects()) < maxSubjects {
			continue
		}
		if !send(request) {
			return nil
		}
		request = &benefitsv1.EvaluateStreamRequest{}
	}
	if err := lines.Err(); err != nil {
		return fmt.Errorf("reading the persons: %w", err)
	}
	if len(request.GetSubjects()) > 0 {
		send(request)
	}
	return nil
}

// evaluated shows the answer for one person of many.
func (o Output) evaluated(answer *benefitsv1.EvaluateStreamResponse) error {
	if o.JSON {
		return o.line(answer)
	}
	found := ""
	if answer.GetNotFound() {
		found = "not found"
	}
	_, err := fmt.Fprintln(o.Writer, strings.Join([]string{
		answer.GetSubject().GetPersonId() + answer.GetSubject().GetIdentifier().GetValue(),
		strings.Join(answer.GetEligible(), " "), strings.Join(answer.GetPotential(), " "), found,
	}, "\t"))
	return err
}

// line writes a message as JSON on one line.
func (o Output) line(message proto.Message) error {
	text, err := protojson.MarshalOptions{UseProtoNames: true, EmitUnpopulated: true}.Marshal(message)
	if err != nil {
		return fmt.Errorf("writing JSON: %w", err)
	}
	// protojson varies its spaces on purpose.
	var steady bytes.Buffer
	if err := json.Compact(&steady, text); err != nil {
		return fmt.Errorf("writing JSON: %w", err)
	}
	_, err = fmt.Fprintln(o.Writer, steady.String())
	return err
}

// ticker tells a person at a terminal for how many was decided.
type ticker struct {
	notes io.Writer
	next  time.Time
	shown bool
}

func (t *ticker) show(persons int64) {
	file, ok := t.notes.(*os.File)
	if !ok || time.Now().Before(t.next) || !term.IsTerminal(int(file.Fd())) {
		return
	}
	t.next, t.shown = time.Now().Add(time.Second/5), true
	fmt.Fprintf(t.notes, "\r%d persons", persons)
}

// end clears the line.
func (t *ticker) end() {
	if t.shown {
		fmt.Fprint(t.notes, "\r\x1b[K")
	}
}
