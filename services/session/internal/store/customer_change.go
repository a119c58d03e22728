package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/ventanilla/ventanilla/pkg/eventlog"
	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
)

// MaxCustomers is how many customers an organisation may have.
const MaxCustomers = 100_000

var (
	// ErrTooManyCustomers says that the organisation has as many customers as it may.
	ErrTooManyCustomers = errors.New("too many customers")
	// ErrCUITTaken says that the tax number is another customer's of the organisation. It is a sqlstore.ErrConflict.
	ErrCUITTaken = fmt.Errorf("the tax number is another customer's: %w", sqlstore.ErrConflict)
)

const (
	changeableColumns = `legal_name, legal_name_key, trade_name, trade_name_key, cuit, dni, email, email_key, phone, phone_key, street, city, city_key, postal_code,
	postal_code_key, province, province_key, country, country_key, fiscal_street, fiscal_city, fiscal_code, fiscal_province, fiscal_country, delivery_address,
	inactive, since, payment_terms, vat_condition, vat_rate, ledger_account, credit_account, updated_at`
	changeableValues = `$2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27, $28, $29, $30, $31,
	$32, $33, $34`
	// What counts the customers holds the organisation, so that they are counted by one at a time.
	countCustomer  = `UPDATE organisation SET customers = customers + 1 WHERE organisation_id = $1 AND customers < $2`
	insertCustomer = `INSERT INTO customer (organisation_id, ` + changeableColumns + `, person_id, created_at)
	VALUES ($1, ` + changeableValues + `, '', $34) RETURNING customer_id`
	updateCustomer = `UPDATE customer SET (` + changeableColumns + `) = (` + changeableValues + `) WHERE customer_id = $1`
	linkCustomer   = `UPDATE customer SET person_id = $2, updated_at = $3 WHERE customer_id = $1`
)

// changeable are the values of changeableColumns.
func (c Customer) changeable() []any {
	p, f := c.Postal, c.Fiscal
	return []any{
		c.LegalName, Fold(c.LegalName), c.TradeName, Fold(c.TradeName), c.CUIT, c.DNI, c.Email, Fold(c.Email), c.Phone, Fold(c.Phone),
		p.Street, p.City, Fold(p.City), p.PostalCode, Fold(p.PostalCode), p.Province, Fold(p.Province), p.Country, Fold(p.Country),
		f.Street, f.City, f.PostalCode, f.Province, f.Country, c.DeliveryAddress, truth(c.Inactive), c.Since, c.PaymentTerms, c.VATCondition,
		c.VATRate, c.LedgerAccount, c.CreditAccount, c.UpdatedAt.UnixMilli(),
	}
}

// CreateCustomer enters one and returns it with the identifier and times that it was given. It is linked to nobody. It fails with ErrNoOrganisation,
// ErrTooManyCustomers and ErrCUITTaken.
func (s *Store) CreateCustomer(ctx context.Context, c Customer) (Customer, error) {
	err := s.db.InTx(ctx, func(tx *sql.Tx) error {
		c.CreatedAt, c.PersonID = s.now(), ""
		c.UpdatedAt = c.CreatedAt
		err := one(tx.ExecContext(ctx, countCustomer, c.OrganisationID, MaxCustomers))
		if errors.Is(err, sqlstore.ErrNotFound) {
			return s.uncounted(ctx, tx, c.OrganisationID)
		}
		if err != nil {
			return err
		}
		row := tx.QueryRowContext(ctx, insertCustomer, append([]any{c.OrganisationID}, c.changeable()...)...)
		return takenCUIT(ctx, row.Scan(&c.ID))
	})
	if err != nil {
		return Customer{}, fmt.Errorf("entering a customer: %w", err)
	}
	return c, nil
}

// uncounted says why a customer was not counted.
func (s *Store) uncounted(ctx context.Context, tx *sql.Tx, organisationID int64) error {
	if _, err := s.heldOrganisation(ctx, tx, organisationID); err != nil {
		return err
	}
	return ErrTooManyCustomers
}

// UpdateCustomer lets change edit one, alone, and stores what it leaves, except identifiers, times and whom it is linked to. It returns the customer as it is
// then; what changes nothing is not written. An error of change's is returned and nothing stored; change may run more than once. It fails with
// ErrNoCustomer and ErrCUITTaken.
func (s *Store) UpdateCustomer(ctx context.Context, organisationID, id int64, change func(*Customer) error) (Customer, error) {
	var c Customer
	err := s.db.InTx(ctx, func(tx *sql.Tx) error {
		before, err := s.heldCustomer(ctx, tx, organisationID, id)
		if err != nil {
			return err
		}
		c = before
		if err := change(&c); err != nil {
			return err
		}
		c.ID, c.OrganisationID, c.PersonID, c.CreatedAt, c.UpdatedAt = before.ID, before.OrganisationID, before.PersonID, before.CreatedAt, before.UpdatedAt
		if c == before {
			return nil
		}
		c.UpdatedAt = s.now()
		_, err = tx.ExecContext(ctx, updateCustomer, append([]any{c.ID}, c.changeable()...)...)
		return takenCUIT(ctx, err)
	})
	if err != nil {
		return Customer{}, fmt.Errorf("changing a customer: %w", err)
	}
	return c, nil
}

// LinkCustomer says which person of the organisation's data set a customer is; none when it is empty. What changes nothing is not written. It fails with ErrNoCustomer.
func (s *Store) LinkCustomer(ctx context.Context, actor string, set DataSet, organisationID, id int64, personID string) error {
	type link struct {
		Person string `json:"person,omitempty"`
	}
	err := s.db.InTx(ctx, func(tx *sql.Tx) error {
		before, err := s.heldCustomer(ctx, tx, organisationID, id)
		if err != nil || before.PersonID == personID {
			return err
		}
		now := s.now()
		if _, err := tx.ExecContext(ctx, linkCustomer, id, personID, now.UnixMilli()); err != nil {
			return err
		}
		target := fmt.Sprintf("%s/customer/%d", organisationTarget(organisationID), id)
		return eventlog.Enter(ctx, tx, now, eventlog.Act{Actor: actor, Name: "LinkCustomer", Target: target},
			link{personDigest(set, before.PersonID)}, link{personDigest(set, personID)})
	})
	if err != nil {
		return fmt.Errorf("linking a customer: %w", err)
	}
	return nil
}

func takenCUIT(ctx context.Context, err error) error {
	if errors.Is(sqlstore.Classify(ctx, err), sqlstore.ErrConflict) {
		return fmt.Errorf("%w: %w", ErrCUITTaken, err)
	}
	return err
}
