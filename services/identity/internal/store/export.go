package store

import (
	"context"
	"fmt"

	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
)

// Kept is all that is stored about a person, but for the entries of the log.
type Kept struct {
	Person      Person
	Memberships []Membership
	Cards       []Card
	// Facts and Households have every statement, in the order of their recording, those that others replaced among them.
	Facts      []Fact
	Households []HouseholdStatement
}

// HouseholdStatement is a statement about a member with the household that it is about.
type HouseholdStatement struct {
	Household Household
	HouseholdMember
}

// Kept reads what is stored about a person. It fails with sqlstore.ErrNotFound.
func (s *Store) Kept(ctx context.Context, personID string) (kept Kept, err error) {
	if kept.Person, err = s.Person(ctx, personID); err != nil {
		return kept, err
	}
	if kept.Memberships, err = s.Memberships(ctx, personID); err != nil {
		return kept, err
	}
	kept.Cards, err = sqlstore.Rows(ctx, s.db, scanCard, `SELECT `+cardColumns+` FROM card
		WHERE person_id = $1 AND person_id <> '' ORDER BY issued_at, folio`, personID)
	if err != nil {
		return kept, fmt.Errorf("reading a person's cards: %w", err)
	}
	kept.Facts, err = sqlstore.Rows(ctx, s.db, scanFact, `SELECT name, COALESCE(value, 'null'), `+statementColumns+` FROM fact
		WHERE subject_id = $1 AND subject = $2 ORDER BY number`, personID, SubjectPerson)
	if err != nil {
		return kept, fmt.Errorf("reading a person's facts: %w", err)
	}
	kept.Households, err = sqlstore.Rows(ctx, s.db, scanHouseholdStatement, `SELECT h.household_id, h.household_key, h.data_set,
		m.person_id, m.relation, `+statementColumns+`
		FROM household_member AS m JOIN household AS h ON h.household_id = m.household_id WHERE m.person_id = $1 ORDER BY m.number`, personID)
	if err != nil {
		return kept, fmt.Errorf("reading a person's households: %w", err)
	}
	return kept, nil
}

func scanHouseholdStatement(row sqlstore.Scanner) (HouseholdStatement, error) {
	var h HouseholdStatement
	var st statementRow
	err := row.Scan(append([]any{&h.Household.ID, &h.Household.Key, &h.Household.DataSet, &h.PersonID, &h.Relation}, st.dest()...)...)
	h.Statement = st.statement()
	return h, err
}
