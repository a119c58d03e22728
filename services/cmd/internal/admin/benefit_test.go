package admin

import (
	"errors"
	"strings"
	"testing"

	benefitsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/benefits/v1"
)

// The persons of a file are sent some at a time, RUTs apart from identifiers.
func TestPersonsOfAFileAreSent(t *testing.T) {
	var sizes []int
	var last *benefitsv1.Subject
	text := strings.Repeat("44.444.444-4\n\n", 250) + " 01JDE3K8 "
	err := sendLines(strings.NewReader(text), func(r *benefitsv1.EvaluateStreamRequest) bool {
		sizes = append(sizes, len(r.GetSubjects()))
		if got := r.GetSubjects()[0].GetIdentifier().GetValue(); got != "44.444.444-4" {
			t.Errorf("sent %v", r.GetSubjects()[0])
		}
		last = r.GetSubjects()[len(r.GetSubjects())-1]
		return true
	})
	if err != nil || len(sizes) != 2 || sizes[0] != 200 || sizes[1] != 51 || last.GetPersonId() != "01JDE3K8" {
		t.Errorf("sent %v, the last %v, %v", sizes, last, err)
	}
}

// What is wrong is told by its line, and not repeated.
func TestALineThatIsNobody(t *testing.T) {
	for _, line := range []string{"44444444-5", strings.Repeat("x", 65)} {
		err := sendLines(strings.NewReader("44444444-4\n"+line+"\n"), func(*benefitsv1.EvaluateStreamRequest) bool { return true })
		if !errors.Is(err, ErrUsage) || !strings.Contains(err.Error(), "line 2") || strings.Contains(err.Error(), line) {
			t.Errorf("got %v", err)
		}
	}
}

// When the platform takes no more, the rest of the file is not read.
func TestAFileIsReadNoFurtherThanItIsTaken(t *testing.T) {
	sent := 0
	err := sendLines(strings.NewReader(strings.Repeat("44444444-4\n", 1000)), func(*benefitsv1.EvaluateStreamRequest) bool {
		sent++
		return false
	})
	if err != nil || sent != 1 {
		t.Errorf("%d messages, %v", sent, err)
	}
}
