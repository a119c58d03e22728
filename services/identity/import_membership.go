package identity

import (
	"github.com/ventanilla/ventanilla/services/identity/internal/store"
)

func membershipMembers() []string {
	return []string{
		"unique_key", "type", "number", "programme", "academic_unit", "department", "entity", "term", "status", "position",
		"hired_on", "salary_level", "valid_until",
	}
}

// membershipRow is a row about a membership of the person of a unique key.
type membershipRow struct {
	key    string
	upsert store.MembershipUpsert
}

func (s *Service) membershipRow(text []byte) (membershipRow, error) {
	m, err := readRow(text, membershipMembers())
	if err != nil {
		return membershipRow{}, err
	}
	var row membershipRow
	var letter string
	err = m.texts(textOf{"unique_key", &row.key}, textOf{"type", &letter}, textOf{"number", &row.upsert.Number})
	switch {
	case err != nil:
		return row, err
	case row.key == "":
		return row, &rowError{"unique_key", "is required"}
	}
	row.upsert.Type = store.MembershipType(letter)
	if protoKind(membershipLetters, row.upsert.Type) == 0 {
		return row, &rowError{"type", "must be one of B, L, P, A, D, E, S"}
	}
	row.upsert.Edit = func(to *store.Membership) error { return s.mergeMembership(m, to) }
	return row, nil
}

// mergeMembership changes a membership to what the row says, if it is then as its creation would have it.
func (s *Service) mergeMembership(m rowMembers, to *store.Membership) error {
	in := membershipToProto(*to)
	for _, field := range []textOf{
		{"programme", &in.Programme},
		{"academic_unit", &in.AcademicUnit},
		{"department", &in.Department},
		{"entity", &in.Entity},
		{"term", &in.Term},
		{"status", &in.Status},
		{"position", &in.Position},
		{"hired_on", &in.HiredOn},
		{"salary_level", &in.SalaryLevel},
		{"valid_until", &in.ValidUntil},
	} {
		if m.has(field.name) {
			if err := m.texts(field); err != nil {
				return err
			}
		}
	}
	merged, err := s.checkedMembership(in)
	if err != nil {
		return inRow(err, nil)
	}
	*to = merged
	return nil
}
