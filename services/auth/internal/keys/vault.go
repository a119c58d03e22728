package keys

import (
	"crypto"
	"crypto/x509"
	"encoding/base64"
	"fmt"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/ventanilla/ventanilla/pkg/keyring"
	"github.com/ventanilla/ventanilla/services/auth/internal/store"
)

// Vault makes, seals and opens private keys.
type Vault struct {
	kek *keyring.KEK
	now func() time.Time
}

// NewVault makes one that seals under kek.
func NewVault(kek *keyring.KEK, now func() time.Time) *Vault { return &Vault{kek, now} }

// New makes a key for a use, sealed as the store keeps it.
func (v *Vault) New(use store.Use) (store.SigningKey, error) {
	private, public, err := v.generate(use)
	if err != nil {
		return store.SigningKey{}, fmt.Errorf("making a key for %s: %w", use, err)
	}
	jwk := jose.JSONWebKey{Key: private.Public()}
	thumbprint, err := jwk.Thumbprint(crypto.SHA256)
	if err != nil {
		return store.SigningKey{}, fmt.Errorf("naming a key for %s: %w", use, err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		return store.SigningKey{}, fmt.Errorf("encoding a key for %s: %w", use, err)
	}
	id := base64.RawURLEncoding.EncodeToString(thumbprint)
	return store.SigningKey{
		KID: id, Use: use, Alg: algorithm(use, private.Public()), SealedPrivate: v.kek.Seal(der, place(use, id)), Public: public,
	}, nil
}

// Reseal seals a stored key under the present key-encryption key; changed is false when it is so already.
func (v *Vault) Reseal(k store.SigningKey) (sealed []byte, changed bool, err error) {
	sealed, changed, err = v.kek.Reseal(k.SealedPrivate, place(k.Use, k.KID))
	if err != nil {
		return nil, false, fmt.Errorf("sealing the key %s of %s anew: %w", k.KID, k.Use, err)
	}
	return sealed, changed, nil
}

// Opens fails when a stored key cannot be opened here, with keyring.ErrWrongKey when it is sealed under another
// key-encryption key.
func (v *Vault) Opens(k store.SigningKey) error {
	_, err := v.open(k)
	return err
}

// open returns the private key of a stored one.
func (v *Vault) open(k store.SigningKey) (crypto.Signer, error) {
	der, err := v.kek.Open(k.SealedPrivate, place(k.Use, k.KID))
	if err != nil {
		return nil, fmt.Errorf("opening the key %s of %s: %w", k.KID, k.Use, err)
	}
	parsed, err := x509.ParsePKCS8PrivateKey(der)
	if err != nil {
		return nil, fmt.Errorf("parsing the key %s of %s: %w", k.KID, k.Use, err)
	}
	private, ok := parsed.(crypto.Signer)
	if !ok {
		return nil, fmt.Errorf("the key %s of %s is a %T, which cannot sign", k.KID, k.Use, parsed)
	}
	return private, nil
}

// place ties a sealed key to its row, so that none passes for another.
func place(use store.Use, id string) []byte { return []byte(string(use) + "/" + id) }
