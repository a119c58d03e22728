package card

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
)

// signatureLength is how many characters a signature has.
const signatureLength = 86

// encoding refuses stray bits in the last character, so that a signature has one spelling.
var encoding = base64.RawURLEncoding.Strict()

// Sign signs the text of a card.
func Sign(text string, key ed25519.PrivateKey) string {
	return encoding.EncodeToString(ed25519.Sign(key, signed(text)))
}

// Verify tells whether a key made a signature of a text.
//
// crypto/ed25519 refuses an S that is not below the group's order, and it compares R with the encoding that it computes itself, which
// is the canonical one: a signature has no second form. It takes a public key in a form that is not canonical, and one of small
// order, under which anyone can sign. So key must be one that this service made: no key is ever taken from outside.
func Verify(text, signature string, key ed25519.PublicKey) bool {
	raw, ok := decode(signature)
	return ok && len(key) == ed25519.PublicKeySize && ed25519.Verify(key, signed(text), raw)
}

// ValidSignatureForm tells whether a text can be a signature: 64 bytes in base64url without padding, in their one spelling.
func ValidSignatureForm(signature string) bool {
	_, ok := decode(signature)
	return ok
}

func decode(signature string) ([]byte, bool) {
	if len(signature) != signatureLength {
		return nil, false
	}
	raw, err := encoding.DecodeString(signature)
	return raw, err == nil && len(raw) == ed25519.SignatureSize // line breaks, which base64 skips, make it shorter
}

// signed is what Ed25519 signs: the SHA-256 of the text in lower-case hex digits.
func signed(text string) []byte {
	sum := sha256.Sum256([]byte(text))
	return hex.AppendEncode(nil, sum[:])
}
