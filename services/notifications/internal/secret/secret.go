// Package secret makes and keeps the secrets that callbacks and webhooks are signed with (Standard Webhooks, "whsec_…").
package secret

import (
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"strconv"

	"github.com/ventanilla/ventanilla/pkg/keyring"
)

const (
	prefix = "whsec_"
	size   = 32
)

// New makes one.
func New() string {
	key := make([]byte, size)
	rand.Read(key) // it never fails
	return prefix + base64.StdEncoding.EncodeToString(key)
}

// OfProvider is the place of a provider's. A secret is bound to its place: none passes for another.
func OfProvider(providerID int64) string { return "provider/" + strconv.FormatInt(providerID, 10) }

// Seal makes what is stored at a place.
func Seal(kek *keyring.KEK, place, secret string) []byte { return kek.Seal([]byte(secret), aad(place)) }

// Open reads what is stored at a place. It fails with keyring.ErrWrongKey or keyring.ErrCorrupt.
func Open(kek *keyring.KEK, place string, sealed []byte) (string, error) {
	secret, err := kek.Open(sealed, aad(place))
	if err != nil {
		return "", fmt.Errorf("opening the secret of %s: %w", place, err)
	}
	return string(secret), nil
}

// Reseal is keyring.KEK.Reseal for what is stored at a place.
func Reseal(kek *keyring.KEK, place string, sealed []byte) (resealed []byte, changed bool, err error) {
	resealed, changed, err = kek.Reseal(sealed, aad(place))
	if err != nil {
		return nil, false, fmt.Errorf("sealing the secret of %s anew: %w", place, err)
	}
	return resealed, changed, nil
}

func aad(place string) []byte { return []byte("callback secret/" + place) }
