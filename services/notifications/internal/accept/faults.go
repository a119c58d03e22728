package accept

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
)

// faults gathers what is wrong with a request, so that its caller hears all of it at once.
type faults struct{ refused, missing, wrong []rpcerr.Option }

// needs says that a field is needed.
func (f *faults) needs(field string, there bool) {
	if !there {
		f.missing = append(f.missing, rpcerr.Field(field, "required"))
	}
}

// refuse says that the service does not take a part, or not by its channel.
func (f *faults) refuse(field, description string) {
	f.refused = append(f.refused, rpcerr.Field(field, description))
}

// must says what a field has to be, where it is not.
func (f *faults) must(field string, is bool, description string) {
	if !is {
		f.wrong = append(f.wrong, rpcerr.Field(field, "must "+description))
	}
}

// text holds a required text against its bound, in code points. breaks tells whether it may have lines.
func (f *faults) text(field, text string, most int, breaks bool) {
	if blank(text) {
		f.needs(field, false)
		return
	}
	f.must(field, utf8.RuneCountInString(text) <= most, "have at most "+strconv.Itoa(most)+" characters")
	f.plain(field, text, breaks)
}

// plain refuses control characters.
func (f *faults) plain(field, text string, breaks bool) {
	f.must(field, !strings.ContainsFunc(text, func(r rune) bool {
		return unicode.IsControl(r) && !(breaks && (r == '\n' || r == '\r' || r == '\t'))
	}), "not have control characters")
}

// err is nil when nothing is wrong.
func (f *faults) err() error {
	switch {
	case len(f.refused) > 0:
		return rpcerr.New(errorsv1.Reason_REASON_PART_REFUSED, "the service does not take a part", f.refused...)
	case len(f.missing) > 0:
		return rpcerr.New(errorsv1.Reason_REASON_FIELD_MISSING, "a required field is missing", f.missing...)
	case len(f.wrong) > 0:
		return rpcerr.New(errorsv1.Reason_REASON_FIELD_INVALID, "a field is not valid", f.wrong...)
	}
	return nil
}

// blank is missing.
func blank(text string) bool { return strings.TrimSpace(text) == "" }
