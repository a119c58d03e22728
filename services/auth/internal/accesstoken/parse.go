package accesstoken

import (
	"crypto"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/ventanilla/ventanilla/services/auth/internal/jws"
)

// MaxSize is the longest token that Parse looks at, in bytes.
const MaxSize = 16 << 10

// ErrInvalid says that a text is no token of ours. It never says why: the reason
// would be an oracle.
var ErrInvalid = errors.New("not an access token of this platform")

// ErrUnknownKey is an ErrInvalid that may be for want of news: the text has the form of a token, and names a key that
// is not among those given. The claims then name the key, and nothing else.
var ErrUnknownKey = fmt.Errorf("%w: unknown key", ErrInvalid)

// Parser reads tokens. It may be used by several goroutines at once.
type Parser struct {
	keys func(keyID string) crypto.PublicKey
}

// NewParser makes a parser that trusts the given keys: keys finds a public key by
// its identifier, nil when there is none.
func NewParser(keys func(keyID string) crypto.PublicKey) *Parser { return &Parser{keys} }

// Parse reads a token in compact form and checks its form and signature. It fails
// with ErrInvalid. Times are checked by callers, at each use.
func (p *Parser) Parse(token string) (Claims, error) {
	// The base64 decoder skips line breaks, which would give a token many spellings.
	if len(token) > MaxSize || strings.ContainsAny(token, "\r\n") {
		return Claims{}, ErrInvalid
	}
	end := max(0, strings.LastIndexByte(token, '.'))
	head, body, _ := strings.Cut(token[:end], ".")
	header, err := jws.Encoding.DecodeString(head)
	if err != nil {
		return Claims{}, ErrInvalid
	}
	payload, err := jws.Encoding.DecodeString(body)
	if err != nil {
		return Claims{}, ErrInvalid
	}
	// Both are to be believed only once the signature is found right.
	read := readPartner
	switch {
	case strings.HasPrefix(string(header), internalStart):
		read = readInternal
	case strings.HasPrefix(string(payload), partyStart):
		read = readParty
	}
	claims, ok := read(payload)
	if !ok {
		return Claims{}, ErrInvalid
	}
	key, err := p.key(string(header), &claims)
	if err != nil {
		return Claims{KeyID: claims.KeyID}, err
	}
	if jws.Verify(token[:end], strings.TrimPrefix(token[end:], "."), key) != nil {
		return Claims{}, ErrInvalid
	}
	return claims, nil
}

func readPartner(text []byte) (Claims, bool) {
	var says partnerPayload
	if err := json.Unmarshal(text, &says); err != nil || says.Audience == "" || says.IssuedAt == 0 || says.Expires == 0 {
		return Claims{}, false
	}
	return Claims{
		ClientID: says.Audience,
		Audience: []string{says.Audience},
		ID:       says.ID,
		IssuedAt: time.Unix(says.IssuedAt, 0),
		Expires:  time.Unix(says.Expires, 0),
		Scopes:   says.Scopes,
	}, true
}

func readInternal(text []byte) (Claims, bool) {
	var says internalPayload
	err := json.Unmarshal(text, &says)
	if err != nil || says.ClientID == "" || says.Subject != says.ClientID || says.IssuedAt == 0 || says.Expires == 0 {
		return Claims{}, false
	}
	return Claims{
		Form:     InternalForm,
		Issuer:   says.Issuer,
		ClientID: says.ClientID,
		Audience: says.Audience,
		ID:       says.ID,
		IssuedAt: time.Unix(says.IssuedAt, 0),
		Expires:  time.Unix(says.Expires, 0),
		Scopes:   strings.Fields(says.Scope),
	}, true
}

// The headers around the algorithm and the token's and the key's identifiers, as Sign writes them.
const (
	partnerStart  = `{"typ":"` + partnerType + `","alg":"`
	internalStart = `{"typ":"` + internalType + `","alg":"`
	headID        = `","jti":"`
	headKey       = `","kid":"`
	headEnd       = `"}`
)

// key finds the key that the header names and notes its identifier in the claims. The header must be what Sign writes
// with that key, to the letter: there is no other algorithm to be talked into, no crit (RFC 7515, 4.1.11) and no key
// of the token's own.
func (p *Parser) key(header string, claims *Claims) (crypto.PublicKey, error) {
	rest, ends := strings.CutSuffix(header, headEnd)
	at := strings.LastIndex(rest, headKey)
	if !ends || at < 0 {
		return nil, ErrInvalid
	}
	start, id := partnerStart, headID+claims.ID
	if claims.Form == InternalForm {
		start, id = internalStart, ""
	}
	algorithm, begins := strings.CutPrefix(rest[:at], start)
	algorithm, names := strings.CutSuffix(algorithm, id)
	if !begins || !names {
		return nil, ErrInvalid
	}
	claims.KeyID = rest[at+len(headKey):]
	key := p.keys(claims.KeyID)
	switch {
	case key == nil:
		return nil, ErrUnknownKey
	case algorithm != jws.Algorithm(key):
		return nil, ErrInvalid
	}
	return key, nil
}
