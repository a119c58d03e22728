package identity

import (
	"errors"

	"google.golang.org/protobuf/types/known/structpb"

	"github.com/ventanilla/ventanilla/pkg/rpcserver"
	identityv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/identity/v1"
	"github.com/ventanilla/ventanilla/services/identity/internal/store"
)

func householdMembers() []string {
	return []string{"household_key", "unique_key", "relation", "valid_from", "valid_to", "source", "reference"}
}

func factMembers() []string {
	return []string{"unique_key", "household_key", "name", "value", "valid_from", "valid_to", "source", "reference"}
}

// keyed checks what a row names a person and a household by.
func (s *Service) keyed(unique, household string) error {
	if err := errors.Join(plain("unique_key", unique), plain("household_key", household)); err != nil {
		return err
	}
	if household == "" {
		return nil
	}
	return rpcserver.Validate(s.contract, &identityv1.CreateHouseholdRequest{HouseholdKey: household})
}

// memberRow reads a row about a member of a household.
func (s *Service) memberRow(text []byte) (store.MemberRow, error) {
	m, err := readRow(text, householdMembers())
	if err != nil {
		return store.MemberRow{}, err
	}
	var row store.MemberRow
	var relation string
	err = m.texts(textOf{"household_key", &row.HouseholdKey}, textOf{"unique_key", &row.UniqueKey}, textOf{"relation", &relation})
	switch {
	case err != nil:
		return row, err
	case row.HouseholdKey == "":
		return row, &rowError{"household_key", "is required"}
	case row.UniqueKey == "":
		return row, &rowError{"unique_key", "is required"}
	}
	if err := s.keyed(row.UniqueKey, row.HouseholdKey); err != nil {
		return row, inRow(err, nil)
	}
	row.Relation = store.Relation(relation)
	if _, known := relations[row.Relation]; !known {
		return row, &rowError{"relation", "must be one of none, head, partner, child, parent, relative, other"}
	}
	row.Statement, err = s.rowStatement(m)
	return row, err
}

// factRow reads a row about a fact.
func (s *Service) factRow(text []byte) (store.FactRow, error) {
	m, err := readRow(text, factMembers())
	if err != nil {
		return store.FactRow{}, err
	}
	var row store.FactRow
	err = m.texts(textOf{"household_key", &row.HouseholdKey}, textOf{"unique_key", &row.UniqueKey}, textOf{"name", &row.Name})
	switch {
	case err != nil:
		return row, err
	case (row.HouseholdKey == "") == (row.UniqueKey == ""):
		return row, &rowError{"unique_key", "is required, or household_key, and not both"}
	case !m.has("value"):
		return row, &rowError{"value", "is required"}
	}
	if err := s.keyed(row.UniqueKey, row.HouseholdKey); err != nil {
		return row, inRow(err, nil)
	}
	value := &structpb.Value{}
	if err := value.UnmarshalJSON(m.value("value")); err != nil {
		return row, &rowError{"value", "must be a number, a string, a boolean, a list of these, or null"}
	}
	if row.Statement, err = s.rowStatement(m); err != nil {
		return row, err
	}
	named := &identityv1.Fact{Name: row.Name, Value: value, Statement: statementToProto(row.Statement)}
	if err := rpcserver.Validate(s.contract, named); err != nil {
		return row, inRow(err, nil)
	}
	row.Value, err = factValue("value", value)
	return row, inRow(err, nil)
}

// rowStatement reads and checks when and from whom a row is known.
func (s *Service) rowStatement(m rowMembers) (store.Statement, error) {
	in, err := m.statement()
	if err != nil {
		return store.Statement{}, err
	}
	if err := rpcserver.Validate(s.contract, in); err != nil {
		return store.Statement{}, inRow(err, nil)
	}
	st, err := statementFromProto("statement", in)
	return st, inRow(err, nil)
}
