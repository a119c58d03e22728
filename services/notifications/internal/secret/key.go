package secret

import (
	"encoding/base64"
	"errors"
	"fmt"
	"strings"

	"github.com/ventanilla/ventanilla/pkg/keyring"
)

// OfAddress is the place of a webhook address's.
func OfAddress(addressID string) string { return "address/" + addressID }

// OpenKey is Open for who signs: it returns the key that the secret is the text of.
func OpenKey(kek *keyring.KEK, place string, sealed []byte) ([]byte, error) {
	text, err := Open(kek, place, sealed)
	if err != nil {
		return nil, err
	}
	key, err := Key(text)
	if err != nil {
		return nil, fmt.Errorf("reading the secret of %s: %w", place, err)
	}
	return key, nil
}

// Key is what a secret is the text of.
func Key(secret string) ([]byte, error) {
	key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(secret, prefix))
	if err != nil {
		return nil, errors.New("it is not base64") // and is not repeated
	}
	return key, nil
}
