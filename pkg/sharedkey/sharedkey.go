// Package sharedkey keeps the keys that all replicas of a service share, to sign with and to digest: one for each use, made by the first replica that needs
// it, sealed where it is stored.
//
// The service's schema has the table signing_key: name, sealed and created_at.
package sharedkey

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/ventanilla/ventanilla/pkg/keyring"
	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
)

// size is that of a key, in bytes.
const size = 32

// Keys are those of a service.
type Keys struct {
	db      *sqlstore.DB
	kek     *keyring.KEK
	service string
	now     func() time.Time
}

// New returns the keys of a service, sealed under a key-encryption key.
func New(db *sqlstore.DB, kek *keyring.KEK, service string, now func() time.Time) Keys {
	return Keys{db, kek, service, now}
}

// Open returns the key of a name, of 32 bytes, making it when there is none. Replicas may do so at the same time: all get the same. It fails
// with keyring.ErrWrongKey when the key is sealed under another key-encryption key.
func (k Keys) Open(ctx context.Context, name string) ([]byte, error) {
	sealed, err := k.sealed(ctx, name)
	if errors.Is(err, sqlstore.ErrNotFound) {
		if err = k.make(ctx, name); err == nil {
			sealed, err = k.sealed(ctx, name) // another replica's, if it was quicker
		}
	}
	if err != nil {
		return nil, fmt.Errorf("getting the key for %s: %w", name, err)
	}
	key, err := k.kek.Open(sealed, k.place(name))
	if err != nil {
		return nil, fmt.Errorf("opening the key for %s: %w", name, err)
	}
	if len(key) != size {
		return nil, fmt.Errorf("opening the key for %s: it has %d bytes", name, len(key))
	}
	return key, nil
}

func (k Keys) sealed(ctx context.Context, name string) ([]byte, error) {
	return sqlstore.Row(ctx, k.db, sqlstore.Value[[]byte], `SELECT sealed FROM signing_key WHERE name = $1`, name)
}

// make stores a key unless there is one of this name, which stays.
func (k Keys) make(ctx context.Context, name string) error {
	key := make([]byte, size)
	rand.Read(key) // it never fails
	return k.db.InTx(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `INSERT INTO signing_key (name, sealed, created_at) VALUES ($1, $2, $3) ON CONFLICT (name) DO NOTHING`,
			name, k.kek.Seal(key, k.place(name)), k.now().UnixMilli())
		return err
	})
}

// Reseal is keyring.KEK.Reseal for the key of a name.
func (k Keys) Reseal(name string, sealed []byte) (resealed []byte, changed bool, err error) {
	resealed, changed, err = k.kek.Reseal(sealed, k.place(name))
	if err != nil {
		return nil, false, fmt.Errorf("sealing the key for %s anew: %w", name, err)
	}
	return resealed, changed, nil
}

// place is what ties a sealed key to its service and name.
func (k Keys) place(name string) []byte { return []byte(k.service + " signing key " + name) }
