package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
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

// Event is what an actor did to a target.
type Event struct {
	Number        int64 // grows with time
	At            time.Time
	Actor         string
	Act           string
	Target        string
	Before, After string
}

const selectEvents = `SELECT number, at, actor, act, target, before, after FROM admin_event WHERE number > $1 ORDER BY number LIMIT $2`

// Events returns some behind a number, oldest first.
func (s *Store) Events(ctx context.Context, after int64, limit int) ([]Event, error) {
	events, err := sqlstore.Rows(ctx, s.db, func(row sqlstore.Scanner) (e Event, err error) {
		var at int64
		err = row.Scan(&e.Number, &at, &e.Actor, &e.Act, &e.Target, &e.Before, &e.After)
		e.At = time.UnixMilli(at).UTC()
		return e, err
	}, selectEvents, after, limit)
	if err != nil {
		return nil, fmt.Errorf("reading events: %w", err)
	}
	return events, nil
}
