package widgettoken

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/ventanilla/ventanilla/services/auth/internal/jws"
)

// MaxSize is the longest token that Parse looks at, in bytes.
const MaxSize = 4 << 10

// model is the hash that the document's tokens have as prv: it names the class of the subjects.
const model = "23bd5c8949f600adb39e701c400872db7a5976f7"

// ErrInvalid says that a text is no token of the client's. It never says why: the reason would be an oracle.
var ErrInvalid = errors.New("not a widget token of the client")

// ErrUnknownKey is an ErrInvalid that may be for want of news: the token names a key that was not found.
var ErrUnknownKey = fmt.Errorf("%w: unknown key", ErrInvalid)

// The members are in the document's order; kid is ours.
type (
	header struct {
		Type      string `json:"typ"`
		Algorithm string `json:"alg"`
		KeyID     string `json:"kid"`
	}
	payload struct {
		Issuer    string `json:"iss"`
		IssuedAt  int64  `json:"iat"`
		Expires   int64  `json:"exp"`
		NotBefore int64  `json:"nbf"`
		ID        string `json:"jti"`
		Subject   int64  `json:"sub"`
		Model     string `json:"prv"`
	}
)

// The header as Sign writes it, around the key's identifier.
const (
	headStart = `{"typ":"JWT","alg":"HS256","kid":"`
	headEnd   = `"}`
)

// Sign writes a token in compact form with a client's key.
func Sign(claims Claims, key []byte) (string, error) {
	text, err := jws.Input(header{"JWT", jwt.SigningMethodHS256.Alg(), claims.KeyID}, payload{
		Issuer:    claims.Issuer,
		IssuedAt:  claims.IssuedAt.Unix(),
		Expires:   claims.Expires.Unix(),
		NotBefore: claims.IssuedAt.Unix(),
		ID:        claims.ID,
		Subject:   claims.Citizen,
		Model:     model,
	})
	if err != nil {
		return "", fmt.Errorf("writing a widget token: %w", err)
	}
	signature, err := jwt.SigningMethodHS256.Sign(text, key)
	if err != nil {
		return "", fmt.Errorf("signing a widget token: %w", err)
	}
	return text + "." + jws.Encoding.EncodeToString(signature), nil
}

// Parse reads a token and checks its form and signature: key finds the client's key by the identifier of the one that it is derived
// from, nil when there is none. It fails with ErrInvalid, and as key does. The claims name the key whenever key was asked. Times are
// checked by callers.
func Parse(token string, key func(keyID string) ([]byte, error)) (Claims, error) {
	// The base64 decoder skips line breaks, which would give a token many spellings.
	if len(token) > MaxSize || strings.ContainsAny(token, "\r\n") {
		return Claims{}, ErrInvalid
	}
	end := max(0, strings.LastIndexByte(token, '.'))
	head, body, _ := strings.Cut(token[:end], ".")
	signature, err := jws.Encoding.DecodeString(strings.TrimPrefix(token[end:], "."))
	if err != nil {
		return Claims{}, ErrInvalid
	}
	keyID, ok := readHeader(head)
	if !ok {
		return Claims{}, ErrInvalid
	}
	secret, err := key(keyID)
	switch {
	case err != nil:
		return Claims{KeyID: keyID}, err
	case secret == nil:
		return Claims{KeyID: keyID}, ErrUnknownKey
	case jwt.SigningMethodHS256.Verify(token[:end], signature, secret) != nil:
		return Claims{KeyID: keyID}, ErrInvalid
	}
	claims, ok := readPayload(body)
	if !ok {
		return Claims{KeyID: keyID}, ErrInvalid
	}
	claims.KeyID = keyID
	return claims, nil
}

// readHeader finds the key's identifier in a header that is, to the letter, what Sign writes: there is no other algorithm to be
// talked into.
func readHeader(text string) (keyID string, ok bool) {
	raw, err := jws.Encoding.DecodeString(text)
	if err != nil {
		return "", false
	}
	keyID, begins := strings.CutPrefix(string(raw), headStart)
	keyID, ends := strings.CutSuffix(keyID, headEnd)
	return keyID, begins && ends
}

func readPayload(text string) (Claims, bool) {
	raw, err := jws.Encoding.DecodeString(text)
	if err != nil {
		return Claims{}, false
	}
	var says payload
	if err := json.Unmarshal(raw, &says); err != nil || says.IssuedAt == 0 || says.Expires == 0 || says.Subject <= 0 || says.Model != model {
		return Claims{}, false
	}
	return Claims{
		Issuer:   says.Issuer,
		ID:       says.ID,
		Citizen:  says.Subject,
		IssuedAt: time.Unix(says.IssuedAt, 0),
		Expires:  time.Unix(says.Expires, 0),
	}, true
}
