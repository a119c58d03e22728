package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
)

// Revocation ends one access token.
type Revocation struct {
	// TokenID is the token's jti.
	TokenID string
	// ClientID is the client that had it.
	ClientID string
	// ExpiresAt is when the token ends by itself, and the revocation may be forgotten.
	ExpiresAt time.Time
	// Revision is the number of the change that revoked it.
	Revision int64
}

// revoked is what the admin log shows of a revocation.
type revoked struct {
	ExpiresAt time.Time `json:"expires_at"`
}

const revocationColumns = `token_id, client_id, expires_at, revision`

func scanRevocation(row sqlstore.Scanner) (Revocation, error) {
	var r Revocation
	var expires int64
	err := row.Scan(&r.TokenID, &r.ClientID, &expires, &r.Revision)
	r.ExpiresAt = fromMilli(expires)
	return r, err
}

// RevokeToken revokes a token for its client, enters that in the admin log, and returns the revocation. When the token is revoked already, it returns the
// revocation there is, unchanged.
func (s *Store) RevokeToken(ctx context.Context, tokenID, clientID string, expiresAt time.Time) (Revocation, error) {
	r, err := s.revocation(ctx, tokenID)
	if errors.Is(err, sqlstore.ErrNotFound) {
		err = s.change(ctx, func(tx *sql.Tx, revision int64) (err error) {
			// The update changes nothing: it is there to return what another caller has put meanwhile.
			r, err = scanRevocation(tx.QueryRowContext(ctx, `INSERT INTO revocation (`+revocationColumns+`) VALUES ($1, $2, $3, $4)
				ON CONFLICT (token_id) DO UPDATE SET token_id = excluded.token_id RETURNING `+revocationColumns,
				tokenID, clientID, expiresAt.UnixMilli(), revision))
			if err != nil || r.Revision != revision {
				return err
			}
			return s.record(ctx, tx, Act{Actor: "client:" + clientID, Name: "Revoke"}, tokenID, "", revoked{r.ExpiresAt})
		})
	}
	if err != nil {
		return Revocation{}, fmt.Errorf("revoking a token: %w", err)
	}
	return r, nil
}

// Revoked tells whether a token is revoked.
func (s *Store) Revoked(ctx context.Context, tokenID string) (bool, error) {
	_, err := s.revocation(ctx, tokenID)
	switch {
	case errors.Is(err, sqlstore.ErrNotFound):
		return false, nil
	case err != nil:
		return false, fmt.Errorf("looking for a revocation: %w", err)
	}
	return true, nil
}

func (s *Store) revocation(ctx context.Context, tokenID string) (Revocation, error) {
	if !sqlstore.CanBeKey(tokenID) {
		return Revocation{}, sqlstore.ErrNotFound
	}
	return sqlstore.Row(ctx, s.db, scanRevocation, `SELECT `+revocationColumns+` FROM revocation WHERE token_id = $1`, tokenID)
}

// RevocationsSince is ClientsSince for revocations.
func (s *Store) RevocationsSince(ctx context.Context, revision int64, limit int) ([]Revocation, error) {
	news, err := sqlstore.Rows(ctx, s.db, scanRevocation,
		`SELECT `+revocationColumns+` FROM revocation WHERE revision > $1 ORDER BY revision LIMIT $2`, revision, page(limit))
	if err != nil {
		return nil, fmt.Errorf("listing revocations: %w", err)
	}
	return news, nil
}
