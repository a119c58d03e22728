package keys

import (
	"bytes"
	"crypto/ed25519"
	"encoding/json"
	"fmt"
	"sync"

	"github.com/go-jose/go-jose/v4"

	"github.com/ventanilla/ventanilla/services/identity/internal/store"
)

// Ring has the private keys of cards ready: the one of each data set that signed last. Which key signs, the store says each time, so
// that no replica goes on with one that another has rotated or retired. It is safe for concurrent use.
type Ring struct {
	vault *Vault
	mu    sync.Mutex
	open  map[store.DataSet]opened
}

type opened struct {
	id      string
	private ed25519.PrivateKey
}

// NewRing returns a ring that opens keys with vault when they sign for the first time.
func NewRing(vault *Vault) *Ring { return &Ring{vault: vault, open: map[store.DataSet]opened{}} }

// Signer is the private half of a key that signs. It fails as Vault.Open does.
func (r *Ring) Signer(k store.SigningKey) (ed25519.PrivateKey, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if known := r.open[k.DataSet]; known.id == k.ID {
		return known.private, nil
	}
	private, err := r.vault.Open(k)
	if err != nil {
		return nil, err
	}
	if public, _ := private.Public().(ed25519.PublicKey); !bytes.Equal(public, k.Public) {
		return nil, fmt.Errorf("opening the key %s of %s: its halves are of two keys", k.ID, k.Use)
	}
	r.open[k.DataSet] = opened{k.ID, private}
	return private, nil
}

// Set is the JSON Web Key Set (RFC 7517, RFC 8037) of the public halves.
func Set(keys []store.SigningKey) ([]byte, error) {
	set := jose.JSONWebKeySet{Keys: []jose.JSONWebKey{}}
	for _, k := range keys {
		set.Keys = append(set.Keys, jose.JSONWebKey{
			Key: ed25519.PublicKey(k.Public), KeyID: k.ID, Algorithm: string(jose.EdDSA), Use: "sig",
		})
	}
	text, err := json.Marshal(set)
	if err != nil {
		return nil, fmt.Errorf("writing a key set: %w", err)
	}
	return text, nil
}
