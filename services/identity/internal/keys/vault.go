package keys

import (
	"context"
	"crypto"
	"crypto/ed25519"
	"encoding/base64"
	"fmt"

	"github.com/go-jose/go-jose/v4"

	"github.com/ventanilla/ventanilla/pkg/keyring"
	"github.com/ventanilla/ventanilla/services/identity/internal/store"
)

// Vault makes, seals and opens private keys.
type Vault struct{ kek *keyring.KEK }

// NewVault makes one that seals under kek.
func NewVault(kek *keyring.KEK) *Vault { return &Vault{kek} }

// New makes a key, sealed as the store keeps it.
func (v *Vault) New(use store.Use, set store.DataSet, state store.KeyState) (store.SigningKey, error) {
	public, private, err := ed25519.GenerateKey(nil)
	if err != nil {
		return store.SigningKey{}, fmt.Errorf("making a key for %s: %w", use, err)
	}
	id, err := Thumbprint(public)
	if err != nil {
		return store.SigningKey{}, err
	}
	return store.SigningKey{
		ID: id, Use: use, DataSet: set, State: state,
		Public: public, SealedPrivate: v.kek.Seal(private.Seed(), place(use, set, id)),
	}, nil
}

// Open returns the private half of a stored key. It fails with keyring.ErrWrongKey when the key is sealed under another
// key-encryption key.
func (v *Vault) Open(k store.SigningKey) (ed25519.PrivateKey, error) {
	seed, err := v.kek.Open(k.SealedPrivate, place(k.Use, k.DataSet, k.ID))
	if err != nil {
		return nil, fmt.Errorf("opening the key %s of %s: %w", k.ID, k.Use, err)
	}
	if len(seed) != ed25519.SeedSize {
		return nil, fmt.Errorf("opening the key %s of %s: it has %d bytes", k.ID, k.Use, len(seed))
	}
	return ed25519.NewKeyFromSeed(seed), nil
}

// Reseal seals a stored key under the present key-encryption key; changed is false when it is so already.
func (v *Vault) Reseal(k store.SigningKey) (sealed []byte, changed bool, err error) {
	sealed, changed, err = v.kek.Reseal(k.SealedPrivate, place(k.Use, k.DataSet, k.ID))
	if err != nil {
		return nil, false, fmt.Errorf("sealing the key %s of %s anew: %w", k.ID, k.Use, err)
	}
	return sealed, changed, nil
}

// Thumbprint is the identifier of a key (RFC 7638).
func Thumbprint(public ed25519.PublicKey) (string, error) {
	jwk := jose.JSONWebKey{Key: public}
	sum, err := jwk.Thumbprint(crypto.SHA256)
	if err != nil {
		return "", fmt.Errorf("naming a key: %w", err)
	}
	return base64.RawURLEncoding.EncodeToString(sum), nil
}

// Ensure makes the keys of the first start: for the cards of each data set one that signs and one that will, and the
// log's. Replicas may do so at the same time.
func Ensure(ctx context.Context, s *store.Store, v *Vault) error {
	type place struct {
		use   store.Use
		set   store.DataSet
		state store.KeyState
	}
	wanted := []place{{store.UseLog, "", store.KeyActive}}
	for _, set := range store.DataSets() {
		wanted = append(wanted, place{store.UseCard, set, store.KeyActive}, place{store.UseCard, set, store.KeyNext})
	}
	known, err := s.SigningKeys(ctx)
	if err != nil {
		return err
	}
	have := map[place]bool{}
	for _, k := range known {
		have[place{k.Use, k.DataSet, k.State}] = true
	}
	for _, w := range wanted {
		if have[w] {
			continue
		}
		key, err := v.New(w.use, w.set, w.state)
		if err != nil {
			return err
		}
		if err := s.EnsureKey(ctx, key); err != nil {
			return err
		}
	}
	return nil
}

// place ties a sealed key to its row, so that none passes for another.
func place(use store.Use, set store.DataSet, id string) []byte {
	return []byte(string(use) + "/" + string(set) + "/" + id)
}
