package iddi

import (
	"regexp"

	"github.com/ventanilla/ventanilla/gateway/oauth"
	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
)

// Forms of a card's fields.
var (
	folioForm = regexp.MustCompile(`^[a-zA-Z0-9]{1,6}$`)
	// The last character of a signature has two bits only.
	signatureForm = regexp.MustCompile(`^[A-Za-z0-9_-]{85}[AQgw]$`)
)

// parameter is a required one, and the form that it must have.
type parameter struct {
	name, value string
	form        *regexp.Regexp
}

// check fails with FIELD_MISSING for all that are blank, or else with FIELD_INVALID for all that have another form.
func check(parameters ...parameter) error {
	var absent []rpcerr.Option
	var wrong []string
	for _, p := range parameters {
		switch {
		case oauth.Blank(p.value):
			absent = append(absent, rpcerr.Field(p.name, "is required"))
		case !p.form.MatchString(p.value):
			wrong = append(wrong, p.name)
		}
	}
	switch {
	case absent != nil:
		return rpcerr.New(errorsv1.Reason_REASON_FIELD_MISSING, "a parameter is missing", absent...)
	case wrong != nil:
		return invalid(wrong...)
	}
	return nil
}

func invalid(parameters ...string) error {
	fields := make([]rpcerr.Option, len(parameters))
	for i, name := range parameters {
		fields[i] = rpcerr.Field(name, "has another form, or is out of its range")
	}
	return rpcerr.New(errorsv1.Reason_REASON_FIELD_INVALID, "a parameter was refused", fields...)
}
