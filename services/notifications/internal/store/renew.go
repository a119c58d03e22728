package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"
)

// Renew prolongs the leases of claimed parts for a lease from now, and tells of each whether it is still its worker's.
func (s *Store) Renew(ctx context.Context, claimed []Claimed, lease time.Duration) ([]bool, error) {
	keys := make([]partKey, len(claimed))
	for i, c := range claimed {
		keys[i] = partKey{c.DispatchID, c.Kind, c.Fence, 0}
	}
	sortKeys(keys)
	var held map[partKey]bool
	err := s.db.InTx(ctx, func(tx *sql.Tx) error {
		renewed, err := scanned(ctx, tx, scanKey, s.renewParts(), recorded(keys), s.now().Add(lease).UnixMilli())
		held = make(map[partKey]bool, len(renewed))
		for _, k := range renewed {
			held[k] = true
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("renewing leases: %w", err)
	}
	all := make([]bool, len(claimed))
	for i, c := range claimed {
		all[i] = held[partKey{DispatchID: c.DispatchID, Part: c.Kind}]
	}
	return all, nil
}

func (s *Store) renewParts() string {
	return `UPDATE part SET lease_until = $2, next_attempt_at = $2 FROM ` + s.records(1, "r", fenceColumns) + `
		WHERE part.dispatch_id = r.dispatch_id AND part.part = r.part AND part.fence = r.fence AND part.status = 'sending'
		RETURNING part.dispatch_id, part.part`
}
