package credential

import (
	"encoding/base64"
	"net/url"
	"strings"
	"unicode/utf8"

	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
)

// maxHeader bounds the Authorization header, in bytes.
const maxHeader = 16<<10 + 16

// Scheme is how a credential was presented (RFC 9110, 11.1).
type Scheme int

const (
	// None is no credential.
	None Scheme = iota
	// Bearer is an access token (RFC 6750).
	Bearer
	// Basic is a client's identifier and secret (RFC 7617, RFC 6749 section 2.3.1).
	Basic
	// Other is a scheme that is none of these.
	Other
	// Assertion is a client's signed assertion, which comes as a parameter (RFC 7523, 2.2).
	Assertion
	// APIKey is a developer's API key, wherever the family's document puts it.
	APIKey
	// widget is a widget's key and token, with the page's origin (ExchangeWidget).
	widget
)

// Credential is what a caller presented. It must not be logged.
type Credential struct {
	// Scheme tells which of the others are set.
	Scheme Scheme
	// Token is the access token, for Bearer, or the API key.
	Token string
	// ClientID and Secret are set for Basic. The secret may be empty. With an Assertion or an API key, ClientID is the
	// client that the caller says it is, or empty.
	ClientID, Secret string
	// Assertion is the JWT in compact form.
	Assertion string
	// Audiences are what an Assertion's aud may name.
	Audiences []string
}

// SchemeOf is the scheme that the values of the Authorization header name, whether or not the rest is well-formed.
func SchemeOf(values []string) Scheme {
	if len(values) == 0 {
		return None
	}
	name, _, _ := strings.Cut(values[0], " ")
	switch {
	case strings.EqualFold(name, "Bearer"):
		return Bearer
	case strings.EqualFold(name, "Basic"):
		return Basic
	}
	return Other
}

// Parse reads the values of the Authorization header. It fails with
// CREDENTIAL_MISSING when there are none, and with CREDENTIAL_INVALID when there
// is more than one or it is not exactly of a known scheme's form.
func Parse(values []string) (Credential, error) {
	if len(values) == 0 {
		return Credential{}, rpcerr.New(errorsv1.Reason_REASON_CREDENTIAL_MISSING, "there is no credential")
	}
	if len(values) == 1 && len(values[0]) <= maxHeader {
		_, rest, _ := strings.Cut(values[0], " ")
		rest = strings.TrimLeft(rest, " ")
		switch SchemeOf(values) {
		case Bearer:
			if isToken68(rest) {
				return Credential{Scheme: Bearer, Token: rest}, nil
			}
		case Basic:
			if id, secret, ok := parseBasic(rest); ok {
				return Credential{Scheme: Basic, ClientID: id, Secret: secret}, nil
			}
		}
	}
	return Credential{}, errInvalid()
}

func errInvalid() error {
	return rpcerr.New(errorsv1.Reason_REASON_CREDENTIAL_INVALID, "the credential is not valid")
}

// token68 has the characters of a token.
var token68 = func() (set [256]bool) {
	for _, c := range []byte("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~+/") {
		set[c] = true
	}
	return set
}()

// isToken68 tells whether s has the form of a token (RFC 9110, 11.2).
func isToken68(s string) bool {
	s = strings.TrimRight(s, "=")
	if s == "" {
		return false
	}
	for i := range len(s) {
		if !token68[s[i]] {
			return false
		}
	}
	return true
}

// parseBasic decodes identifier and secret, each of which is form-encoded inside (RFC 6749, 2.3.1).
func parseBasic(s string) (id, secret string, ok bool) {
	decoded, err := base64.StdEncoding.Strict().DecodeString(s)
	if err != nil || !isToken68(s) { // the library skips line breaks
		return "", "", false
	}
	id, secret, ok = strings.Cut(string(decoded), ":")
	if !ok {
		return "", "", false
	}
	if id, err = url.QueryUnescape(id); err != nil || id == "" || !isText(id) {
		return "", "", false
	}
	if secret, err = url.QueryUnescape(secret); err != nil || !isText(secret) {
		return "", "", false
	}
	return id, secret, true
}

// isText tells whether s is UTF-8 without control characters.
func isText(s string) bool {
	return utf8.ValidString(s) && !strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r == 0x7f })
}
