package accesstoken

import (
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// MaxSize is the longest token that Parse looks at, in bytes.
const MaxSize = 16 << 10

// ErrInvalid says that a text is no token of ours. It never says why: the reason
// would be an oracle.
var ErrInvalid = errors.New("not an access token of this platform")

// Parser reads tokens. It may be used by several goroutines at once.
type Parser struct {
	keys func(keyID string) *rsa.PublicKey
}

// NewParser makes a parser that trusts the given keys: keys finds a public key by
// its identifier, nil when there is none.
func NewParser(keys func(keyID string) *rsa.PublicKey) *Parser { return &Parser{keys} }

// Parse reads a token in compact form and checks its form and signature. It fails
// with ErrInvalid. Times are checked by callers, at each use.
func (p *Parser) Parse(token string) (Claims, error) {
	// The base64 decoder skips line breaks, which would give a token many spellings.
	if len(token) > MaxSize || strings.ContainsAny(token, "\r\n") {
		return Claims{}, ErrInvalid
	}
	end := max(0, strings.LastIndexByte(token, '.'))
	head, body, _ := strings.Cut(token[:end], ".")
	text, err := strictBase64.DecodeString(body)
	if err != nil {
		return Claims{}, ErrInvalid
	}
	var says payload // to be believed only once the signature is found right
	if err := json.Unmarshal(text, &says); err != nil || says.Audience == "" || says.IssuedAt == 0 || says.Expires == 0 {
		return Claims{}, ErrInvalid
	}
	if p.verify(head, says.ID, token[:end], strings.TrimPrefix(token[end:], ".")) != nil {
		return Claims{}, ErrInvalid
	}
	return Claims{
		ClientID: says.Audience,
		ID:       says.ID,
		IssuedAt: time.Unix(says.IssuedAt, 0),
		Expires:  time.Unix(says.Expires, 0),
		Scopes:   says.Scopes,
	}, nil
}

// The header around the token's and the key's identifiers, as Sign writes it.
const (
	headStart  = `{"typ":"` + tokenType + `","alg":"RS256","jti":"`
	headMiddle = `","kid":"`
	headEnd    = `"}`
)

// verify checks the signature with the key that the header names. The header must be what Sign
// writes, to the letter: there is no other algorithm to be talked into, no crit (RFC 7515, 4.1.11)
// and no key of the token's own.
func (p *Parser) verify(head, id, signed, signature string) error {
	text, err := strictBase64.DecodeString(head)
	if err != nil {
		return fmt.Errorf("decoding the header: %w", err)
	}
	rest, begins := strings.CutPrefix(string(text), headStart+id+headMiddle)
	keyID, ends := strings.CutSuffix(rest, headEnd)
	key := p.keys(keyID)
	if !begins || !ends || key == nil {
		return ErrInvalid
	}
	raw, err := strictBase64.DecodeString(signature)
	if err != nil {
		return fmt.Errorf("decoding the signature: %w", err)
	}
	return jwt.SigningMethodRS256.Verify(signed, raw, key)
}

// strictBase64 refuses stray bits in the last character.
var strictBase64 = base64.RawURLEncoding.Strict()
