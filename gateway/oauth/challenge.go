package oauth

import (
	"net/http"

	"github.com/ventanilla/ventanilla/gateway/credential"
)

// Challenge says on a refusal of the client how it may authenticate (RFC 9110, 15.5.2), in the scheme that it tried.
// Where access tokens are taken, a bad one has an error code of its own (RFC 6750, 3.1). It returns the code.
func Challenge(h http.Header, r *http.Request, takesTokens bool) string {
	const basic, bearer = `Basic realm="ventanilla"`, `Bearer realm="ventanilla"`
	scheme := credential.SchemeOf(r.Header["Authorization"])
	switch {
	case scheme == credential.Bearer && takesTokens:
		h["WWW-Authenticate"] = []string{bearer + `, error="invalid_token"`}
		return InvalidToken
	case scheme == credential.Bearer:
		h["WWW-Authenticate"] = []string{bearer}
	case scheme != credential.Basic && takesTokens:
		h["WWW-Authenticate"] = []string{bearer, basic}
	default:
		h["WWW-Authenticate"] = []string{basic}
	}
	return InvalidClient
}
