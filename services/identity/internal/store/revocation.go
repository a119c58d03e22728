package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
)

// RevokedCard is what the list of revoked cards is made of.
type RevokedCard struct{ Folio, Signature string }

// RevokedCards returns the revoked cards of a data set whose keys are published, at most limit. Those of other keys need no list:
// they do not verify. One that has expired stays as long as its key: a card does not say when it ends.
func (s *Store) RevokedCards(ctx context.Context, set DataSet, limit int) ([]RevokedCard, error) {
	cards, err := sqlstore.Rows(ctx, s.db, func(row sqlstore.Scanner) (c RevokedCard, err error) {
		return c, row.Scan(&c.Folio, &c.Signature)
	}, `SELECT folio, signature FROM card WHERE data_set = $2 AND revoked_at IS NOT NULL
		AND key_id IN (SELECT key_id FROM signing_key WHERE `+published+`) LIMIT $3`, s.now().UnixMilli(), set, limit)
	if err != nil {
		return nil, fmt.Errorf("reading revoked cards: %w", err)
	}
	return cards, nil
}

// LastRevocation is when a card of a data set was last revoked, by the clock of the replica that did it; zero for never.
func (s *Store) LastRevocation(ctx context.Context, set DataSet) (time.Time, error) {
	last, err := sqlstore.Row(ctx, s.db, sqlstore.Value[int64],
		`SELECT COALESCE(max(revoked_at), 0) FROM card WHERE data_set = $1 AND revoked_at IS NOT NULL`, set)
	if err != nil {
		return time.Time{}, fmt.Errorf("reading the last revocation: %w", err)
	}
	return orZero(sql.NullInt64{Int64: last, Valid: last > 0}), nil
}
