package identity_test

import (
	"strings"
	"testing"

	"github.com/ventanilla/ventanilla/pkg/keyring"
	"github.com/ventanilla/ventanilla/services/identity"
)

// The "#" of a QR code comes after the validator: one that ends in "#" or "?" makes cards that nobody can read.
func TestValidatorsOfCards(t *testing.T) {
	for address, good := range map[string]bool{
		"https://id.example/c":          true,
		"https://id.example":            true,
		"":                              false,
		"http://id.example/c":           false,
		"https:///c":                    false,
		"https://id.example/c#":         false,
		"https://id.example/c?":         false,
		"https://id.example/c#a":        false,
		"https://id.example/c?a=b":      false,
		"https://me:secret@id.xy/c":     false,
		"https://a-name.so.long.xy/c":   true,
		"https://a-name.too.long.xy/c1": false,
	} {
		config := identity.DefaultConfig()
		config.Store.URL, config.KEK = "sqlite:identity.db", keyring.Config{File: "kek"}
		config.Cards.Validator, config.Cards.StagingValidator = address, "https://id.example/s"
		err := config.Validate()
		if (err == nil) != good || err != nil && (!strings.Contains(err.Error(), "cards.validator") || strings.Contains(err.Error(), "secret")) {
			t.Errorf("%s: %v", address, err)
		}
	}
}
