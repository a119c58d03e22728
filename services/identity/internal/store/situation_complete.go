package store

import (
	"context"
	"maps"
	"slices"

	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
)

// situationBatch is what the parts of situations are found by.
type situationBatch struct {
	store *Store
	want  SituationQuery
	// persons are by their identifiers; one that was asked for twice is there twice.
	persons    map[string][]*Situation
	households map[string]*Residence
	bytes      int
}

// complete adds households and facts to persons.
func (s *Store) complete(ctx context.Context, found map[PersonKey]*Situation, want SituationQuery) error {
	if len(found) == 0 {
		return nil
	}
	b := situationBatch{store: s, want: want, persons: map[string][]*Situation{}, households: map[string]*Residence{}}
	for _, p := range found {
		b.persons[p.PersonID] = append(b.persons[p.PersonID], p)
	}
	if err := b.findHouseholds(ctx); err != nil {
		return err
	}
	if err := b.findMembers(ctx); err != nil {
		return err
	}
	err := b.findFacts(ctx, SubjectPerson, slices.Collect(maps.Keys(b.persons)), want.PersonFacts, func(id string, fact NamedValue) {
		for _, p := range b.persons[id] {
			p.Facts = append(p.Facts, fact)
		}
	})
	if err != nil {
		return err
	}
	return b.findFacts(ctx, SubjectHousehold, slices.Collect(maps.Keys(b.households)), want.HouseholdFacts, func(id string, fact NamedValue) {
		b.households[id].Facts = append(b.households[id].Facts, fact)
	})
}

// findHouseholds takes of several households that a person is in the one that was stated last.
func (b *situationBatch) findHouseholds(ctx context.Context) error {
	known, valid := b.want.args()
	return b.each(ctx, func(row sqlstore.Scanner) error {
		var person, household string
		var relation Relation
		if err := row.Scan(&person, &household, &relation); err != nil {
			return err
		}
		if b.households[household] == nil {
			b.households[household] = &Residence{HouseholdID: household}
		}
		for _, p := range b.persons[person] {
			p.Household, p.Relation = b.households[household], relation
		}
		return nil
	}, b.store.queries.households, b.store.list(slices.Collect(maps.Keys(b.persons))), known, valid)
}

func (b *situationBatch) findMembers(ctx context.Context) error {
	b.dropEmpty()
	if len(b.households) == 0 {
		return nil
	}
	known, valid := b.want.args()
	return b.each(ctx, func(row sqlstore.Scanner) error {
		var household, pseudonym, birthDate string
		if err := row.Scan(&household, &pseudonym, &birthDate); err != nil {
			return err
		}
		h := b.households[household]
		h.Pseudonyms, h.BirthDates = append(h.Pseudonyms, pseudonym), append(h.BirthDates, birthDate)
		return nil
	}, b.store.queries.members, b.store.list(slices.Collect(maps.Keys(b.households))), known, valid)
}

// dropEmpty forgets the households that nobody of the persons is in, since another was stated later.
func (b *situationBatch) dropEmpty() {
	lived := map[*Residence]bool{}
	for _, same := range b.persons {
		lived[same[0].Household] = true
	}
	for id, h := range b.households {
		if !lived[h] {
			delete(b.households, id)
		}
	}
}

func (b *situationBatch) findFacts(ctx context.Context, kind SubjectKind, ids, wanted []string, add func(id string, fact NamedValue)) error {
	if len(ids) == 0 || len(wanted) == 0 {
		return nil
	}
	known, valid := b.want.args()
	return b.each(ctx, func(row sqlstore.Scanner) error {
		var id string
		var fact NamedValue
		if err := row.Scan(&id, &fact.Name, &fact.Value); err != nil {
			return err
		}
		if b.bytes += len(fact.Value); b.bytes > maxSituations {
			return ErrTooLong
		}
		add(id, fact)
		return nil
	}, b.store.queries.facts, b.store.list(ids), known, valid, kind, b.store.list(wanted))
}

// each calls scan for each row of a query.
func (b *situationBatch) each(ctx context.Context, scan func(sqlstore.Scanner) error, query string, args ...any) error {
	_, err := sqlstore.Rows(ctx, b.store.db, func(row sqlstore.Scanner) (struct{}, error) { return struct{}{}, scan(row) }, query, args...)
	return err
}
