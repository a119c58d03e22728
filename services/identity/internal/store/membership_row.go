package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
)

const (
	// changeableOfMembership are in the order of Membership.changeable.
	changeableOfMembership = `number, programme, academic_unit, department, entity, term, status, position, hired_on, salary_level,
	valid_until, updated_at`
	membershipColumns = `membership_id, person_id, data_set, type, created_at, ` + changeableOfMembership
	// selectMembership has the present time as its first argument.
	selectMembership = `SELECT ` + membershipColumns + `, ended_at,
	(SELECT pseudonym FROM person WHERE person.person_id = membership.person_id),
	EXISTS (SELECT 1 FROM card WHERE card.membership_id = membership.membership_id AND card.revoked_at IS NULL
		AND (card.expires_at IS NULL OR card.expires_at > $1)) FROM membership`
)

func (m Membership) changeable() []any {
	return []any{
		m.Number, m.Programme, m.AcademicUnit, m.Department, m.Entity, m.Term, m.Status, m.Position, m.HiredOn, m.SalaryLevel,
		m.ValidUntil, m.UpdatedAt.UnixMilli(),
	}
}

func scanMembership(row sqlstore.Scanner) (Membership, error) {
	var m Membership
	var created, updated int64
	var ended sql.NullInt64
	err := row.Scan(&m.ID, &m.PersonID, &m.DataSet, &m.Type, &created, &m.Number, &m.Programme, &m.AcademicUnit, &m.Department,
		&m.Entity, &m.Term, &m.Status, &m.Position, &m.HiredOn, &m.SalaryLevel, &m.ValidUntil, &updated, &ended, &m.Pseudonym, &m.HasCard)
	m.CreatedAt, m.UpdatedAt = time.UnixMilli(created).UTC(), time.UnixMilli(updated).UTC()
	if ended.Valid {
		m.EndedAt = time.UnixMilli(ended.Int64).UTC()
	}
	return m, err
}

//nolint:gochecknoglobals // the text of a statement
var insertMembership = &insertion{head: `INSERT INTO membership (` + membershipColumns + `)`, columns: 17}

func insertMemberships(ctx context.Context, tx *sql.Tx, memberships []Membership) error {
	values := make([]any, 0, insertMembership.columns*len(memberships))
	for _, m := range memberships {
		values = append(values, m.ID, m.PersonID, m.DataSet, m.Type, m.CreatedAt.UnixMilli())
		values = append(values, m.changeable()...)
	}
	return existing(ctx, insertMembership.each(values, func(text string, values []any) error {
		_, err := tx.ExecContext(ctx, text, values...)
		return err
	}))
}

func updateMembership(ctx context.Context, tx *sql.Tx, m Membership) error {
	_, err := tx.ExecContext(ctx, `UPDATE membership SET (`+changeableOfMembership+`) = ($2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
		WHERE membership_id = $1`, append([]any{m.ID}, m.changeable()...)...)
	return existing(ctx, err)
}

func existing(ctx context.Context, err error) error {
	if errors.Is(sqlstore.Classify(ctx, err), sqlstore.ErrConflict) {
		return fmt.Errorf("%w: %w", ErrMembershipExists, err)
	}
	return err
}

// differences names the fields, as the message Membership does, in which m and another differ.
func (m Membership) differences(other Membership) []string {
	var names []string
	for _, field := range []struct{ name, have, had string }{
		{"type", string(m.Type), string(other.Type)},
		{"number", m.Number, other.Number},
		{"programme", m.Programme, other.Programme},
		{"academic_unit", m.AcademicUnit, other.AcademicUnit},
		{"department", m.Department, other.Department},
		{"entity", m.Entity, other.Entity},
		{"term", m.Term, other.Term},
		{"status", m.Status, other.Status},
		{"position", m.Position, other.Position},
		{"hired_on", m.HiredOn, other.HiredOn},
		{"salary_level", m.SalaryLevel, other.SalaryLevel},
		{"valid_until", m.ValidUntil, other.ValidUntil},
	} {
		if field.have != field.had {
			names = append(names, field.name)
		}
	}
	return names
}
