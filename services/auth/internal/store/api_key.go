package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
)

// MaxAPIKeys is how many API keys a client may have, those that have ended among them.
const MaxAPIKeys = 100

// ErrTooManyKeys says that a client has MaxAPIKeys.
var ErrTooManyKeys = errors.New("the client has as many API keys as it may")

// APIKeyForm is what a key looks like.
type APIKeyForm string

// The forms of keys.
const (
	KeyOpaque APIKeyForm = "opaque"
	KeyJWT    APIKeyForm = "jwt"
)

// APIKey is a developer's API key; the fields mean what they mean in ventanilla.auth.v1.ApiKey. Its JSON is what
// the admin log shows of it.
type APIKey struct {
	ID         string     `json:"api_key_id"`
	ClientID   string     `json:"client_id"`
	Name       string     `json:"name"`
	Form       APIKeyForm `json:"form"`
	SecretHash []byte     `json:"-"` // SHA-256 of the secret, or of the whole text of a KeyJWT: 32 bytes
	Scopes     []string   `json:"scopes,omitempty"`
	CreatedAt  time.Time  `json:"created_at"`
	// ExpiresAt and LastUsedAt are zero for never.
	ExpiresAt  time.Time `json:"expires_at,omitzero"`
	LastUsedAt time.Time `json:"last_used_at,omitzero"`
}

const apiKeyColumns = `id, client_id, name, secret_hash, scopes, created_at, expires_at, last_used_at, form`

func scanAPIKey(row sqlstore.Scanner) (APIKey, error) {
	var k APIKey
	var created, expires, used int64
	err := row.Scan(&k.ID, &k.ClientID, &k.Name, &k.SecretHash, (*list)(&k.Scopes), &created, &expires, &used, &k.Form)
	k.CreatedAt, k.ExpiresAt, k.LastUsedAt = fromMilli(created), orZero(expires), orZero(used)
	return k, err
}

// CreateAPIKey adds a key and returns it as stored, with created_at. It fails with sqlstore.ErrNotFound when there is no
// such client, with ErrTooManyKeys, and with sqlstore.ErrConflict when the identifier is taken.
func (s *Store) CreateAPIKey(ctx context.Context, k APIKey, act Act) (APIKey, error) {
	err := s.change(ctx, func(tx *sql.Tx, _ int64) error {
		if !sqlstore.CanBeKey(k.ClientID) {
			return sqlstore.ErrNotFound
		}
		var keys int
		err := tx.QueryRowContext(ctx, `SELECT (SELECT count(*) FROM api_key WHERE client_id = $1 AND deleted_at = 0)
			FROM client WHERE id = $1 AND NOT deleted`, k.ClientID).Scan(&keys)
		if err != nil {
			return err
		}
		if keys >= MaxAPIKeys {
			return ErrTooManyKeys
		}
		k.CreatedAt, k.LastUsedAt = s.now(), time.Time{}
		_, err = tx.ExecContext(ctx, `INSERT INTO api_key (`+apiKeyColumns+`, deleted_at) VALUES ($1, $2, $3, $4, $5, $6, $7, 0, $8, 0)`,
			k.ID, k.ClientID, k.Name, k.SecretHash, list(k.Scopes), k.CreatedAt.UnixMilli(), milli(k.ExpiresAt), k.Form)
		if err != nil {
			return err
		}
		return s.record(ctx, tx, act, k.ID, "", k)
	})
	if err != nil {
		return APIKey{}, fmt.Errorf("creating an API key: %w", err)
	}
	return k, nil
}

// APIKey finds a key. It fails with sqlstore.ErrNotFound, also for a deleted one.
func (s *Store) APIKey(ctx context.Context, id string) (APIKey, error) {
	if !sqlstore.CanBeKey(id) {
		return APIKey{}, fmt.Errorf("finding an API key: %w", sqlstore.ErrNotFound)
	}
	k, err := sqlstore.Row(ctx, s.db, scanAPIKey, `SELECT `+apiKeyColumns+` FROM api_key WHERE id = $1 AND deleted_at = 0`, id)
	if err != nil {
		return APIKey{}, fmt.Errorf("finding an API key: %w", err)
	}
	return k, nil
}

// APIKeyOfText finds a key in the form of a JWT by the SHA-256 of its text. It fails with sqlstore.ErrNotFound, also for a deleted one.
func (s *Store) APIKeyOfText(ctx context.Context, hash []byte) (APIKey, error) {
	k, err := sqlstore.Row(ctx, s.db, scanAPIKey,
		`SELECT `+apiKeyColumns+` FROM api_key WHERE secret_hash = $1 AND form = 'jwt' AND deleted_at = 0`, hash)
	if err != nil {
		return APIKey{}, fmt.Errorf("finding an API key by its text: %w", err)
	}
	return k, nil
}

// APIKeys lists a client's keys, oldest first, without deleted ones.
func (s *Store) APIKeys(ctx context.Context, clientID string) ([]APIKey, error) {
	if !sqlstore.CanBeKey(clientID) {
		return nil, nil
	}
	keys, err := sqlstore.Rows(ctx, s.db, scanAPIKey,
		`SELECT `+apiKeyColumns+` FROM api_key WHERE client_id = $1 AND deleted_at = 0 ORDER BY created_at, id`, clientID)
	if err != nil {
		return nil, fmt.Errorf("listing API keys: %w", err)
	}
	return keys, nil
}

// DeleteAPIKey marks a key deleted and revokes what was exchanged for it: it returns the revocation, whose token
// identifier is the key's and which may be forgotten at until. It fails with sqlstore.ErrNotFound, also for a key that
// is deleted already.
func (s *Store) DeleteAPIKey(ctx context.Context, id string, until time.Time, act Act) (Revocation, error) {
	var r Revocation
	err := s.change(ctx, func(tx *sql.Tx, revision int64) error {
		if !sqlstore.CanBeKey(id) {
			return sqlstore.ErrNotFound
		}
		k, err := scanAPIKey(tx.QueryRowContext(ctx, `UPDATE api_key SET deleted_at = $2 WHERE id = $1 AND deleted_at = 0
			RETURNING `+apiKeyColumns, id, s.now().UnixMilli()))
		if err != nil {
			return err
		}
		r, err = scanRevocation(tx.QueryRowContext(ctx, `INSERT INTO revocation (`+revocationColumns+`) VALUES ($1, $2, $3, $4)
			RETURNING `+revocationColumns, id, k.ClientID, until.UnixMilli(), revision))
		if err != nil {
			return err
		}
		before, err := snapshot(k)
		if err != nil {
			return err
		}
		return s.record(ctx, tx, act, id, before, deletedKey{k, s.now()})
	})
	if err != nil {
		return Revocation{}, fmt.Errorf("deleting an API key: %w", err)
	}
	return r, nil
}

// deletedKey is a deleted key as the admin log has it.
type deletedKey struct {
	APIKey
	DeletedAt time.Time `json:"deleted_at"`
}
