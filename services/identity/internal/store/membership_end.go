package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
)

// Memberships lists a person's memberships, oldest first.
func (s *Store) Memberships(ctx context.Context, personID string) ([]Membership, error) {
	if !sqlstore.CanBeKey(personID) {
		return nil, nil
	}
	all, err := sqlstore.Rows(ctx, s.db, scanMembership, selectMembership+` WHERE person_id = $2 ORDER BY membership_id`,
		s.now().UnixMilli(), personID)
	if err != nil {
		return nil, fmt.Errorf("listing memberships: %w", err)
	}
	return all, nil
}

// EndMembership ends a membership and revokes its live card. One that has ended stays as it was. allow sees the membership
// before; an error of its is returned and nothing changed. It fails with sqlstore.ErrNotFound.
func (s *Store) EndMembership(ctx context.Context, id string, act Act, allow func(Membership) error) (Membership, error) {
	var m Membership
	err := s.db.InTx(ctx, func(tx *sql.Tx) (err error) {
		if m, err = s.membershipToChange(ctx, tx, id); err != nil {
			return err
		}
		if err := allow(m); err != nil || !m.EndedAt.IsZero() {
			return err
		}
		m.EndedAt, m.UpdatedAt, m.HasCard = s.now(), s.now(), false
		_, err = tx.ExecContext(ctx, `UPDATE membership SET (ended_at, updated_at) = ($2, $3) WHERE membership_id = $1`,
			id, m.EndedAt.UnixMilli(), m.UpdatedAt.UnixMilli())
		if err != nil {
			return err
		}
		detail := Detail{Fields: []string{"ended_at"}}
		if folio, err := revokeCardOf(ctx, tx, m); err != nil {
			return err
		} else if folio != "" {
			detail.More = []Member{{"revoked_card", folio}}
		}
		return s.record(ctx, tx, act, m.Pseudonym, detail)
	})
	if err != nil {
		return Membership{}, fmt.Errorf("ending a membership: %w", err)
	}
	return m, nil
}

// revokeCardOf ends the live card of a membership that has just ended and returns its folio, or none.
func revokeCardOf(ctx context.Context, tx *sql.Tx, m Membership) (folio string, err error) {
	err = tx.QueryRowContext(ctx, `UPDATE card SET revoked_at = $2, reason = $3
		WHERE membership_id = $1 AND revoked_at IS NULL RETURNING folio`, m.ID, m.EndedAt.UnixMilli(), CardMembershipEnded).Scan(&folio)
	if errors.Is(err, sql.ErrNoRows) {
		return "", nil
	}
	return folio, err
}
