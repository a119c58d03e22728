package store

import (
	"context"
	"database/sql"
	"fmt"
	"strconv"
)

// ErasePerson removes a person and all that leads to it, but for the entries of the log, and returns how many live cards
// that revoked. Its cards keep folio and signature, so that they stay on the list of revoked ones. A household in which nobody is left goes with
// what was stated about it. It fails with ErrNotFound.
func (s *Store) ErasePerson(ctx context.Context, act Act, personID, reason string) (revoked int64, err error) {
	err = s.db.InTx(ctx, func(tx *sql.Tx) error {
		households, err := householdsOf(ctx, tx, personID)
		if err != nil {
			return err
		}
		// First the person: who adds to it in another transaction has a lock on the row, or finds it gone. Memberships,
		// identifiers and household statements go with it.
		var pseudonym string
		if err := tx.QueryRowContext(ctx, `DELETE FROM person WHERE person_id = $1 RETURNING pseudonym`, personID).Scan(&pseudonym); err != nil {
			return err
		}
		if revoked, err = s.eraseCards(ctx, tx, personID); err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, `DELETE FROM fact WHERE subject_id = $1 AND subject = 'person'`, personID); err != nil {
			return err
		}
		for _, id := range households {
			if err := eraseEmptyHousehold(ctx, tx, id); err != nil {
				return err
			}
		}
		return s.record(ctx, tx, act, pseudonym, Detail{
			Purpose: reason, More: []Member{{"revoked_cards", strconv.FormatInt(revoked, 10)}},
		})
	})
	if err != nil {
		return 0, fmt.Errorf("erasing a person: %w", err)
	}
	return revoked, nil
}

func (s *Store) eraseCards(ctx context.Context, tx *sql.Tx, personID string) (revoked int64, err error) {
	result, err := tx.ExecContext(ctx, `UPDATE card SET revoked_at = $2, reason = 'erased' WHERE person_id = $1 AND person_id <> '' AND revoked_at IS NULL`,
		personID, s.now().UnixMilli())
	if err != nil {
		return 0, err
	}
	if revoked, err = result.RowsAffected(); err != nil {
		return 0, err
	}
	_, err = tx.ExecContext(ctx, `UPDATE card SET person_id = '', membership_id = '', text = '', replaces = ''
		WHERE person_id = $1 AND person_id <> ''`, personID)
	return revoked, err
}

func householdsOf(ctx context.Context, tx *sql.Tx, personID string) ([]string, error) {
	rows, err := tx.QueryContext(ctx, `SELECT DISTINCT household_id FROM household_member WHERE person_id = $1`, personID)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var ids []string
	for rows.Next() {
		var id string
		if err := rows.Scan(&id); err != nil {
			return nil, err
		}
		ids = append(ids, id)
	}
	return ids, rows.Err()
}

func eraseEmptyHousehold(ctx context.Context, tx *sql.Tx, id string) error {
	result, err := tx.ExecContext(ctx, `DELETE FROM household WHERE household_id = $1
		AND NOT EXISTS (SELECT 1 FROM household_member AS other WHERE other.household_id = household.household_id)`, id)
	if err != nil {
		return err
	}
	if gone, err := result.RowsAffected(); err != nil || gone == 0 {
		return err
	}
	_, err = tx.ExecContext(ctx, `DELETE FROM fact WHERE subject_id = $1 AND subject = 'household'`, id)
	return err
}
