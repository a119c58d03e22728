package store

import (
	"context"
	"fmt"
	"time"

	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
)

// maxDepth is as far as a lane is counted, so that a great backlog costs no more than that.
const maxDepth = 100_000

// Depth is how much waits in a lane.
type Depth struct {
	Lane
	// Due is how many parts are due, at most 100,000.
	Due int64
	// Age is how long the first of them has been; 0 when none is.
	Age time.Duration
}

// Depths look into all lanes.
func (s *Store) Depths(ctx context.Context) ([]Depth, error) {
	now := s.now()
	all := make([]Depth, 0, len(Lanes()))
	for _, lane := range Lanes() {
		d, err := sqlstore.Row(ctx, s.db, func(row sqlstore.Scanner) (d Depth, err error) {
			var first int64
			err = row.Scan(&d.Due, &first)
			d.Lane, d.Age = lane, now.Sub(time.UnixMilli(first))
			return d, err
		}, selectDepth, lane.Channel, lane.Priority, now.UnixMilli(), maxDepth)
		if err != nil {
			return nil, fmt.Errorf("looking into the queue: %w", err)
		}
		all = append(all, d)
	}
	return all, nil
}

// selectDepth counts in the order of the queue's index, which it does not leave.
const selectDepth = `SELECT count(*), COALESCE(min(next_attempt_at), $3) FROM (SELECT next_attempt_at FROM part
	WHERE channel = $1 AND priority = $2 AND next_attempt_at <= $3 ORDER BY next_attempt_at LIMIT $4) AS due`
