package store

import (
	"context"
	"fmt"
	"time"

	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
)

// selectClock is the database's clock, in whole milliseconds as the store's is.
const selectClock = `SELECT floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint`

// Skew is by how much this replica's clock is at least ahead of the database's, or behind it where it is negative; 0 where it may be right. SQLite
// has no clock of its own.
func (s *Store) Skew(ctx context.Context) (time.Duration, error) {
	if s.db.Engine != sqlstore.PostgreSQL {
		return 0, nil
	}
	before := s.now()
	milliseconds, err := sqlstore.Row(ctx, s.db, sqlstore.Value[int64], selectClock)
	if err != nil {
		return 0, fmt.Errorf("reading the database's clock: %w", err)
	}
	there := time.UnixMilli(milliseconds)
	if ahead := before.Sub(there); ahead > 0 {
		return ahead, nil
	}
	return min(s.now().Sub(there), 0), nil
}
