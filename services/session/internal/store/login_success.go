package store

import (
	"context"
	"database/sql"
	"fmt"
)

// ForgetLoginFailures deletes what was counted for each of some. They are named in the order in which EnterLoginFailure names them.
func (s *Store) ForgetLoginFailures(ctx context.Context, subjects ...[]byte) error {
	err := s.db.InTx(ctx, func(tx *sql.Tx) error {
		for _, subject := range subjects {
			if _, err := tx.ExecContext(ctx, `DELETE FROM login_failure WHERE subject = $1`, subject); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("forgetting failed logins: %w", err)
	}
	return nil
}
