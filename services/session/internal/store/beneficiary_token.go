package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
)

// Token is a beneficiary's token.
type Token struct {
	// Hash is the SHA-256 of its text.
	Hash [32]byte
	// SessionID names it among the client's.
	SessionID     string
	BeneficiaryID int64
	ExpiresAt     time.Time
}

const insertToken = `INSERT INTO beneficiary_token (token, session_id, beneficiary_id, created_at, expires_at)
	SELECT $1, $2, b.beneficiary_id, $4, $5 FROM beneficiary b WHERE b.beneficiary_id = $3`

// CreateToken enters a token. It fails with sqlstore.ErrNotFound for a beneficiary who was erased.
func (s *Store) CreateToken(ctx context.Context, t Token) error {
	err := s.db.InTx(ctx, func(tx *sql.Tx) error {
		return one(tx.ExecContext(ctx, s.locking(insertToken, toRefer), t.Hash[:], t.SessionID, t.BeneficiaryID, s.now().UnixMilli(), t.ExpiresAt.UnixMilli()))
	})
	if err != nil {
		return fmt.Errorf("entering a token: %w", err)
	}
	return nil
}

// one fails with sqlstore.ErrNotFound where a statement had no row.
func one(result sql.Result, err error) error {
	if err != nil {
		return err
	}
	rows, err := result.RowsAffected()
	if err == nil && rows == 0 {
		err = sqlstore.ErrNotFound
	}
	return err
}
