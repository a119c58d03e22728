package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
)

// ErrReplay says that an assertion was used before, in another attempt.
var ErrReplay = errors.New("the assertion was used before")

// UsedAssertion is one use of a client's assertion.
type UsedAssertion struct {
	ClientID string
	// JTIHash is the SHA-256 of the assertion's identifier: 32 bytes.
	JTIHash []byte
	// Attempt names the use.
	Attempt string
	// ExpiresAt is when the assertion is refused anyway, and its use may be forgotten.
	ExpiresAt time.Time
}

// UseAssertion enters the first use of an assertion, whichever replica sees it. The same attempt may come again; any other fails with
// ErrReplay.
func (s *Store) UseAssertion(ctx context.Context, use UsedAssertion) error {
	err := s.db.InTx(ctx, func(tx *sql.Tx) error {
		// The update changes nothing: it is there to return what another attempt has put before.
		first, err := sqlstore.Value[string](tx.QueryRowContext(ctx, `INSERT INTO used_assertion (client_id, jti_hash, attempt, expires_at)
			VALUES ($1, $2, $3, $4) ON CONFLICT (client_id, jti_hash) DO UPDATE SET attempt = used_assertion.attempt RETURNING attempt`,
			use.ClientID, use.JTIHash, use.Attempt, use.ExpiresAt.UnixMilli()))
		if err == nil && first != use.Attempt {
			err = ErrReplay
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("entering the use of an assertion: %w", err)
	}
	return nil
}
