package store

import (
	"context"
	"database/sql"

	"github.com/ventanilla/ventanilla/pkg/eventlog"
)

// Events is eventlog.List of what operators and peers changed.
func (s *Store) Events(ctx context.Context, filter eventlog.Filter, below int64, limit int) (events []eventlog.Event, next int64, err error) {
	return eventlog.List(ctx, s.db, filter, below, limit)
}

// entered is eventlog.Enter now.
func (s *Store) entered(ctx context.Context, tx *sql.Tx, actor, act, target string, before, after any) error {
	return eventlog.Enter(ctx, tx, s.now(), eventlog.Act{Actor: actor, Name: act, Target: target}, before, after)
}
