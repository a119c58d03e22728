// Package jws signs and verifies compact JWS (RFC 7515) with keys that each have one algorithm: RS256, ES256 or EdDSA.
// The key decides which; nothing that a text says of itself does.
package jws

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/golang-jwt/jwt/v5"
)

// Key is a private key under the identifier of its public half.
type Key struct {
	ID     string
	Signer crypto.Signer
}

// errKey says that a key is for none of the algorithms.
var errKey = errors.New("the key is neither RSA, nor on P-256, nor Ed25519")

// Encoding is base64url as JWS has it. It refuses stray bits in the last character.
var Encoding = base64.RawURLEncoding.Strict()

// Algorithm names what a key signs with (RFC 7518, 3.1; RFC 8037, 3.1); empty when it is for nothing here.
func Algorithm(public crypto.PublicKey) string {
	if method := method(public); method != nil {
		return method.Alg()
	}
	return ""
}

func method(public crypto.PublicKey) jwt.SigningMethod {
	switch key := public.(type) {
	case *rsa.PublicKey:
		return jwt.SigningMethodRS256
	case *ecdsa.PublicKey:
		if key.Curve == elliptic.P256() {
			return jwt.SigningMethodES256
		}
	case ed25519.PublicKey:
		return jwt.SigningMethodEdDSA
	}
	return nil
}

// Sign writes the compact form. The header must name the key's algorithm; see Algorithm.
func Sign(header, payload any, key crypto.Signer) (string, error) {
	how := method(key.Public())
	if how == nil {
		return "", errKey
	}
	text, err := Input(header, payload)
	if err != nil {
		return "", err
	}
	signature, err := how.Sign(text, key)
	if err != nil {
		return "", fmt.Errorf("signing: %w", err)
	}
	return text + "." + Encoding.EncodeToString(signature), nil
}

// Input is what is signed (RFC 7515, 2): the first two parts of the compact form.
func Input(header, payload any) (string, error) {
	head, err := segment(header)
	if err != nil {
		return "", err
	}
	body, err := segment(payload)
	if err != nil {
		return "", err
	}
	return head + "." + body, nil
}

// Verify checks the signature, in base64url, over a header and payload in compact form.
func Verify(signed, signature string, public crypto.PublicKey) error {
	how := method(public)
	if how == nil {
		return errKey
	}
	raw, err := Encoding.DecodeString(signature)
	if err != nil {
		return fmt.Errorf("decoding the signature: %w", err)
	}
	return how.Verify(signed, raw, public)
}

func segment(v any) (string, error) {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false) // "<", ">" and "&" may stand in a scope
	if err := encoder.Encode(v); err != nil {
		return "", fmt.Errorf("encoding: %w", err)
	}
	return Encoding.EncodeToString(bytes.TrimSuffix(text.Bytes(), []byte("\n"))), nil
}
