package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
)

// Use is what a signing key signs.
type Use string

// The uses.
const (
	UseCard Use = "card"
	UseLog  Use = "log"
)

// KeyState is what a signing key is for.
type KeyState string

// The states. There is at most one active and one next key of a use and data set.
const (
	KeyNext    KeyState = "next"
	KeyActive  KeyState = "active"
	KeyOld     KeyState = "old"
	KeyRetired KeyState = "retired"
)

// SigningKey is an Ed25519 key as it is stored.
type SigningKey struct {
	// ID is the key's thumbprint (RFC 7638).
	ID string
	// Use and DataSet say what it signs; the log's has no data set.
	Use     Use
	DataSet DataSet
	State   KeyState
	// Public is the public half, 32 bytes; SealedPrivate the private half under the key-encryption key.
	Public, SealedPrivate []byte
	CreatedAt             time.Time
	// ActivatedAt is when it began to sign; zero for one that has not.
	ActivatedAt time.Time
}

const keyColumns = `key_id, use, data_set, state, public_key, sealed_private, created_at, activated_at`

func scanKey(row sqlstore.Scanner, more ...any) (SigningKey, error) {
	var k SigningKey
	var created int64
	var activated sql.NullInt64
	err := row.Scan(append([]any{&k.ID, &k.Use, &k.DataSet, &k.State, &k.Public, &k.SealedPrivate, &created, &activated}, more...)...)
	k.CreatedAt = time.UnixMilli(created).UTC()
	if activated.Valid {
		k.ActivatedAt = time.UnixMilli(activated.Int64).UTC()
	}
	return k, err
}

// SigningKeys returns all keys, oldest first.
func (s *Store) SigningKeys(ctx context.Context) ([]SigningKey, error) {
	keys, err := sqlstore.Rows(ctx, s.db, func(row sqlstore.Scanner) (SigningKey, error) { return scanKey(row) },
		`SELECT `+keyColumns+` FROM signing_key ORDER BY created_at, key_id`)
	if err != nil {
		return nil, fmt.Errorf("reading signing keys: %w", err)
	}
	return keys, nil
}

// EnsureKey stores a key unless one of its use, data set and state is there.
func (s *Store) EnsureKey(ctx context.Context, k SigningKey) error {
	err := s.db.InTx(ctx, func(tx *sql.Tx) error {
		_, err := s.insertKey(ctx, tx, k)
		return err
	})
	if err != nil {
		return fmt.Errorf("storing a signing key: %w", err)
	}
	return nil
}

// insertKey is false when there is a key of the use, data set and state.
func (s *Store) insertKey(ctx context.Context, tx *sql.Tx, k SigningKey) (bool, error) {
	now := s.now().UnixMilli()
	activated := sql.NullInt64{Int64: now, Valid: k.State == KeyActive}
	result, err := tx.ExecContext(ctx, `INSERT INTO signing_key (`+keyColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING`,
		k.ID, k.Use, k.DataSet, k.State, k.Public, k.SealedPrivate, now, activated)
	if err != nil {
		return false, err
	}
	rows, err := result.RowsAffected()
	return rows > 0, err
}
