package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"
)

// enterEvent enters what an actor did to a target, in the transaction that does it. before and after are JSON without secrets, and without
// what reaches a person; empty for what was not there before, or is not there after.
func enterEvent(ctx context.Context, tx *sql.Tx, at time.Time, actor, act, target, before, after string) error {
	if _, err := tx.ExecContext(ctx, `INSERT INTO admin_event (at, actor, act, target, before, after) VALUES ($1, $2, $3, $4, $5, $6)`,
		at.UnixMilli(), actor, act, target, before, after); err != nil {
		return fmt.Errorf("entering an event: %w", err)
	}
	return nil
}
