package authn

import (
	"errors"
	"strings"
)

// errNoCredential says that there is nothing to check, errMalformed that it cannot be a token.
var (
	errNoCredential = errors.New("no credential")
	errMalformed    = errors.New("malformed credential")
)

const bearerScheme = "Bearer "

// bearer takes the token from the values of the metadata key "authorization": exactly one value of
// the scheme Bearer (RFC 6750, 2.1) with a token in JWS compact form.
func bearer(values []string) (string, error) {
	if len(values) == 0 {
		return "", errNoCredential
	}
	value := values[0]
	if len(values) > 1 || len(value) <= len(bearerScheme) || !strings.EqualFold(value[:len(bearerScheme)], bearerScheme) {
		return "", errMalformed
	}
	token := value[len(bearerScheme):]
	if !compact(token) {
		return "", errMalformed
	}
	return token, nil
}

// compact tells whether token consists of base64url characters and dots only. Go's decoder skips line
// breaks, so that without this a token would have many spellings.
func compact(token string) bool {
	if token == "" || len(token) > maxTokenLength {
		return false
	}
	for i := range len(token) {
		c := token[i]
		ok := 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '-' || c == '_' || c == '.'
		if !ok {
			return false
		}
	}
	return true
}
