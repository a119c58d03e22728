package store

import (
	"context"
	"fmt"
	"time"

	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
)

// Change is that a dispatch changed last at a time, to a version.
type Change struct {
	At         time.Time
	ID         string
	ProviderID int64
	Version    int64
}

const (
	selectChanges     = `SELECT changed_at, dispatch_id, provider_id, version FROM dispatch WHERE (changed_at, dispatch_id) > ($1, $2) ORDER BY changed_at, dispatch_id LIMIT $3`
	selectLastChanges = `SELECT changed_at, dispatch_id, provider_id, version FROM dispatch WHERE `
)

func scanChange(row sqlstore.Scanner) (c Change, err error) {
	var milliseconds int64
	err = row.Scan(&milliseconds, &c.ID, &c.ProviderID, &c.Version)
	c.At = time.UnixMilli(milliseconds).UTC()
	return c, err
}

// Changes returns some last changes behind a time and an identifier, oldest first. A change may come to light later than one with a later time:
// when its transaction ends, and where replicas' clocks differ.
func (s *Store) Changes(ctx context.Context, behind time.Time, id string, limit int) ([]Change, error) {
	changes, err := sqlstore.Rows(ctx, s.db, scanChange, selectChanges, behind.UnixMilli(), id, limit)
	if err != nil {
		return nil, fmt.Errorf("reading changes: %w", err)
	}
	return changes, nil
}

// LastChanges returns the last change of each of some dispatches, in no order. One that there is not is left out.
func (s *Store) LastChanges(ctx context.Context, ids []string) ([]Change, error) {
	changes, err := sqlstore.Rows(ctx, s.db, scanChange, selectLastChanges+s.among("dispatch_id", "$1"), s.list(ids))
	if err != nil {
		return nil, fmt.Errorf("reading last changes: %w", err)
	}
	return changes, nil
}
