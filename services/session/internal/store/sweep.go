package store

import (
	"context"
	"database/sql"
	"time"
)

// MaxSweep is the most rows that one call of a sweep takes. A sweep that took so many has more to do. All may run on every replica at the same
// time: what one has in hand the others pass over.
const MaxSweep = 500

// Sweep is one kind of upkeep.
type Sweep struct {
	// Doing says what it does, for the log.
	Doing string
	// Once does it for at most MaxSweep rows and returns for how many it did.
	Once func(context.Context) (int, error)
}

// Sweeps are all of them.
func (s *Store) Sweeps() []Sweep {
	return []Sweep{
		{"dropping sessions that are over", s.drop("session", "idle_expires_at", 0)},
		{"forgetting failed logins", s.drop("login_failure", "last_failure_at", FailuresKept)},
		{"dropping pass keys that are over", s.drop("pass_key", "expires_at", 0)},
		{"dropping beneficiaries' tokens that are over", s.drop("beneficiary_token", "expires_at", 0)},
		{"forgetting whose old notifications are", s.drop("notification", "created_at", NotificationsKept)},
	}
}

// drop removes rows of a table some time after what an indexed column of theirs says.
func (s *Store) drop(table, column string, kept time.Duration) func(context.Context) (int, error) {
	text := s.dropOldest(table, column)
	return func(ctx context.Context) (rows int, err error) {
		err = s.db.InTx(ctx, func(tx *sql.Tx) error {
			result, err := tx.ExecContext(ctx, text, s.now().Add(-kept).UnixMilli(), MaxSweep)
			if err != nil {
				return err
			}
			dropped, err := result.RowsAffected()
			rows = int(dropped)
			return err
		})
		if err != nil {
			return 0, err // what was not committed is still there
		}
		return rows, nil
	}
}

func (s *Store) dropOldest(table, column string) string {
	return `DELETE FROM ` + table + ` WHERE ` + s.db.Oldest(table, column+` <= $1`, column, "$2")
}
