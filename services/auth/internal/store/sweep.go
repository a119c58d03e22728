package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"
)

// DeleteExpired forgets revocations of tokens that ended before a time, at most 1000 of them, and returns how
// many. When it is 1000 there may be more. Nobody is told: a token that has ended is refused anyway.
func (s *Store) DeleteExpired(ctx context.Context, before time.Time) (int, error) {
	deleted, err := s.deleteSome(ctx, `DELETE FROM revocation WHERE token_id IN
		(SELECT token_id FROM revocation WHERE expires_at < $1 ORDER BY expires_at LIMIT $2)`, before)
	if err != nil {
		return 0, fmt.Errorf("deleting expired revocations: %w", err)
	}
	return deleted, nil
}

// DeleteUsedAssertions is DeleteExpired for the uses of assertions.
func (s *Store) DeleteUsedAssertions(ctx context.Context, before time.Time) (int, error) {
	deleted, err := s.deleteSome(ctx, `DELETE FROM used_assertion WHERE (client_id, jti_hash) IN
		(SELECT client_id, jti_hash FROM used_assertion WHERE expires_at < $1 ORDER BY expires_at LIMIT $2)`, before)
	if err != nil {
		return 0, fmt.Errorf("deleting used assertions: %w", err)
	}
	return deleted, nil
}

// DeleteTombstones drops clients that were deleted before a time, as DeleteExpired drops revocations. Whoever follows
// the changes must have heard of the deletion by then.
func (s *Store) DeleteTombstones(ctx context.Context, before time.Time) (int, error) {
	deleted, err := s.deleteSome(ctx, `DELETE FROM client WHERE id IN
		(SELECT id FROM client WHERE deleted AND updated_at < $1 ORDER BY updated_at LIMIT $2)`, before)
	if err != nil {
		return 0, fmt.Errorf("deleting tombstones of clients: %w", err)
	}
	return deleted, nil
}

// DeleteDeadAPIKeys drops API keys that were deleted before a time, as DeleteExpired drops revocations.
func (s *Store) DeleteDeadAPIKeys(ctx context.Context, before time.Time) (int, error) {
	deleted, err := s.deleteSome(ctx, `DELETE FROM api_key WHERE id IN
		(SELECT id FROM api_key WHERE deleted_at > 0 AND deleted_at < $1 ORDER BY deleted_at LIMIT $2)`, before)
	if err != nil {
		return 0, fmt.Errorf("dropping deleted API keys: %w", err)
	}
	return deleted, nil
}

// DeleteCitizens forgets citizens whose last tokens ended before a time, as DeleteExpired forgets revocations. One for whom a
// token is issued meanwhile stays.
func (s *Store) DeleteCitizens(ctx context.Context, before time.Time) (int, error) {
	deleted, err := s.deleteSome(ctx, `DELETE FROM citizen WHERE kept_until < $1 AND number IN
		(SELECT number FROM citizen WHERE kept_until < $1 ORDER BY kept_until LIMIT $2)`, before)
	if err != nil {
		return 0, fmt.Errorf("forgetting citizens: %w", err)
	}
	return deleted, nil
}

func (s *Store) deleteSome(ctx context.Context, statement string, before time.Time) (int, error) {
	var deleted int64
	err := s.db.InTx(ctx, func(tx *sql.Tx) error {
		result, err := tx.ExecContext(ctx, statement, before.UnixMilli(), maxPage)
		if err != nil {
			return err
		}
		deleted, err = result.RowsAffected()
		return err
	})
	return int(deleted), err
}
