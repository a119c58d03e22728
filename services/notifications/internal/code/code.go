// Package code makes the texts of tickets and coupons, and reads them: 22 characters that name one and 22 that sign the name, all of
// [A-Za-z0-9_-].
package code

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
)

const (
	// size is of the name and of the signature, in bytes. Neither can be guessed.
	size = 16
	// length is what size has as text.
	length = 22
)

// Issuer makes codes and knows its own.
type Issuer struct {
	// Key is that of all replicas; see package signing.
	Key []byte
}

// Issue returns a new code, and the part of it that names it.
func (i Issuer) Issue() (id, code string) {
	name := make([]byte, size)
	rand.Read(name) // never fails: crypto/rand ends the process instead
	id = base64.RawURLEncoding.EncodeToString(name)
	return id, i.Code(id)
}

// Code is the code of an id.
func (i Issuer) Code(id string) string { return id + i.signature(id) }

// Parse returns the part of a code that names it; ok is false for what this issuer did not make. How long it takes does not tell why.
func (i Issuer) Parse(code string) (id string, ok bool) {
	if len(code) != 2*length {
		return "", false
	}
	id = code[:length]
	if !hmac.Equal([]byte(i.signature(id)), []byte(code[length:])) {
		return "", false
	}
	return id, true
}

func (i Issuer) signature(id string) string {
	mac := hmac.New(sha256.New, i.Key)
	mac.Write([]byte(id))
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil)[:size])
}
