package store

import (
	"context"
	"database/sql"
	"fmt"
	"strconv"

	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
)

// ErasePerson removes a person and all that leads to it, but for the entries of the log, and returns how many live cards
// that revoked. Its cards keep folio and signature, so that they stay on the list of revoked ones. A household in which nobody is left goes with
// what was stated about it. It fails with ErrNotFound.
func (s *Store) ErasePerson(ctx context.Context, act Act, personID, reason string) (revoked int64, err error) {
	if !sqlstore.CanBeKey(personID) {
		return 0, fmt.Errorf("erasing a person: %w", sqlstore.ErrNotFound)
	}
	err = s.db.InTx(ctx, func(tx *sql.Tx) error {
		// Nobody states anything about the person meanwhile.
		if _, err := s.recordingTime(ctx, tx); err != nil {
			return err
		}
		households, err := householdsOf(ctx, tx, personID)
		if err != nil {
			return err
		}
		// Memberships, identifiers and household statements go with the person. Who adds to it in another transaction is
		// waited for here, or finds it gone; so the cards come after.
		var pseudonym string
		if err := tx.QueryRowContext(ctx, `DELETE FROM person WHERE person_id = $1 RETURNING pseudonym`, personID).Scan(&pseudonym); err != nil {
			return err
		}
		if revoked, err = s.eraseCards(ctx, tx, personID); err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, `DELETE FROM fact WHERE subject_id = $1 AND subject = $2`, personID, SubjectPerson); err != nil {
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
	result, err := tx.ExecContext(ctx, `UPDATE card SET revoked_at = $2, reason = $3 WHERE person_id = $1 AND person_id <> '' AND revoked_at IS NULL`,
		personID, s.now().UnixMilli(), CardErased)
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

func householdsOf(ctx context.Context, tx *sql.Tx, personID string) (ids []string, err error) {
	err = eachRow(ctx, tx, func(row sqlstore.Scanner) error {
		id, err := sqlstore.Value[string](row)
		ids = append(ids, id)
		return err
	}, `SELECT DISTINCT household_id FROM household_member WHERE person_id = $1`, []any{personID})
	return ids, err
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
	_, err = tx.ExecContext(ctx, `DELETE FROM fact WHERE subject_id = $1 AND subject = $2`, id, SubjectHousehold)
	return err
}
