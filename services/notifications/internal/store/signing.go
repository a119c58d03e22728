package store

import (
	"context"
	"database/sql"
	"fmt"

	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
)

// SigningKey returns the sealed key of a name. It fails with sqlstore.ErrNotFound when there is none.
func (s *Store) SigningKey(ctx context.Context, name string) ([]byte, error) {
	sealed, err := sqlstore.Row(ctx, s.db, sqlstore.Value[[]byte], `SELECT sealed FROM signing_key WHERE name = $1`, name)
	if err != nil {
		return nil, fmt.Errorf("reading a signing key: %w", err)
	}
	return sealed, nil
}

// EnterSigningKey stores a sealed key unless there is one of this name, which stays.
func (s *Store) EnterSigningKey(ctx context.Context, name string, sealed []byte) error {
	err := s.db.InTx(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `INSERT INTO signing_key (name, sealed, created_at) VALUES ($1, $2, $3) ON CONFLICT (name) DO NOTHING`,
			name, sealed, s.now().UnixMilli())
		return err
	})
	if err != nil {
		return fmt.Errorf("storing a signing key: %w", err)
	}
	return nil
}
