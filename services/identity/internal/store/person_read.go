package store

import (
	"context"
	"database/sql"
	"fmt"

	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
)

// Person finds a person. It fails with sqlstore.ErrNotFound.
func (s *Store) Person(ctx context.Context, id string) (Person, error) {
	return s.findPerson(ctx, selectPerson+` WHERE person_id = $1`, id)
}

// PersonByKey finds the person of a unique key, compared by its bytes. It fails with sqlstore.ErrNotFound.
func (s *Store) PersonByKey(ctx context.Context, set DataSet, key string) (Person, error) {
	return s.findPerson(ctx, selectPerson+` WHERE unique_key = $1 AND data_set = $2`, key, set)
}

// PersonByIdentifier finds the person of a national identifier. It fails with sqlstore.ErrNotFound.
func (s *Store) PersonByIdentifier(ctx context.Context, set DataSet, i Identifier) (Person, error) {
	return s.findPerson(ctx, selectPerson+` WHERE person_id = (SELECT person_id FROM identifier
		WHERE value = $1 AND kind = $2 AND data_set = $3)`, i.Value, i.Kind, set)
}

func (s *Store) findPerson(ctx context.Context, query, key string, args ...any) (Person, error) {
	if !sqlstore.CanBeKey(key) {
		return Person{}, fmt.Errorf("finding a person: %w", sqlstore.ErrNotFound)
	}
	p, err := sqlstore.Row(ctx, s.db, scanPerson, query, append([]any{key}, args...)...)
	if err != nil {
		return Person{}, fmt.Errorf("finding a person: %w", err)
	}
	return p, nil
}

const selectPersons = selectPerson + ` WHERE data_set = $1 AND person_id > $2 ORDER BY person_id LIMIT $3`

// Persons lists persons of a data set in the order of their identifiers, after one of them; empty begins at the first.
func (s *Store) Persons(ctx context.Context, set DataSet, after string, limit int) ([]Person, error) {
	if !sqlstore.CanBeKey(after) {
		return nil, nil
	}
	all, err := sqlstore.Rows(ctx, s.db, scanPerson, selectPersons, set, after, limit)
	if err != nil {
		return nil, fmt.Errorf("listing persons: %w", err)
	}
	return all, nil
}

// PersonRef is what leads to a person.
type PersonRef struct {
	ID, Pseudonym string
	DataSet       DataSet
}

const selectRef = `SELECT person_id, pseudonym, data_set FROM person`

func scanRef(row sqlstore.Scanner) (PersonRef, error) {
	var ref PersonRef
	err := row.Scan(&ref.ID, &ref.Pseudonym, &ref.DataSet)
	return ref, err
}

// PersonRef finds what leads to a person. It fails with sqlstore.ErrNotFound.
func (s *Store) PersonRef(ctx context.Context, id string) (PersonRef, error) {
	if !sqlstore.CanBeKey(id) {
		return PersonRef{}, fmt.Errorf("finding a person: %w", sqlstore.ErrNotFound)
	}
	ref, err := sqlstore.Row(ctx, s.db, scanRef, selectRef+` WHERE person_id = $1`, id)
	if err != nil {
		return PersonRef{}, fmt.Errorf("finding a person: %w", err)
	}
	return ref, nil
}

//nolint:gochecknoglobals // the text of a statement
var refsByKey = &lookup{head: `SELECT person_id, pseudonym, data_set, unique_key FROM person WHERE data_set = $1 AND unique_key IN `, args: 1}

// PersonRefs finds persons by their unique keys in a caller's transaction; keys that are nobody's are missing.
func (s *Store) PersonRefs(ctx context.Context, tx *sql.Tx, set DataSet, keys []string) (map[string]PersonRef, error) {
	refs := make(map[string]PersonRef, len(keys))
	err := refsByKey.among(ctx, tx, keyable(keys), func(row sqlstore.Scanner) error {
		var ref PersonRef
		var key string
		err := row.Scan(&ref.ID, &ref.Pseudonym, &ref.DataSet, &key)
		refs[key] = ref
		return err
	}, set)
	if err != nil {
		return nil, fmt.Errorf("finding persons: %w", err)
	}
	return refs, nil
}

func keyable(texts []string) []string {
	var some []string
	for _, text := range texts {
		if sqlstore.CanBeKey(text) {
			some = append(some, text)
		}
	}
	return some
}
