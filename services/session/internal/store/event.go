package store

import (
	"context"

	"github.com/ventanilla/ventanilla/pkg/eventlog"
)

// Events is eventlog.List of what operators changed.
func (s *Store) Events(ctx context.Context, filter eventlog.Filter, below int64, limit int) (events []eventlog.Event, next int64, err error) {
	return eventlog.List(ctx, s.db, filter, below, limit)
}
