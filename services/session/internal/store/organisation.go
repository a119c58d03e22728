package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
)

// ErrNoOrganisation says that no organisation has the identifier.
var ErrNoOrganisation = errors.New("no such organisation")

// Organisation is a body that users work for. Its JSON is what events show of it.
type Organisation struct {
	ID            int64     `json:"organisation_id"`
	DataSet       DataSet   `json:"data_set"`
	LegalName     string    `json:"legal_name"`
	TradeName     string    `json:"trade_name,omitempty"`
	CUIT          string    `json:"cuit,omitempty"`
	PlanID        int32     `json:"plan_id"`
	Type          string    `json:"type,omitempty"`
	LogoPath      string    `json:"logo_path,omitempty"`
	Disabled      bool      `json:"disabled"`
	LastDay       string    `json:"last_day,omitempty"`
	FiscalYearEnd string    `json:"fiscal_year_end,omitempty"`
	Activity      string    `json:"activity,omitempty"`
	CreatedAt     time.Time `json:"created_at"`
	UpdatedAt     time.Time `json:"updated_at"`
}

const (
	organisationColumns = `o.organisation_id, o.data_set, o.legal_name, o.trade_name, o.cuit, o.plan_id, o.type, o.logo_path, o.disabled, o.last_day,
	o.fiscal_year_end, o.activity, o.created_at, o.updated_at`
	selectOrganisation  = `SELECT ` + organisationColumns + ` FROM organisation o WHERE o.organisation_id = $1`
	selectOrganisations = `SELECT ` + organisationColumns + ` FROM organisation o WHERE o.data_set = $1 AND o.organisation_id > $2
	ORDER BY o.organisation_id LIMIT $3`
)

// organisationRow is an organisation as its columns have it.
type organisationRow struct {
	Organisation
	created, updated int64
}

func (r *organisationRow) columns() []any {
	return []any{
		&r.ID, &r.DataSet, &r.LegalName, &r.TradeName, &r.CUIT, &r.PlanID, &r.Type, &r.LogoPath, &r.Disabled, &r.LastDay, &r.FiscalYearEnd, &r.Activity,
		&r.created, &r.updated,
	}
}

func (r *organisationRow) organisation() Organisation {
	o := r.Organisation
	o.CreatedAt, o.UpdatedAt = time.UnixMilli(r.created).UTC(), time.UnixMilli(r.updated).UTC()
	return o
}

func scanOrganisation(row sqlstore.Scanner) (Organisation, error) {
	var r organisationRow
	err := row.Scan(r.columns()...)
	return r.organisation(), err
}

// Organisation returns one. It fails with ErrNoOrganisation.
func (s *Store) Organisation(ctx context.Context, id int64) (Organisation, error) {
	o, err := sqlstore.Row(ctx, s.db, scanOrganisation, selectOrganisation, id)
	if errors.Is(err, sqlstore.ErrNotFound) {
		err = ErrNoOrganisation
	}
	if err != nil {
		return Organisation{}, fmt.Errorf("reading an organisation: %w", err)
	}
	return o, nil
}

// Organisations returns some of a data set behind an identifier, by identifier.
func (s *Store) Organisations(ctx context.Context, set DataSet, after int64, limit int) ([]Organisation, error) {
	all, err := sqlstore.Rows(ctx, s.db, scanOrganisation, selectOrganisations, set, after, limit)
	if err != nil {
		return nil, fmt.Errorf("listing organisations: %w", err)
	}
	return all, nil
}

// heldOrganisation reads one that stays as it is until the transaction ends. It fails with ErrNoOrganisation.
func (s *Store) heldOrganisation(ctx context.Context, tx *sql.Tx, id int64) (Organisation, error) {
	o, err := scanOrganisation(tx.QueryRowContext(ctx, s.locking(selectOrganisation, toChange), id))
	if errors.Is(err, sql.ErrNoRows) {
		return o, ErrNoOrganisation
	}
	return o, err
}
