package store

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/ventanilla/ventanilla/pkg/nationalid"
	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
)

// ErrIdentifierTaken says that a national identifier is another person's. It is a sqlstore.ErrConflict.
var ErrIdentifierTaken = fmt.Errorf("an identifier is another person's: %w", sqlstore.ErrConflict)

// Identifier is a person's number in a national register, in its canonical form.
type Identifier struct {
	Kind  nationalid.Kind `json:"kind"`
	Value string          `json:"value"`
}

// identifiersOfPerson is a column of queries for persons: all identifiers in one text, see scanIdentifiers.
const identifiersOfPerson = `COALESCE((SELECT string_agg(i.kind || ' ' || i.value, ',') FROM identifier AS i
	WHERE i.person_id = person.person_id), '')`

// scanIdentifiers reads them in the order of their kinds. Neither kinds nor numbers have spaces or commas.
func scanIdentifiers(column string) []Identifier {
	if column == "" {
		return nil
	}
	var all []Identifier
	for one := range strings.SplitSeq(column, ",") {
		kind, value, _ := strings.Cut(one, " ")
		all = append(all, Identifier{nationalid.Kind(kind), value})
	}
	return sortIdentifiers(all)
}

func sortIdentifiers(all []Identifier) []Identifier {
	slices.SortFunc(all, func(a, b Identifier) int { return cmp.Compare(a.Kind, b.Kind) })
	return all
}

var (
	insertIdentifiers = &insertion{head: `INSERT INTO identifier (data_set, kind, value, person_id)`, columns: 4, types: []string{"text", "text", "text", "text"}}
	identifierOwners  = &lookup{head: `SELECT value, person_id FROM identifier WHERE data_set = $1 AND kind = $2 AND value IN `, args: 2}
)

// replaceIdentifiers stores what persons have now in the place of what those of them had that are not new.
func (s *Store) replaceIdentifiers(ctx context.Context, tx *sql.Tx, persons []Person) error {
	var values []any
	for _, p := range persons {
		if p.Version > 1 {
			if _, err := tx.ExecContext(ctx, `DELETE FROM identifier WHERE person_id = $1`, p.ID); err != nil {
				return err
			}
		}
		for _, i := range p.Identifiers {
			values = append(values, p.DataSet, i.Kind, i.Value, p.ID)
		}
	}
	err := insertIdentifiers.run(ctx, tx, s.db.Engine, values)
	if errors.Is(sqlstore.Classify(ctx, err), sqlstore.ErrConflict) {
		return fmt.Errorf("%w: %w", ErrIdentifierTaken, err)
	}
	return err
}

// ownersOf tells whose identifiers are, by person_id; those that are nobody's are missing.
func (s *Store) ownersOf(ctx context.Context, tx *sql.Tx, set DataSet, identifiers []Identifier) (map[Identifier]string, error) {
	values := map[nationalid.Kind][]string{}
	for _, i := range identifiers {
		values[i.Kind] = append(values[i.Kind], i.Value)
	}
	owners := map[Identifier]string{}
	for kind, some := range values {
		err := identifierOwners.run(ctx, tx, s.db.Engine, some, func(row sqlstore.Scanner) error {
			var value, owner string
			err := row.Scan(&value, &owner)
			owners[Identifier{kind, value}] = owner
			return err
		}, set, kind)
		if err != nil {
			return nil, err
		}
	}
	return owners, nil
}
