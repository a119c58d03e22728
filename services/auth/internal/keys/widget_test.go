package keys_test

import (
	"bytes"
	"crypto/x509"
	"errors"
	"testing"

	"github.com/ventanilla/ventanilla/pkg/keyring"
	"github.com/ventanilla/ventanilla/services/auth/internal/store"
)

func TestAWidgetsSecretVerifiesUntilItIsRetired(t *testing.T) {
	v := vault(kek(t, 1))
	source, r := begun(t, v)
	before := source[store.UseWidget]
	first, err := r.Widget(before.KID)
	if err != nil || len(first) != 32 || before.Alg != "HS256" {
		t.Fatalf("%d bytes for %s, %v", len(first), before.Alg, err)
	}
	if key, err := r.Active(store.UseWidget); err != nil {
		t.Error(err)
	} else if secret, err := key.Secret(); err != nil || !bytes.Equal(secret, first) {
		t.Errorf("the active one is another, %v", err)
	}
	next, err := v.New(store.UseWidget)
	if err != nil {
		t.Fatal(err)
	}
	before.State, next.State = store.KeyOld, store.KeyActive
	for name, ring := range map[string]interface {
		Update([]store.SigningKey, bool)
		Widget(string) ([]byte, error)
	}{"one that was there": r, "one that comes later": ring(v)} {
		ring.Update([]store.SigningKey{before, next}, false)
		if secret, err := ring.Widget(before.KID); err != nil || !bytes.Equal(secret, first) {
			t.Errorf("%s: the old one is not good, %v", name, err)
		}
		if secret, err := ring.Widget(next.KID); err != nil || secret == nil || bytes.Equal(secret, first) {
			t.Errorf("%s: the new one is not good, %v", name, err)
		}
		retired := before
		retired.State, retired.SealedPrivate = store.KeyRetired, nil
		ring.Update([]store.SigningKey{retired}, false)
		if secret, err := ring.Widget(before.KID); secret != nil || err != nil {
			t.Errorf("%s: a retired one is good, %v", name, err)
		}
	}
	for _, id := range []string{"nobody", source[store.UseLog].KID, source[store.UseAccessEdDSA].KID} {
		if secret, err := r.Widget(id); secret != nil || err != nil {
			t.Errorf("%s is a widget's, %v", id, err)
		}
	}
	if key, err := r.Active(store.UseLog); err != nil {
		t.Error(err)
	} else if secret, err := key.Secret(); err == nil {
		t.Errorf("the log's key gives a secret of %d bytes away", len(secret))
	}
}

// A secret that cannot be opened may verify on another replica.
func TestAWidgetsSecretThatCannotBeOpened(t *testing.T) {
	source, _ := begun(t, vault(kek(t, 1)))
	r := ring(vault(kek(t, 2)))
	r.Update(source.list(), true)
	if secret, err := r.Widget(source[store.UseWidget].KID); secret != nil || !errors.Is(err, keyring.ErrWrongKey) {
		t.Errorf("%d bytes, %v", len(secret), err)
	}
}

// A release that does not know the use reads its keys like any other.
func TestAWidgetsKeyLooksLikeTheOthers(t *testing.T) {
	source, _ := begun(t, vault(kek(t, 1)))
	if _, err := x509.ParsePKIXPublicKey(source[store.UseWidget].Public); err != nil {
		t.Error(err)
	}
}
