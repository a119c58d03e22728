package store

import (
	"context"
	"fmt"

	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
)

// Pseudonym is how the access log knows a person.
type Pseudonym struct {
	Text    string
	DataSet DataSet
}

// Pseudonym finds that of a person. It fails with ErrNotFound.
func (s *Store) Pseudonym(ctx context.Context, personID string) (Pseudonym, error) {
	if !canBeKey(personID) {
		return Pseudonym{}, fmt.Errorf("reading a pseudonym: %w", sqlstore.ErrNotFound)
	}
	p, err := sqlstore.Row(ctx, s.db, func(row sqlstore.Scanner) (p Pseudonym, err error) {
		return p, row.Scan(&p.Text, &p.DataSet)
	}, `SELECT pseudonym, data_set FROM person WHERE person_id = $1`, personID)
	if err != nil {
		return p, fmt.Errorf("reading a pseudonym: %w", err)
	}
	return p, nil
}
