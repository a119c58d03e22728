package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
	"github.com/ventanilla/ventanilla/services/session/internal/list"
)

// ErrNoCustomer says that no customer of the organisation has the identifier.
var ErrNoCustomer = errors.New("no such customer")

// Address is a postal address.
type Address struct{ Street, City, PostalCode, Province, Country string }

// Customer is whom an organisation sells to; the fields mean what they mean in ventanilla.session.v1.Customer.
type Customer struct {
	ID, OrganisationID int64
	LegalName          string
	TradeName          string
	CUIT, DNI          string
	Postal, Fiscal     Address
	DeliveryAddress    string
	Phone, Email       string
	Inactive           bool
	Since              string
	// PaymentTerms and VATCondition are numbers of the contract's enums.
	PaymentTerms, VATCondition   int32
	VATRate                      string
	LedgerAccount, CreditAccount string
	// PersonID is whom an operator said that it is; empty for nobody.
	PersonID             string
	CreatedAt, UpdatedAt time.Time
}

const (
	customerColumns = `customer_id, organisation_id, legal_name, trade_name, cuit, dni, street, city, postal_code, province, country, fiscal_street, fiscal_city,
	fiscal_code, fiscal_province, fiscal_country, delivery_address, phone, email, inactive, since, payment_terms, vat_condition, vat_rate, ledger_account,
	credit_account, person_id, created_at, updated_at`
	customersOf    = `customer WHERE organisation_id = $1`
	selectCustomer = `SELECT ` + customerColumns + ` FROM ` + customersOf + ` AND customer_id = $2`
)

func scanCustomer(row sqlstore.Scanner) (c Customer, err error) {
	var created, updated int64
	p, f := &c.Postal, &c.Fiscal
	err = row.Scan(&c.ID, &c.OrganisationID, &c.LegalName, &c.TradeName, &c.CUIT, &c.DNI, &p.Street, &p.City, &p.PostalCode, &p.Province, &p.Country,
		&f.Street, &f.City, &f.PostalCode, &f.Province, &f.Country, &c.DeliveryAddress, &c.Phone, &c.Email, &c.Inactive, &c.Since, &c.PaymentTerms,
		&c.VATCondition, &c.VATRate, &c.LedgerAccount, &c.CreditAccount, &c.PersonID, &created, &updated)
	c.CreatedAt, c.UpdatedAt = time.UnixMilli(created).UTC(), time.UnixMilli(updated).UTC()
	return c, err
}

// Customer returns one of an organisation. It fails with ErrNoCustomer.
func (s *Store) Customer(ctx context.Context, organisationID, id int64) (Customer, error) {
	c, err := sqlstore.Row(ctx, s.db, scanCustomer, selectCustomer, organisationID, id)
	if errors.Is(err, sqlstore.ErrNotFound) {
		err = ErrNoCustomer
	}
	if err != nil {
		return Customer{}, fmt.Errorf("reading a customer: %w", err)
	}
	return c, nil
}

// Customers returns a part of an organisation's, asked for as CustomerList declares, and how many there are in all parts.
func (s *Store) Customers(ctx context.Context, organisationID int64, asked list.Query) ([]Customer, int64, error) {
	all, total, err := listed(ctx, s.db, scanCustomer, asked, customerColumns, customersOf, organisationID)
	if err != nil {
		return nil, 0, fmt.Errorf("listing customers: %w", err)
	}
	return all, total, nil
}

// heldCustomer reads one that stays as it is until the transaction ends. It fails with ErrNoCustomer.
func (s *Store) heldCustomer(ctx context.Context, tx *sql.Tx, organisationID, id int64) (Customer, error) {
	c, err := scanCustomer(tx.QueryRowContext(ctx, s.locking(selectCustomer, toChange), organisationID, id))
	if errors.Is(err, sql.ErrNoRows) {
		return c, ErrNoCustomer
	}
	return c, err
}
