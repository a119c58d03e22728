// Package opaquejwt makes tokens that look like JWTs and are known by the SHA-256 of their text alone (ADR 0025). Their signature is made
// with a key that is forgotten at once, so that nobody can verify them by an algorithm, nor make others.
package opaquejwt

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/go-jose/go-jose/v4"
)

// MaxSize is the longest token, in bytes.
const MaxSize = 4 << 10

// head is the header of every token, {"alg":"HS256","typ":"JWT"}, and the point after it.
const head = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9."

// Sign makes a token of claims, whose JSON has the members in the order of their struct, and what is stored of it. The 256 random bits of the key
// are in the signature, so that a fast hash will do.
func Sign(claims any) (text string, hash [sha256.Size]byte, err error) {
	var key [sha256.Size]byte
	rand.Read(key[:]) // never fails: crypto/rand ends the process instead
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.HS256, Key: key[:]}, (&jose.SignerOptions{}).WithType("JWT"))
	if err != nil {
		return "", hash, fmt.Errorf("signing a token: %w", err)
	}
	var payload bytes.Buffer
	encoder := json.NewEncoder(&payload)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(claims); err != nil {
		return "", hash, fmt.Errorf("writing a token's claims: %w", err)
	}
	signed, err := signer.Sign(bytes.TrimSuffix(payload.Bytes(), []byte("\n")))
	if err != nil {
		return "", hash, fmt.Errorf("signing a token: %w", err)
	}
	if text, err = signed.CompactSerialize(); err != nil {
		return "", hash, fmt.Errorf("writing a token: %w", err)
	}
	if len(text) > MaxSize {
		return "", hash, fmt.Errorf("the token is longer than %d bytes", MaxSize)
	}
	return text, sha256.Sum256([]byte(text)), nil
}

// Hash is what is stored of a token that a caller presents. ok is false for a text that Sign cannot have made.
func Hash(text string) (hash [sha256.Size]byte, ok bool) {
	if len(text) > MaxSize || !strings.HasPrefix(text, head) || strings.Count(text, ".") != 2 {
		return hash, false
	}
	return sha256.Sum256([]byte(text)), true
}
