package store

import (
	"context"
	"fmt"

	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
)

// DueLanes are those with parts that are due.
func (s *Store) DueLanes(ctx context.Context) ([]Lane, error) {
	due, err := sqlstore.Rows(ctx, s.db, func(row sqlstore.Scanner) (l Lane, err error) {
		err = row.Scan(&l.Channel, &l.Priority)
		return l, err
	}, s.selectDueLanes(), recorded(Lanes()), s.now().UnixMilli())
	if err != nil {
		return nil, fmt.Errorf("looking for lanes with parts: %w", err)
	}
	return due, nil
}

// selectDueLanes looks at the first part of each lane, which no plan can turn into a look at more.
func (s *Store) selectDueLanes() string {
	return `SELECT r.channel, r.priority FROM ` + s.records(1, "r", "channel text, priority bigint") + `
		WHERE (SELECT next_attempt_at FROM part WHERE part.channel = r.channel AND part.priority = r.priority AND part.next_attempt_at <= $2
		ORDER BY next_attempt_at LIMIT 1) IS NOT NULL`
}
