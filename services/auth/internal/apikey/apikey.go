package apikey

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"encoding/base64"
	"strings"
)

const (
	prefix = "vtk_"
	// idSize and secretSize count characters.
	idSize, secretSize = 16, 43
)

// alphabet is that of identifiers.
const alphabet = "abcdefghijklmnopqrstuvwxyz234567"

// New makes a key: its text, its identifier, and the hash that is stored of its secret. A fast hash will do: nobody
// can try out 256 bits.
func New() (text, id string, hash []byte) {
	var raw [10 + 32]byte
	rand.Read(raw[:]) // never fails: crypto/rand ends the process instead
	id = base32.NewEncoding(alphabet).WithPadding(base32.NoPadding).EncodeToString(raw[:10])
	secret := base64.RawURLEncoding.EncodeToString(raw[10:])
	return prefix + id + "_" + secret, id, digest(secret)
}

// Parse reads the identifier of a key, and hashes its secret. ok is false for what has not the form of a key.
func Parse(text string) (id string, hash []byte, ok bool) {
	rest, ok := strings.CutPrefix(text, prefix)
	if !ok || len(rest) != idSize+1+secretSize || rest[idSize] != '_' {
		return "", nil, false
	}
	id, secret := rest[:idSize], rest[idSize+1:]
	// The decoder of base32 takes a byte 0xff for padding, and that of base64 skips line breaks.
	if strings.Trim(id, alphabet) != "" || strings.ContainsAny(secret, "\r\n") {
		return "", nil, false
	}
	if _, err := base64.RawURLEncoding.Strict().DecodeString(secret); err != nil {
		return "", nil, false
	}
	return id, digest(secret), true
}

func digest(secret string) []byte {
	sum := sha256.Sum256([]byte(secret))
	return sum[:]
}
