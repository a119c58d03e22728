package store

import (
	"context"
	"errors"
	"fmt"

	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
	"github.com/ventanilla/ventanilla/services/session/internal/list"
)

// Membership is an organisation as a user works in it.
type Membership struct {
	Organisation
	Administrator bool
}

const (
	membershipColumns = organisationColumns + `, m.administrator`
	membershipsOf     = `member m JOIN organisation o ON o.organisation_id = m.organisation_id WHERE m.account_id = $1`
	selectMembership  = `SELECT ` + membershipColumns + ` FROM ` + membershipsOf + ` AND m.organisation_id = $2`
)

// MembershipList declares the list of organisations that a user works in, as session.v1.Organisation has them.
func MembershipList() list.Declaration {
	return list.Declaration{
		By: "legal_name", ID: "o.organisation_id",
		Fields: map[string]list.Field{
			"organisation_id": {Column: "o.organisation_id", Type: list.Number},
			"legal_name":      {Column: "o.legal_name_key", Type: list.Text, Fold: Fold},
			"trade_name":      {Column: "o.trade_name_key", Type: list.Text, Fold: Fold},
			"cuit":            {Column: "o.cuit", Type: list.Digits},
			"type":            {Column: "o.type_key", Type: list.Text, Fold: Fold},
			"last_day":        {Column: "o.last_day", Type: list.Day},
			"disabled":        {Column: "o.disabled", Type: list.Truth},
			"activity":        {Column: "o.activity_key", Type: list.Text, Fold: Fold},
		},
	}
}

func scanMembership(row sqlstore.Scanner) (m Membership, err error) {
	var r organisationRow
	err = row.Scan(append(r.columns(), &m.Administrator)...)
	m.Organisation = r.organisation()
	return m, err
}

// Membership returns an organisation that a user works in. It fails with ErrNoOrganisation, also for one that the user does not work in.
func (s *Store) Membership(ctx context.Context, accountID string, organisationID int64) (Membership, error) {
	m, err := sqlstore.Row(ctx, s.db, scanMembership, selectMembership, accountID, organisationID)
	if errors.Is(err, sqlstore.ErrNotFound) {
		err = ErrNoOrganisation
	}
	if err != nil {
		return Membership{}, fmt.Errorf("reading a membership: %w", err)
	}
	return m, nil
}

// Memberships returns a part of the organisations that a user works in, asked for as MembershipList declares, and how many there are in all parts.
func (s *Store) Memberships(ctx context.Context, accountID string, asked list.Query) ([]Membership, int64, error) {
	all, total, err := listed(ctx, s.db, scanMembership, asked, membershipColumns, membershipsOf, accountID)
	if err != nil {
		return nil, 0, fmt.Errorf("listing memberships: %w", err)
	}
	return all, total, nil
}

// listed reads a part of a list and counts the whole. They are two statements: a change between them shows in one of them.
func listed[T any](
	ctx context.Context, db *sqlstore.DB, scan func(sqlstore.Scanner) (T, error), asked list.Query, columns, from string, first ...any,
) (all []T, total int64, err error) {
	count, args := asked.Count(from, first...)
	if total, err = sqlstore.Row(ctx, db, sqlstore.Value[int64], count, args...); err != nil {
		return nil, 0, err
	}
	page, args := asked.Page(columns, from, first...)
	all, err = sqlstore.Rows(ctx, db, scan, page, args...)
	return all, total, err
}
