package demo

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"fmt"

	"github.com/go-jose/go-jose/v4"
)

// newES256 makes a key for ES256.
func newES256() (*jose.JSONWebKey, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("making a P-256 key: %w", err)
	}
	return named(key, jose.ES256)
}

// newEdDSA makes a key for EdDSA.
func newEdDSA() (*jose.JSONWebKey, error) {
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("making an Ed25519 key: %w", err)
	}
	return named(key, jose.EdDSA)
}

// named gives a key its thumbprint (RFC 7638) for an identifier.
func named(private crypto.PrivateKey, algorithm jose.SignatureAlgorithm) (*jose.JSONWebKey, error) {
	key := &jose.JSONWebKey{Key: private, Algorithm: string(algorithm), Use: "sig"}
	thumbprint, err := key.Thumbprint(crypto.SHA256)
	if err != nil {
		return nil, fmt.Errorf("naming a key: %w", err)
	}
	key.KeyID = base64.RawURLEncoding.EncodeToString(thumbprint)
	return key, nil
}

// publicKeys is the key set with the public half of a key, as clients register it.
func publicKeys(key *jose.JSONWebKey) (string, error) {
	text, err := json.Marshal(jose.JSONWebKeySet{Keys: []jose.JSONWebKey{key.Public()}})
	if err != nil {
		return "", fmt.Errorf("writing a public key: %w", err)
	}
	return string(text), nil
}
