package store

import (
	"context"
	"database/sql"
	"fmt"
	"maps"
	"slices"
	"time"
)

// UseAPIKeys notes when keys were last used. An earlier time never replaces a later one, so replicas may note in any
// order. It notes all or, when it fails, none; what it fails to note may be noted again.
func (s *Store) UseAPIKeys(ctx context.Context, used map[string]time.Time) error {
	// In one order everywhere, so that replicas do not wait for each other in a circle.
	ids := slices.Sorted(maps.Keys(used))
	err := s.db.InTx(ctx, func(tx *sql.Tx) error {
		for _, id := range ids {
			_, err := tx.ExecContext(ctx, `UPDATE api_key SET last_used_at = $2 WHERE id = $1 AND last_used_at < $2`,
				id, used[id].UnixMilli())
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("noting the use of API keys: %w", err)
	}
	return nil
}
