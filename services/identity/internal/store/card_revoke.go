package store

import (
	"context"
	"database/sql"
	"fmt"
)

// RevokeCard revokes a card and returns it. One that is revoked stays as it was, and the log says that it was read. It fails with sqlstore.ErrNotFound.
func (s *Store) RevokeCard(ctx context.Context, act Act, set DataSet, folio string, reason CardReason) (Card, error) {
	var card Card
	err := s.db.InTx(ctx, func(tx *sql.Tx) error {
		revoked, err := s.revokeCard(ctx, tx, set, folio, reason)
		if err != nil {
			return err
		}
		var pseudonym string
		row := tx.QueryRowContext(ctx, `SELECT `+cardColumns+`, COALESCE(person.pseudonym, '') FROM card
			LEFT JOIN person ON person.person_id = card.person_id WHERE card.data_set = $1 AND card.folio = $2`, set, folio)
		if err := card.scan(row, &pseudonym); err != nil {
			return err
		}
		if revoked {
			return s.record(ctx, tx, act, pseudonym, Detail{More: []Member{{"folio", folio}, {"reason", string(reason)}}})
		}
		if pseudonym == "" { // it says nothing of anyone
			return nil
		}
		return s.record(ctx, tx, act, pseudonym, Detail{Fields: []string{"card"}, More: []Member{{"folio", folio}}})
	})
	if err != nil {
		return Card{}, fmt.Errorf("revoking a card: %w", err)
	}
	return card, nil
}

// revokeCard is false when there is no such card, or it is revoked already.
func (s *Store) revokeCard(ctx context.Context, tx *sql.Tx, set DataSet, folio string, reason CardReason) (bool, error) {
	result, err := tx.ExecContext(ctx, `UPDATE card SET revoked_at = $3, reason = $4
		WHERE data_set = $1 AND folio = $2 AND revoked_at IS NULL`, set, folio, s.now().UnixMilli(), reason)
	if err != nil {
		return false, err
	}
	rows, err := result.RowsAffected()
	return rows > 0, err
}
