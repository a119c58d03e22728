package secret_test

import (
	"bytes"
	"encoding/base64"
	"errors"
	"strings"
	"testing"

	"github.com/ventanilla/ventanilla/pkg/keyring"
	"github.com/ventanilla/ventanilla/services/notifications/internal/secret"
)

func TestSecretsAreBoundToTheirPlace(t *testing.T) {
	kek, err := keyring.New(make([]byte, 32))
	if err != nil {
		t.Fatal(err)
	}
	first, second := secret.New(), secret.New()
	key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(first, "whsec_"))
	if err != nil || len(key) != 32 || first == second {
		t.Fatalf("two secrets have %d bytes, %v", len(key), err)
	}
	sealed := secret.Seal(kek, secret.OfProvider(7), first)
	if bytes.Contains(sealed, key) || bytes.Contains(sealed, []byte(first)) {
		t.Error("the sealed secret is in the clear")
	}
	if opened, err := secret.Open(kek, secret.OfProvider(7), sealed); err != nil || opened != first {
		t.Errorf("opened as %v", err)
	}
	if _, err := secret.Open(kek, secret.OfProvider(70), sealed); !errors.Is(err, keyring.ErrCorrupt) {
		t.Errorf("in another place it opens with %v", err)
	}
}
