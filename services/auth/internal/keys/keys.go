package keys

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"encoding/json"
	"fmt"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/ventanilla/ventanilla/pkg/keyring"
	"github.com/ventanilla/ventanilla/pkg/pki"
	"github.com/ventanilla/ventanilla/services/auth/internal/store"
)

// Store is what this package asks of auth's store.
type Store interface {
	// EnsureKey returns the key of a use, and first stores what create returns when
	// there is none. Replicas that call it at once get the same key.
	EnsureKey(ctx context.Context, use store.Use, create func() (store.SigningKey, error)) (store.SigningKey, error)
}

// Signer is a private key with its identifier, the thumbprint of its public half (RFC 7638).
type Signer[K any] struct {
	ID  string
	Key K
}

// Keys are the keys in use. Nobody changes them.
type Keys struct {
	// Access signs access tokens, with RS256.
	Access Signer[*rsa.PrivateKey]
	// Internal signs internal tokens, with ES256.
	Internal Signer[*ecdsa.PrivateKey]
	// Operators signs operators' certificates.
	Operators *pki.CA
	// Log signs checkpoints of the admin log.
	Log Signer[ed25519.PrivateKey]
	// InternalSet is the JSON Web Key Set (RFC 7517) that verifies internal tokens.
	InternalSet []byte
	// AccessSet is the one that verifies access tokens.
	AccessSet []byte
}

// Load reads the keys from the store, and makes those that are missing.
func Load(ctx context.Context, source Store, kek *keyring.KEK, now func() time.Time) (*Keys, error) {
	vault := vault{source, kek, now}
	var keys Keys
	var err error
	if keys.Access, err = signer[*rsa.PrivateKey](ctx, vault, store.UseAccess, generateRSA); err != nil {
		return nil, err
	}
	if keys.Internal, err = signer[*ecdsa.PrivateKey](ctx, vault, store.UseInternal, generateECDSA); err != nil {
		return nil, err
	}
	if keys.Operators, err = vault.authority(ctx); err != nil {
		return nil, err
	}
	if keys.Log, err = signer[ed25519.PrivateKey](ctx, vault, store.UseLog, generateEd25519); err != nil {
		return nil, err
	}
	if keys.InternalSet, err = keySet(keys.Internal.Key.Public(), keys.Internal.ID, jose.ES256); err != nil {
		return nil, err
	}
	if keys.AccessSet, err = keySet(keys.Access.Key.Public(), keys.Access.ID, jose.RS256); err != nil {
		return nil, err
	}
	return &keys, nil
}

// AccessKey finds the public key of access tokens by its identifier, nil when there is none.
func (k *Keys) AccessKey(id string) *rsa.PublicKey {
	if id != k.Access.ID {
		return nil
	}
	return &k.Access.Key.PublicKey
}

func keySet(key crypto.PublicKey, id string, algorithm jose.SignatureAlgorithm) ([]byte, error) {
	text, err := json.Marshal(jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: key, KeyID: id, Algorithm: string(algorithm), Use: "sig"}}})
	if err != nil {
		return nil, fmt.Errorf("encoding a key set: %w", err)
	}
	return text, nil
}
