package store

import (
	"context"
	"fmt"

	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
)

// NamedMember is a member of a household as the others are shown it.
type NamedMember struct {
	PersonID string
	// Pseudonym is the person's, for the access log.
	Pseudonym  string
	GivenNames string
	Relation   Relation
}

func scanNamedMember(row sqlstore.Scanner) (m NamedMember, err error) {
	err = row.Scan(&m.PersonID, &m.Pseudonym, &m.GivenNames, &m.Relation)
	return m, err
}

// HouseholdNames returns the members of a household, the head first and else in the order in which that was recorded.
func (s *Store) HouseholdNames(ctx context.Context, householdID string, as AsOf) ([]NamedMember, error) {
	known, valid := as.args()
	members, err := sqlstore.Rows(ctx, s.db, scanNamedMember, `SELECT m.person_id, p.pseudonym, p.given_names, m.relation
		FROM household_member AS m JOIN person AS p ON p.person_id = m.person_id
		WHERE m.relation <> 'none' AND m.number IN (SELECT max(number) FROM household_member
			WHERE household_id = $1 AND recorded_at <= $2 AND valid_from <= $3 AND (valid_to IS NULL OR valid_to > $3)
			GROUP BY person_id)
		ORDER BY CASE WHEN m.relation = 'head' THEN 0 ELSE 1 END, m.number`, householdID, known, valid)
	if err != nil {
		return nil, fmt.Errorf("reading the names of a household: %w", err)
	}
	return members, nil
}
