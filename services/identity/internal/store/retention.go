package store

import (
	"context"
	"database/sql"
	"fmt"
	"strconv"
	"time"

	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
)

// MaxSweep is the most that one sweep removes: one transaction.
const MaxSweep = 500

// Kinds of data that are kept for a time, as the log names them.
const (
	KindMembership = "membership"
	KindFact       = "fact"
	KindImport     = "import"
)

// SweepMemberships removes memberships that ended before a time and have no live card, with what was printed on their
// cards. Like the other sweeps it removes at most MaxSweep and enters how many in the log; fewer mean that none is left.
func (s *Store) SweepMemberships(ctx context.Context, act Act, before time.Time) (int, error) {
	return s.sweep(ctx, act, KindMembership, func(tx *sql.Tx) (int, error) {
		type swept struct{ id, person string }
		var gone []swept
		err := eachRow(ctx, tx, func(row sqlstore.Scanner) error {
			var m swept
			err := row.Scan(&m.id, &m.person)
			gone = append(gone, m)
			return err
		}, `DELETE FROM membership WHERE membership_id IN (
				SELECT m.membership_id FROM membership AS m WHERE m.ended_at < $1
				AND NOT EXISTS (SELECT 1 FROM card WHERE card.membership_id = m.membership_id AND card.revoked_at IS NULL)
				ORDER BY m.ended_at LIMIT $2)
			RETURNING membership_id, person_id`, []any{before.UnixMilli(), MaxSweep})
		if err != nil {
			return 0, err
		}
		for _, m := range gone {
			_, err := tx.ExecContext(ctx, `UPDATE card SET membership_id = '', text = ''
				WHERE person_id = $1 AND person_id <> '' AND membership_id = $2`, m.person, m.id)
			if err != nil {
				return 0, err
			}
		}
		return len(gone), nil
	})
}

// SweepFacts removes facts that ceased to hold before a time.
func (s *Store) SweepFacts(ctx context.Context, act Act, before time.Time) (int, error) {
	return s.sweep(ctx, act, KindFact, deletion(ctx, `DELETE FROM fact WHERE number IN (
		SELECT number FROM fact WHERE valid_to < $1 ORDER BY valid_to LIMIT $2)`, before))
}

// SweepImports removes the progress of imports that nobody went on with since a time.
func (s *Store) SweepImports(ctx context.Context, act Act, before time.Time) (int, error) {
	return s.sweep(ctx, act, KindImport, deletion(ctx, `DELETE FROM import WHERE import_id IN (
		SELECT import_id FROM import WHERE updated_at < $1 ORDER BY updated_at LIMIT $2)`, before))
}

// sweep enters what a removal removed in its transaction; where that is nothing, the log is left alone.
func (s *Store) sweep(ctx context.Context, act Act, kind string, remove func(*sql.Tx) (int, error)) (removed int, err error) {
	err = s.db.InTx(ctx, func(tx *sql.Tx) error {
		if removed, err = remove(tx); err != nil || removed == 0 {
			return err
		}
		return s.record(ctx, tx, act, kind, Detail{More: []Member{{"removed", strconv.Itoa(removed)}}})
	})
	if err != nil {
		return 0, fmt.Errorf("sweeping each %s that is old: %w", kind, err)
	}
	return removed, nil
}

func deletion(ctx context.Context, statement string, before time.Time) func(*sql.Tx) (int, error) {
	return func(tx *sql.Tx) (int, error) {
		result, err := tx.ExecContext(ctx, statement, before.UnixMilli(), MaxSweep)
		if err != nil {
			return 0, err
		}
		removed, err := result.RowsAffected()
		return int(removed), err
	}
}
