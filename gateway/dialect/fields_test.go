package dialect_test

import (
	"errors"
	"testing"

	"github.com/ventanilla/ventanilla/gateway/dialect"
	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
)

var fields = dialect.Fields{
	Request: (*authv1.IssueTokenRequest)(nil),
	Names:   map[string]string{"client_id": "cliente", "scopes": "alcance", "families": ""},
}

func TestFieldsGetThePartnersNames(t *testing.T) {
	const invalid = errorsv1.Reason_REASON_FIELD_INVALID
	for path, want := range map[string]string{"client_id": "cliente", "scopes[3]": "alcance"} {
		err := fields.Translate(rpcerr.New(invalid, "wrong", rpcerr.Field(path, "too long")))
		got := rpcerr.Fields(err)
		if rpcerr.Reason(err) != invalid || len(got) != 1 || got[0] != (rpcerr.Violation{Field: want, Description: "too long"}) {
			t.Errorf("%s: got %v", path, err)
		}
	}
}

func TestAFieldThatThePartnerDoesNotKnowIsOurMistake(t *testing.T) {
	for _, path := range []string{"families[0]", "unheard_of"} {
		err := fields.Translate(rpcerr.New(errorsv1.Reason_REASON_FIELD_MISSING, "missing", rpcerr.Field(path, "required")))
		if rpcerr.Reason(err) != errorsv1.Reason_REASON_INTERNAL || len(rpcerr.Fields(err)) > 0 {
			t.Errorf("%s: got %v", path, err)
		}
	}
}

func TestOtherErrorsStayAsTheyAre(t *testing.T) {
	for _, err := range []error{nil, errors.New("broken"), rpcerr.New(errorsv1.Reason_REASON_SCOPE_INVALID, "no such scope")} {
		if got := fields.Translate(err); !errors.Is(got, err) {
			t.Errorf("%v became %v", err, got)
		}
	}
}
