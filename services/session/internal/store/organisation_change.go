package store

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/ventanilla/ventanilla/pkg/eventlog"
)

const (
	insertOrganisation = `INSERT INTO organisation (data_set, legal_name, legal_name_key, trade_name, trade_name_key, cuit, plan_id, type, type_key, logo_path,
	disabled, last_day, fiscal_year_end, activity, activity_key, customers, created_at, updated_at)
	VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, 0, $16, $16) RETURNING organisation_id`
	updateOrganisation = `UPDATE organisation SET legal_name = $2, legal_name_key = $3, trade_name = $4, trade_name_key = $5, cuit = $6, plan_id = $7, type = $8,
	type_key = $9, logo_path = $10, disabled = $11, last_day = $12, fiscal_year_end = $13, activity = $14, activity_key = $15, updated_at = $16
	WHERE organisation_id = $1`
)

// values are what an operator decides, in the order of the statements, with what comes of it.
func (o Organisation) values() []any {
	return []any{
		o.LegalName, Fold(o.LegalName), o.TradeName, Fold(o.TradeName), o.CUIT, o.PlanID, o.Type, Fold(o.Type), o.LogoPath, truth(o.Disabled), o.LastDay,
		o.FiscalYearEnd, o.Activity, Fold(o.Activity), o.UpdatedAt.UnixMilli(),
	}
}

// CreateOrganisation enters one and returns it with the identifier and times that it was given.
func (s *Store) CreateOrganisation(ctx context.Context, actor string, o Organisation) (Organisation, error) {
	err := s.db.InTx(ctx, func(tx *sql.Tx) error {
		o.CreatedAt = s.now()
		o.UpdatedAt = o.CreatedAt
		if err := tx.QueryRowContext(ctx, insertOrganisation, append([]any{o.DataSet}, o.values()...)...).Scan(&o.ID); err != nil {
			return err
		}
		return s.enteredOrganisation(ctx, tx, actor, "CreateOrganisation", o.ID, nil, o)
	})
	if err != nil {
		return Organisation{}, fmt.Errorf("entering an organisation: %w", err)
	}
	return o, nil
}

// UpdateOrganisation lets change edit one, alone, and stores what it leaves, except identifier, data set and times. It returns the organisation as it is then;
// what changes nothing is not written. An error of change's is returned and nothing stored; change may run more than once. It fails with ErrNoOrganisation.
func (s *Store) UpdateOrganisation(ctx context.Context, actor string, id int64, change func(*Organisation) error) (Organisation, error) {
	var o Organisation
	err := s.db.InTx(ctx, func(tx *sql.Tx) error {
		before, err := s.heldOrganisation(ctx, tx, id)
		if err != nil {
			return err
		}
		o = before
		if err := change(&o); err != nil {
			return err
		}
		o.ID, o.DataSet, o.CreatedAt, o.UpdatedAt = before.ID, before.DataSet, before.CreatedAt, before.UpdatedAt
		if o == before {
			return nil
		}
		o.UpdatedAt = s.now()
		if _, err := tx.ExecContext(ctx, updateOrganisation, append([]any{o.ID}, o.values()...)...); err != nil {
			return err
		}
		return s.enteredOrganisation(ctx, tx, actor, "UpdateOrganisation", o.ID, before, o)
	})
	if err != nil {
		return Organisation{}, fmt.Errorf("changing an organisation: %w", err)
	}
	return o, nil
}

func (s *Store) enteredOrganisation(ctx context.Context, tx *sql.Tx, actor, act string, id int64, before, after any) error {
	return eventlog.Enter(ctx, tx, s.now(), eventlog.Act{Actor: actor, Name: act, Target: organisationTarget(id)}, before, after)
}

// organisationTarget is how events name an organisation; what belongs to it is named behind it.
func organisationTarget(id int64) string { return fmt.Sprintf("organisation/%d", id) }
