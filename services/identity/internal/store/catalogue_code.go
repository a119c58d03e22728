package store

import (
	"context"
	"database/sql"

	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
)

// UnknownCodeError says that a membership has a code that its catalogue has not.
type UnknownCodeError struct {
	// Field is that of the message Membership.
	Field string
}

func (e *UnknownCodeError) Error() string { return e.Field + ": is not in the catalogue" }

// membershipsWith is the query whether a membership of a data set has a code.
func membershipsWith(catalogue Catalogue) string {
	column := map[Catalogue]string{
		MembershipTypes: "type", Statuses: "status", Programmes: "programme", AcademicUnits: "academic_unit", Departments: "department",
	}[catalogue]
	// What is never so makes the partial indexes fit.
	return `SELECT EXISTS (SELECT 1 FROM membership WHERE data_set = $1 AND ` + column + ` = $2 AND ` + column + ` <> '')`
}

// catalogueCode is a code that a membership has.
type catalogueCode struct {
	catalogue Catalogue
	code      string
}

// codes are those of a membership that are in catalogues, by the field's name.
func (m Membership) codes() map[string]catalogueCode {
	codes := map[string]catalogueCode{}
	for field, code := range map[string]catalogueCode{
		"status": {Statuses, m.Status}, "programme": {Programmes, m.Programme},
		"academic_unit": {AcademicUnits, m.AcademicUnit}, "department": {Departments, m.Department},
	} {
		if code.code != "" {
			codes[field] = code
		}
	}
	return codes
}

// knownCodes are those of memberships that catalogues have. They stay there until the transaction ends.
func (s *Store) knownCodes(ctx context.Context, tx *sql.Tx, set DataSet, memberships []Membership) (map[catalogueCode]bool, error) {
	wanted := map[Catalogue][]string{}
	known := map[catalogueCode]bool{}
	for _, m := range memberships {
		for _, code := range m.codes() {
			if _, seen := known[code]; !seen && sqlstore.CanBeKey(code.code) {
				wanted[code.catalogue] = append(wanted[code.catalogue], code.code)
			}
			known[code] = false
		}
	}
	query := codesOnSQLite
	if s.db.Engine == sqlstore.PostgreSQL {
		query = codesOnPostgreSQL
	}
	for catalogue, codes := range wanted {
		err := query.among(ctx, tx, codes, func(row sqlstore.Scanner) error {
			var code string
			err := row.Scan(&code)
			known[catalogueCode{catalogue, code}] = true
			return err
		}, set, catalogue)
		if err != nil {
			return nil, err
		}
	}
	return known, nil
}

const selectCodes = `SELECT code FROM catalogue_entry WHERE data_set = $1 AND catalogue = $2 AND code IN `

var (
	codesOnSQLite     = &lookup{head: selectCodes, args: 2}
	codesOnPostgreSQL = &lookup{head: selectCodes, tail: toStay, args: 2}
)

// unknownCode fails with an UnknownCodeError for the first code, by the fields' names, that is not known.
func (m Membership) unknownCode(known map[catalogueCode]bool) error {
	codes := m.codes()
	for _, field := range []string{"academic_unit", "department", "programme", "status"} {
		if code, has := codes[field]; has && !known[code] {
			return &UnknownCodeError{field}
		}
	}
	return nil
}
