package keys

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"fmt"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/ventanilla/ventanilla/pkg/keyring"
	"github.com/ventanilla/ventanilla/pkg/pki"
	"github.com/ventanilla/ventanilla/services/auth/internal/store"
)

const (
	rsaBits = 2048
	// authorityLife is how long operators' certificates can be signed.
	authorityLife = 20 * 365 * 24 * time.Hour
)

// vault keeps private keys in the store, sealed.
type vault struct {
	store Store
	kek   *keyring.KEK
	now   func() time.Time
}

// key returns the key of a use (PKCS #8) with its public half as create gave it.
func (v vault) key(ctx context.Context, use store.Use, create func() (private crypto.Signer, public []byte, err error)) (
	id string, private crypto.Signer, public []byte, err error,
) {
	stored, err := v.store.EnsureKey(ctx, use, func() (store.SigningKey, error) { return v.seal(use, create) })
	if err != nil {
		return "", nil, nil, fmt.Errorf("reading the key %s: %w", use, err)
	}
	der, err := v.kek.Open(stored.SealedPrivate, place(use, stored.KID))
	if err != nil {
		return "", nil, nil, fmt.Errorf("opening the key %s: %w", use, err)
	}
	parsed, err := x509.ParsePKCS8PrivateKey(der)
	if err != nil {
		return "", nil, nil, fmt.Errorf("parsing the key %s: %w", use, err)
	}
	private, ok := parsed.(crypto.Signer)
	if !ok {
		return "", nil, nil, fmt.Errorf("the key %s is a %T, which cannot sign", use, parsed)
	}
	return stored.KID, private, stored.Public, nil
}

func (v vault) seal(use store.Use, create func() (crypto.Signer, []byte, error)) (store.SigningKey, error) {
	private, public, err := create()
	if err != nil {
		return store.SigningKey{}, fmt.Errorf("making the key %s: %w", use, err)
	}
	jwk := jose.JSONWebKey{Key: private.Public()}
	thumbprint, err := jwk.Thumbprint(crypto.SHA256)
	if err != nil {
		return store.SigningKey{}, fmt.Errorf("naming the key %s: %w", use, err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		return store.SigningKey{}, fmt.Errorf("encoding the key %s: %w", use, err)
	}
	id := base64.RawURLEncoding.EncodeToString(thumbprint)
	return store.SigningKey{
		KID: id, Use: use, Alg: algorithm(private), SealedPrivate: v.kek.Seal(der, place(use, id)), Public: public,
	}, nil
}

// algorithm names what a key signs with (RFC 7518, 3.1).
func algorithm(private crypto.Signer) string {
	switch private.(type) {
	case *rsa.PrivateKey:
		return string(jose.RS256)
	case ed25519.PrivateKey:
		return string(jose.EdDSA)
	}
	return string(jose.ES256)
}

// place ties a sealed key to its row, so that none passes for another.
func place(use store.Use, id string) []byte { return []byte(string(use) + "/" + id) }

// authority returns the operators' CA, whose public half is its certificate.
func (v vault) authority(ctx context.Context) (*pki.CA, error) {
	_, private, certificate, err := v.key(ctx, store.UseOperatorCA, v.newAuthority)
	if err != nil {
		return nil, err
	}
	der, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		return nil, fmt.Errorf("encoding the key %s: %w", store.UseOperatorCA, err)
	}
	return pki.ParseCA(certificate, der, v.now)
}

func (v vault) newAuthority() (crypto.Signer, []byte, error) {
	ca, err := pki.NewCA("Ventanilla operators", authorityLife, v.now)
	if err != nil {
		return nil, nil, err
	}
	certificate, der, err := ca.DER()
	if err != nil {
		return nil, nil, err
	}
	private, err := x509.ParsePKCS8PrivateKey(der)
	if err != nil {
		return nil, nil, err
	}
	return private.(crypto.Signer), certificate, nil
}

// signer returns the key of a use, which must be of type K.
func signer[K crypto.Signer](ctx context.Context, v vault, use store.Use, create func() (K, error)) (Signer[K], error) {
	id, private, _, err := v.key(ctx, use, func() (crypto.Signer, []byte, error) {
		private, err := create()
		if err != nil {
			return nil, nil, err
		}
		public, err := x509.MarshalPKIXPublicKey(private.Public())
		return private, public, err
	})
	if err != nil {
		return Signer[K]{}, err
	}
	key, ok := private.(K)
	if !ok {
		return Signer[K]{}, fmt.Errorf("the key %s is a %T", use, private)
	}
	return Signer[K]{id, key}, nil
}

func generateRSA() (*rsa.PrivateKey, error) { return rsa.GenerateKey(rand.Reader, rsaBits) }

func generateECDSA() (*ecdsa.PrivateKey, error) {
	return ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
}

func generateEd25519() (ed25519.PrivateKey, error) {
	_, private, err := ed25519.GenerateKey(rand.Reader)
	return private, err
}
