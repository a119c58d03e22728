package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
)

// Use is what a signing key signs.
type Use string

// The uses of keys.
const (
	UseAccess     Use = "access"      // access tokens
	UseInternal   Use = "internal"    // internal tokens
	UseOperatorCA Use = "operator-ca" // operators' certificates
	UseLog        Use = "log"         // checkpoints of the admin log
)

// SigningKey is a key pair; the store never sees the private key open.
type SigningKey struct {
	// KID is the key's identifier (RFC 7517, 4.5).
	KID string
	// Use is what it signs.
	Use Use
	// Alg is its algorithm (RFC 7518, 3.1).
	Alg string
	// SealedPrivate is the private key, encrypted under the key-encryption key.
	SealedPrivate []byte
	// Public is the public key, or the certificate, in the form that the use asks for.
	Public []byte
	// Active says that it signs; other keys only verify.
	Active bool
	// CreatedAt is when it was stored.
	CreatedAt time.Time
}

const keyColumns = `kid, purpose, alg, sealed_private, public, active, created_at`

func scanKey(row sqlstore.Scanner) (SigningKey, error) {
	var k SigningKey
	var created int64
	err := row.Scan(&k.KID, &k.Use, &k.Alg, &k.SealedPrivate, &k.Public, &k.Active, &created)
	k.CreatedAt = fromMilli(created)
	return k, err
}

// EnsureKey returns the active key of a use. When there is none, it stores the one that makeKey makes; when several
// replicas do so at once, one key is stored and all return that one. makeKey runs outside of any transaction.
func (s *Store) EnsureKey(ctx context.Context, use Use, makeKey func() (SigningKey, error)) (SigningKey, error) {
	k, err := s.activeKey(ctx, use)
	if errors.Is(err, sqlstore.ErrNotFound) {
		if k, err = makeKey(); err != nil {
			return SigningKey{}, fmt.Errorf("making a key for %s: %w", use, err)
		}
		if err = s.addKey(ctx, use, k); err == nil {
			k, err = s.activeKey(ctx, use)
		}
	}
	if err != nil {
		return SigningKey{}, fmt.Errorf("getting the key for %s: %w", use, err)
	}
	return k, nil
}

func (s *Store) activeKey(ctx context.Context, use Use) (SigningKey, error) {
	return sqlstore.Row(ctx, s.db, scanKey, `SELECT `+keyColumns+` FROM signing_key WHERE purpose = $1 AND active`, string(use))
}

// addKey stores an active key unless another is active.
func (s *Store) addKey(ctx context.Context, use Use, k SigningKey) error {
	return s.db.InTx(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `INSERT INTO signing_key (`+keyColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7)
			ON CONFLICT (purpose) WHERE active DO NOTHING`,
			k.KID, string(use), k.Alg, k.SealedPrivate, k.Public, true, s.now().UnixMilli())
		return err
	})
}

// Keys lists all keys of a use, oldest first. There are few.
func (s *Store) Keys(ctx context.Context, use Use) ([]SigningKey, error) {
	keys, err := sqlstore.Rows(ctx, s.db, scanKey,
		`SELECT `+keyColumns+` FROM signing_key WHERE purpose = $1 ORDER BY created_at, kid`, string(use))
	if err != nil {
		return nil, fmt.Errorf("listing keys for %s: %w", use, err)
	}
	return keys, nil
}
