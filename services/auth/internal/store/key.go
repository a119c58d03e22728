package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
)

// Use is what a signing key signs, and with which algorithm.
type Use string

// The uses of keys.
const (
	UseAccess      Use = "access"       // access tokens, RS256
	UseAccessES256 Use = "access-es256" // access tokens, ES256
	UseAccessEdDSA Use = "access-eddsa" // access tokens, Ed25519
	UseInternal    Use = "internal"     // internal tokens, ES256
	UseOperatorCA  Use = "operator-ca"  // operators' certificates
	UseLog         Use = "log"          // checkpoints of the admin log, Ed25519
	UseWidget      Use = "widget"       // widget tokens, HS256 with secrets derived from an Ed25519 key's seed
)

// KeyState is where a key is in its life.
type KeyState string

// The states, in the order in which a key goes through them. There is at most one next and one active key for each use.
const (
	KeyNext    KeyState = "next"    // published, signs nothing yet
	KeyActive  KeyState = "active"  // signs
	KeyOld     KeyState = "old"     // what it signed is still good
	KeyRetired KeyState = "retired" // neither signs nor verifies; its private half is gone
)

// SigningKey is a key pair; the store never sees the private key open. Its JSON is what the admin log shows of it.
type SigningKey struct {
	// KID is the key's identifier (RFC 7517, 4.5).
	KID string `json:"key_id"`
	// Use is what it signs.
	Use Use `json:"use"`
	// Alg is its algorithm (RFC 7518, 3.1).
	Alg string `json:"algorithm"`
	// SealedPrivate is the private key, encrypted under the key-encryption key; nil once the key is retired.
	SealedPrivate []byte `json:"-"`
	// Public is the public key, or the certificate, in the form that the use asks for.
	Public []byte `json:"-"`
	// State is where it is in its life.
	State KeyState `json:"state"`
	// CreatedAt is when it was stored.
	CreatedAt time.Time `json:"created_at"`
	// ActivatedAt, SupersededAt and RetiredAt are when it became active, old and retired; zero before.
	ActivatedAt  time.Time `json:"activated_at,omitzero"`
	SupersededAt time.Time `json:"superseded_at,omitzero"`
	RetiredAt    time.Time `json:"retired_at,omitzero"`
	// LastTokenEnds is no earlier than the end of any token signed with it; zero when none was.
	LastTokenEnds time.Time `json:"last_token_ends_at,omitzero"`
	// Revision is the number of its last change of state; 0 for a key that an earlier release stored.
	Revision int64 `json:"-"`
}

// Voided tells whether tokens signed with the key were cut off: it was retired before the last of them ended.
func (k SigningKey) Voided() bool { return k.State == KeyRetired && k.LastTokenEnds.After(k.RetiredAt) }

const keyColumns = `kid, purpose, alg, sealed_private, public, state, created_at, activated_at, superseded_at, retired_at,
	last_token_ends, revision`

func scanKey(row sqlstore.Scanner) (SigningKey, error) {
	var k SigningKey
	var created, activated, superseded, retired, ends int64
	err := row.Scan(&k.KID, &k.Use, &k.Alg, &k.SealedPrivate, &k.Public, &k.State, &created, &activated, &superseded, &retired,
		&ends, &k.Revision)
	k.CreatedAt, k.ActivatedAt, k.SupersededAt = fromMilli(created), orZero(activated), orZero(superseded)
	k.RetiredAt, k.LastTokenEnds = orZero(retired), orZero(ends)
	if len(k.SealedPrivate) == 0 {
		k.SealedPrivate = nil // as the engines read an empty column differently
	}
	return k, err
}

func (s *Store) insertKey(ctx context.Context, tx *sql.Tx, k SigningKey) (bool, error) {
	// active says the same as state, for a release that knows no states.
	result, err := tx.ExecContext(ctx, `INSERT INTO signing_key (`+keyColumns+`, active)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) ON CONFLICT DO NOTHING`,
		k.KID, string(k.Use), k.Alg, k.SealedPrivate, k.Public, string(k.State), milli(k.CreatedAt), milli(k.ActivatedAt),
		milli(k.SupersededAt), milli(k.RetiredAt), milli(k.LastTokenEnds), k.Revision, k.State == KeyActive)
	if err != nil {
		return false, err
	}
	rows, err := result.RowsAffected()
	return rows > 0, err
}

// EnsureKey returns the active key of a use. When there is none, it stores the one that makeKey makes; when several
// replicas do so at once, one key is stored and all return that one. makeKey runs outside of any transaction.
func (s *Store) EnsureKey(ctx context.Context, use Use, makeKey func() (SigningKey, error)) (SigningKey, error) {
	k, err := s.activeKey(ctx, use)
	if errors.Is(err, sqlstore.ErrNotFound) {
		if k, err = makeKey(); err != nil {
			return SigningKey{}, fmt.Errorf("making a key for %s: %w", use, err)
		}
		err = s.change(ctx, func(tx *sql.Tx, revision int64) error {
			k.Use, k.State, k.Revision, k.CreatedAt = use, KeyActive, revision, s.now()
			k.ActivatedAt = k.CreatedAt
			_, err := s.insertKey(ctx, tx, k)
			return err
		})
		if err == nil {
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

// Keys lists all keys by use and age, oldest first. There are few.
func (s *Store) Keys(ctx context.Context) ([]SigningKey, error) {
	keys, err := sqlstore.Rows(ctx, s.db, scanKey, `SELECT `+keyColumns+` FROM signing_key ORDER BY purpose, created_at, kid`)
	if err != nil {
		return nil, fmt.Errorf("listing keys: %w", err)
	}
	return keys, nil
}

// KeysSince lists the keys that changed their state or were sealed anew after a revision, in the order of their last
// changes; since 0, all keys. There are few, so that they come at once.
func (s *Store) KeysSince(ctx context.Context, revision int64) ([]SigningKey, error) {
	if revision == 0 {
		revision = -1 // an earlier release took no number for a key
	}
	keys, err := sqlstore.Rows(ctx, s.db, scanKey,
		`SELECT `+keyColumns+` FROM signing_key WHERE revision > $1 ORDER BY revision, created_at, kid`, revision)
	if err != nil {
		return nil, fmt.Errorf("listing changed keys: %w", err)
	}
	return keys, nil
}
