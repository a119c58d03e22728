// Package oauth holds what the OAuth endpoints of all families share: the error
// codes of their common form, the ways in which clients authenticate, and
// introspection but for the names of its members.
package oauth

import (
	"strings"

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

// ClientCredentials is the one grant type that is served (RFC 6749, 4.4).
const ClientCredentials = "client_credentials"

// TokenPath is the platform's own token endpoint.
const TokenPath = "/oauth2/token"

// Blank tells whether a parameter counts as missing.
func Blank(value string) bool { return strings.TrimSpace(value) == "" }

// Require fails with FIELD_MISSING for a blank parameter.
func Require(name, value string) error {
	if Blank(value) {
		return rpcerr.New(errorsv1.Reason_REASON_FIELD_MISSING, "a parameter is missing", rpcerr.Field(name, "is required"))
	}
	return nil
}
