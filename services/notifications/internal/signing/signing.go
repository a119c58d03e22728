package signing

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"

	"github.com/ventanilla/ventanilla/pkg/keyring"
	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
)

// size is that of a key, in bytes.
const size = 32

// Store keeps sealed keys by their names.
type Store interface {
	// SigningKey returns a key. It fails with sqlstore.ErrNotFound when there is none.
	SigningKey(ctx context.Context, name string) (sealed []byte, err error)
	// EnterSigningKey stores a key unless there is one of this name.
	EnterSigningKey(ctx context.Context, name string, sealed []byte) error
}

// Open returns the key of a name, of 32 bytes, making it when there is none. Replicas may do so at the same time: all get the same. It fails
// with keyring.ErrWrongKey when the key is sealed under another key-encryption key.
func Open(ctx context.Context, store Store, kek *keyring.KEK, name string) ([]byte, error) {
	sealed, err := store.SigningKey(ctx, name)
	if errors.Is(err, sqlstore.ErrNotFound) {
		made := make([]byte, size)
		rand.Read(made) // it never fails
		if err = store.EnterSigningKey(ctx, name, kek.Seal(made, place(name))); err == nil {
			sealed, err = store.SigningKey(ctx, name) // another replica's, if it was quicker
		}
	}
	if err != nil {
		return nil, fmt.Errorf("getting the key for %s: %w", name, err)
	}
	key, err := kek.Open(sealed, place(name))
	if err != nil {
		return nil, fmt.Errorf("opening the key for %s: %w", name, err)
	}
	if len(key) != size {
		return nil, fmt.Errorf("opening the key for %s: it has %d bytes", name, len(key))
	}
	return key, nil
}

// Reseal is keyring.KEK.Reseal for the key of a name.
func Reseal(kek *keyring.KEK, name string, sealed []byte) (resealed []byte, changed bool, err error) {
	resealed, changed, err = kek.Reseal(sealed, place(name))
	if err != nil {
		return nil, false, fmt.Errorf("sealing the key for %s anew: %w", name, err)
	}
	return resealed, changed, nil
}

// place is what ties a sealed key to its name.
func place(name string) []byte { return []byte("notifications signing key " + name) }
