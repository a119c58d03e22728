package accesstoken

import (
	"crypto/rsa"
	"errors"
	"fmt"

	"github.com/golang-jwt/jwt/v5"
)

// MaxSize is the longest token that Parse looks at, in bytes.
const MaxSize = 16 << 10

// ErrInvalid says that a text is no token of ours. It never says why: the reason
// would be an oracle.
var ErrInvalid = errors.New("not an access token of this platform")

// signed is the payload as the JWT library reads it.
type signed struct {
	jwt.RegisteredClaims
	Scopes []string `json:"scopes"`
}

// parser is strict: base64 without stray bits, one algorithm. Times are for the
// callers of Parse, who check them each time a token is used.
var parser = jwt.NewParser(
	jwt.WithValidMethods([]string{jwt.SigningMethodRS256.Alg()}),
	jwt.WithStrictDecoding(),
	jwt.WithoutClaimsValidation(),
)

// Parse reads a token in compact form and checks its form and signature. keys
// finds a public key by its identifier, nil when there is none.
func Parse(token string, keys func(keyID string) *rsa.PublicKey) (Claims, error) {
	if len(token) > MaxSize {
		return Claims{}, ErrInvalid
	}
	var body signed
	parsed, err := parser.ParseWithClaims(token, &body, func(t *jwt.Token) (any, error) {
		return keyOf(t, keys)
	})
	if err != nil {
		return Claims{}, ErrInvalid
	}
	if len(body.Audience) != 1 || parsed.Header["jti"] != body.ID || body.IssuedAt == nil || body.ExpiresAt == nil {
		return Claims{}, ErrInvalid
	}
	return Claims{
		ClientID: body.Audience[0],
		ID:       body.ID,
		IssuedAt: body.IssuedAt.Time,
		Expires:  body.ExpiresAt.Time,
		Scopes:   body.Scopes,
	}, nil
}

// keyOf picks the key by the header, which must have the members that Sign writes
// and no others: least of all crit (RFC 7515, 4.1.11) or a key of its own.
func keyOf(t *jwt.Token, keys func(string) *rsa.PublicKey) (*rsa.PublicKey, error) {
	if len(t.Header) != 4 || t.Header["typ"] != tokenType {
		return nil, fmt.Errorf("header: %w", ErrInvalid)
	}
	id, _ := t.Header["kid"].(string)
	if key := keys(id); key != nil {
		return key, nil
	}
	return nil, fmt.Errorf("key: %w", ErrInvalid)
}
