package store

import (
	"context"
	"errors"
	"fmt"

	"github.com/ventanilla/ventanilla/pkg/nationalid"
	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
)

// maxSituations bounds the values of the facts of one read, in bytes. Those of one person and its household are at most half of it.
const maxSituations = 4 << 20

// ErrTooLong says that what was asked for is longer than one answer may be.
var ErrTooLong = errors.New("the facts are too long for one read")

// PersonKey is how a person is asked for: by ID, or by Identifier where that is empty.
type PersonKey struct {
	ID         string
	Identifier Identifier
}

// SituationQuery says what is wanted of persons: these facts, by name, as of two times.
type SituationQuery struct {
	PersonFacts, HouseholdFacts []string
	AsOf
}

// Situation is what rules need to know of a person. The zero value is nobody's.
type Situation struct {
	PersonID string
	// Pseudonym is the person's, for the access log.
	Pseudonym string
	BirthDate string
	Facts     []NamedValue
	// Household is the one that the person is in; nil for none. Persons who live together share it.
	Household *Residence
	// Relation is what the person is to it.
	Relation Relation
}

// NamedValue is a fact without when and from whom it is known.
type NamedValue struct {
	Name string
	// Value is JSON.
	Value string
}

// Residence is what rules need to know of a household.
type Residence struct {
	HouseholdID string
	// BirthDates and Pseudonyms are the members', in the order in which their membership was recorded.
	BirthDates, Pseudonyms []string
	Facts                  []NamedValue
}

// Situations returns those of persons of a data set, in the order of their keys; the zero value for a key that is nobody's. It takes
// as many queries for many as for one, and fails with ErrTooLong.
func (s *Store) Situations(ctx context.Context, set DataSet, keys []PersonKey, want SituationQuery) ([]Situation, error) {
	all, err := s.situations(ctx, set, keys, want)
	if err != nil {
		return nil, fmt.Errorf("reading situations: %w", err)
	}
	return all, nil
}

func (s *Store) situations(ctx context.Context, set DataSet, keys []PersonKey, want SituationQuery) ([]Situation, error) {
	var ids []string
	values := map[nationalid.Kind][]string{}
	for _, key := range keys {
		if key.ID != "" {
			ids = append(ids, key.ID)
		} else {
			values[key.Identifier.Kind] = append(values[key.Identifier.Kind], key.Identifier.Value)
		}
	}
	found := map[PersonKey]*Situation{}
	if len(ids) > 0 {
		persons, err := situated(ctx, s, s.queries.personsByID, set, s.list(ids))
		if err != nil {
			return nil, err
		}
		for _, p := range persons {
			found[PersonKey{ID: p.PersonID}] = &p.Situation
		}
	}
	for kind, some := range values {
		persons, err := situated(ctx, s, s.queries.personsByIdentifier, set, kind, s.list(some))
		if err != nil {
			return nil, err
		}
		for _, p := range persons {
			found[PersonKey{Identifier: Identifier{kind, p.key}}] = &p.Situation
		}
	}
	if err := s.complete(ctx, found, want); err != nil {
		return nil, err
	}
	all := make([]Situation, len(keys))
	for i, key := range keys {
		if one := found[key]; one != nil {
			all[i] = *one
		}
	}
	return all, nil
}

// SituationsAfter returns those of the persons of a data set in the order of their identifiers, after one of them; empty begins at the
// first. It fails with ErrTooLong.
func (s *Store) SituationsAfter(ctx context.Context, set DataSet, after string, limit int, want SituationQuery) ([]Situation, error) {
	if !sqlstore.CanBeKey(after) {
		return nil, nil
	}
	persons, err := situated(ctx, s, selectSituated, set, after, limit)
	if err != nil {
		return nil, fmt.Errorf("listing situations: %w", err)
	}
	all := make([]Situation, len(persons))
	found := make(map[PersonKey]*Situation, len(persons))
	for i, p := range persons {
		all[i] = p.Situation
		found[PersonKey{ID: p.PersonID}] = &all[i]
	}
	if err := s.complete(ctx, found, want); err != nil {
		return nil, fmt.Errorf("listing situations: %w", err)
	}
	return all, nil
}

// situatedPerson is a person with the key that it was found by.
type situatedPerson struct {
	key string
	Situation
}

func situated(ctx context.Context, s *Store, query string, args ...any) ([]situatedPerson, error) {
	return sqlstore.Rows(ctx, s.db, func(row sqlstore.Scanner) (p situatedPerson, err error) {
		err = row.Scan(&p.key, &p.PersonID, &p.Pseudonym, &p.BirthDate)
		return p, err
	}, query, args...)
}
