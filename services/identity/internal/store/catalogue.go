package store

import (
	"context"
	"database/sql"
	"fmt"

	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
)

// ErrInUse says that memberships have a catalogue's code.
var ErrInUse = fmt.Errorf("memberships have the code: %w", sqlstore.ErrConflict)

// Catalogue is a list of codes with their meanings.
type Catalogue string

// The catalogues. Each data set has its own.
const (
	MembershipTypes Catalogue = "membership_types"
	Statuses        Catalogue = "statuses"
	Programmes      Catalogue = "programmes"
	AcademicUnits   Catalogue = "academic_units"
	Departments     Catalogue = "departments"
)

// CatalogueEntry is a code with its meaning.
type CatalogueEntry struct {
	DataSet    DataSet
	Catalogue  Catalogue
	Code, Name string
}

// target is the entry as the access log names it.
func (e CatalogueEntry) target() string {
	return "catalogue:" + string(e.DataSet) + "/" + string(e.Catalogue) + "/" + e.Code
}

const (
	ofCatalogue = ` FROM catalogue_entry WHERE data_set = $1 AND catalogue = $2`
	// What is left of a code without digits is empty when it is a number.
	countEntries = `SELECT COUNT(*), COUNT(CASE WHEN LTRIM(code, '0123456789') <> '' THEN 1 END)` + ofCatalogue
	byText       = `SELECT code, name` + ofCatalogue + ` ORDER BY code LIMIT $3 OFFSET $4`
	// Of two numbers without leading zeros the longer is the greater.
	byNumber = `SELECT code, name` + ofCatalogue + ` ORDER BY LENGTH(LTRIM(code, '0')), LTRIM(code, '0'), code LIMIT $3 OFFSET $4`
)

// CatalogueEntries returns some of a catalogue's entries, by number where all codes are numbers, else by text, and how many
// it has.
func (s *Store) CatalogueEntries(
	ctx context.Context, set DataSet, catalogue Catalogue, limit, offset int64,
) (entries []CatalogueEntry, total int64, err error) {
	type count struct{ all, texts int64 }
	have, err := sqlstore.Row(ctx, s.db, func(row sqlstore.Scanner) (c count, err error) {
		return c, row.Scan(&c.all, &c.texts)
	}, countEntries, set, catalogue)
	if err != nil {
		return nil, 0, fmt.Errorf("counting a catalogue: %w", err)
	}
	query := byText
	if have.texts == 0 {
		query = byNumber
	}
	entries, err = sqlstore.Rows(ctx, s.db, func(row sqlstore.Scanner) (CatalogueEntry, error) {
		e := CatalogueEntry{DataSet: set, Catalogue: catalogue}
		err := row.Scan(&e.Code, &e.Name)
		return e, err
	}, query, set, catalogue, limit, offset)
	if err != nil {
		return nil, 0, fmt.Errorf("reading a catalogue: %w", err)
	}
	return entries, have.all, nil
}

// PutCatalogueEntry makes or changes an entry. One that is there already is not stored and not entered in the log.
func (s *Store) PutCatalogueEntry(ctx context.Context, e CatalogueEntry, act Act) error {
	err := s.db.InTx(ctx, func(tx *sql.Tx) error {
		result, err := tx.ExecContext(ctx, `INSERT INTO catalogue_entry (data_set, catalogue, code, name) VALUES ($1, $2, $3, $4)
			ON CONFLICT (data_set, catalogue, code) DO UPDATE SET name = excluded.name WHERE catalogue_entry.name <> excluded.name`,
			e.DataSet, e.Catalogue, e.Code, e.Name)
		if err != nil {
			return err
		}
		if stored, err := result.RowsAffected(); err != nil || stored == 0 {
			return err
		}
		return s.record(ctx, tx, act, e.target(), Detail{Fields: []string{"name"}})
	})
	if err != nil {
		return fmt.Errorf("storing a catalogue's entry: %w", err)
	}
	return nil
}

// DeleteCatalogueEntry removes an entry that no membership has, ended ones included. It fails with sqlstore.ErrNotFound or ErrInUse.
func (s *Store) DeleteCatalogueEntry(ctx context.Context, e CatalogueEntry, act Act) error {
	if !sqlstore.CanBeKey(e.Code) {
		return fmt.Errorf("deleting a catalogue's entry: %w", sqlstore.ErrNotFound)
	}
	err := s.db.InTx(ctx, func(tx *sql.Tx) error {
		// First the entry: a transaction that relies upon it has ended then, or will not find it.
		result, err := tx.ExecContext(ctx, `DELETE FROM catalogue_entry WHERE data_set = $1 AND catalogue = $2 AND code = $3`,
			e.DataSet, e.Catalogue, e.Code)
		if err != nil {
			return err
		}
		if gone, err := result.RowsAffected(); err != nil {
			return err
		} else if gone == 0 {
			return sqlstore.ErrNotFound
		}
		var used bool
		if err := tx.QueryRowContext(ctx, membershipsWith(e.Catalogue), e.DataSet, e.Code).Scan(&used); err != nil {
			return err
		}
		if used {
			return ErrInUse
		}
		return s.record(ctx, tx, act, e.target(), Detail{})
	})
	if err != nil {
		return fmt.Errorf("deleting a catalogue's entry: %w", err)
	}
	return nil
}
