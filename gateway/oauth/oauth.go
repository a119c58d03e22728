// Package oauth holds what the OAuth endpoints of all families share: the error
// codes of their common form, and the reading of a client's credentials.
package oauth

import (
	"strings"

	"github.com/ventanilla/ventanilla/gateway/credential"
	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
)

// Error codes (RFC 6749 sections 4.1.2.1 and 5.2, RFC 6750 section 3.1).
const (
	InvalidRequest         = "invalid_request"
	InvalidClient          = "invalid_client"
	InvalidScope           = "invalid_scope"
	InvalidToken           = "invalid_token"
	UnauthorizedClient     = "unauthorized_client"
	UnsupportedGrantType   = "unsupported_grant_type"
	AccessDenied           = "access_denied"
	ServerError            = "server_error"
	TemporarilyUnavailable = "temporarily_unavailable"
)

// Blank tells whether a parameter counts as missing.
func Blank(value string) bool { return strings.TrimSpace(value) == "" }

// Require fails with FIELD_MISSING for a blank parameter.
func Require(name, value string) error {
	if Blank(value) {
		return rpcerr.New(errorsv1.Reason_REASON_FIELD_MISSING, "a parameter is missing", rpcerr.Field(name, "is required"))
	}
	return nil
}

// CheckOneMethod fails when a client authenticates by HTTP Basic and by
// parameters too (RFC 6749, 2.3): client_secret beside Basic is FIELD_REPEATED.
func CheckOneMethod(authorization []string, secret string) error {
	if credential.SchemeOf(authorization) == credential.Basic && !Blank(secret) {
		return rpcerr.New(errorsv1.Reason_REASON_FIELD_REPEATED, "the client authenticates twice",
			rpcerr.Field("client_secret", "came by HTTP Basic"))
	}
	return nil
}

// Client returns the client's credentials, from HTTP Basic where it is used and else from the parameters
// client_id and client_secret. It fails with CREDENTIAL_MISSING when there are none, and with
// CREDENTIAL_INVALID when they are malformed, incomplete, or the parameter names another client than Basic.
func Client(authorization []string, id, secret string) (credential.Credential, error) {
	if credential.SchemeOf(authorization) != credential.Basic {
		switch {
		case Blank(id) && Blank(secret):
			return credential.Credential{}, rpcerr.New(errorsv1.Reason_REASON_CREDENTIAL_MISSING, "there are no client credentials")
		case Blank(id) || Blank(secret):
			return credential.Credential{}, errIncomplete()
		}
		return credential.Credential{Scheme: credential.Basic, ClientID: id, Secret: secret}, nil
	}
	basic, err := credential.Parse(authorization)
	if err != nil {
		return credential.Credential{}, err
	}
	if Blank(basic.ClientID) || Blank(basic.Secret) || !Blank(id) && id != basic.ClientID {
		return credential.Credential{}, errIncomplete()
	}
	return basic, nil
}

func errIncomplete() error {
	return rpcerr.New(errorsv1.Reason_REASON_CREDENTIAL_INVALID, "the client credentials are not valid")
}
