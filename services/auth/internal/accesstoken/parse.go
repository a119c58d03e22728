package accesstoken

import (
	"crypto/rsa"
	"errors"
	"strings"

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

// Parser reads tokens. It may be used by several goroutines at once.
type Parser struct {
	jwt  *jwt.Parser
	keys func(keyID string) *rsa.PublicKey
}

// NewParser makes a parser that trusts the given keys: keys finds a public key by
// its identifier, nil when there is none.
func NewParser(keys func(keyID string) *rsa.PublicKey) *Parser {
	return &Parser{
		jwt: jwt.NewParser(
			jwt.WithValidMethods([]string{jwt.SigningMethodRS256.Alg()}),
			jwt.WithStrictDecoding(),      // base64 without stray bits
			jwt.WithoutClaimsValidation(), // times are checked by callers, at each use
		),
		keys: keys,
	}
}

// Parse reads a token in compact form and checks its form and signature. It fails
// with ErrInvalid.
func (p *Parser) Parse(token string) (Claims, error) {
	// The decoder skips line breaks, which would give a token many spellings.
	if len(token) > MaxSize || strings.ContainsAny(token, "\r\n") {
		return Claims{}, ErrInvalid
	}
	var body signed
	parsed, err := p.jwt.ParseWithClaims(token, &body, p.key)
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

// key picks the key by the header, which must have the members that Sign writes and
// no others: least of all crit (RFC 7515, 4.1.11) or a key of its own.
func (p *Parser) key(t *jwt.Token) (any, error) {
	if len(t.Header) != 4 || t.Header["typ"] != tokenType {
		return nil, ErrInvalid
	}
	id, _ := t.Header["kid"].(string)
	if key := p.keys(id); key != nil {
		return key, nil
	}
	return nil, ErrInvalid
}
