package store

import (
	"context"
	"database/sql"
	"fmt"
	"maps"
	"slices"

	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
)

// PersonUpsert says what becomes of the person of a unique key.
type PersonUpsert struct {
	UniqueKey string
	// Identifiers are those that Edit may give the person beside what it has.
	Identifiers []Identifier
	// Edit makes the person what it is to be. It gets it as it is, or one with a data set and the key alone. Its error is the
	// outcome's.
	Edit func(*Person) error
}

// PersonOutcome is what became of one.
type PersonOutcome struct {
	// Person is as stored, with its identifier and pseudonym; its version is 1 for a new one. Zero after an error.
	Person Person
	// Stored is false when everything was as it is to be.
	Stored bool
	// Err says why nothing was stored: an error of Edit's, ErrUniqueKeyTaken when Edit changed the key, or ErrIdentifierTaken.
	Err error
}

// UpsertPersons makes or changes persons in a caller's transaction, in few statements, and enters nothing in the log: the
// caller does. There is an outcome for each upsert, which come in their order: of two about one person the later sees what
// the earlier left. It fails with sqlstore.ErrConflict when another transaction has just made one of the persons, or taken
// an identifier: then all is to be done again.
func (s *Store) UpsertPersons(ctx context.Context, tx *sql.Tx, set DataSet, upserts []PersonUpsert) ([]PersonOutcome, error) {
	b := personBatch{store: s, set: set}
	if err := b.load(ctx, tx, upserts); err != nil {
		return nil, fmt.Errorf("storing persons: %w", err)
	}
	outcomes := make([]PersonOutcome, len(upserts))
	for i, upsert := range upserts {
		outcomes[i] = b.upsert(upsert)
	}
	if err := b.write(ctx, tx); err != nil {
		return nil, fmt.Errorf("storing persons: %w", err)
	}
	return outcomes, nil
}

// personBatch is what upserts are decided with, before anything is written.
type personBatch struct {
	store *Store
	set   DataSet
	// before and now are persons by their unique keys, as they were and as they are to be.
	before, now map[string]Person
	// fresh are those that are new, before any edit, and order their keys in the order of their identifiers.
	fresh map[string]Person
	order []string
	// owners are of the identifiers that anyone has, or may be given, by person_id.
	owners map[Identifier]string
}

var (
	lockPersonsByKey  = &lookup{head: `SELECT unique_key FROM person WHERE data_set = $1 AND unique_key IN `, tail: toChange, args: 1}
	selectKeyByID     = &lookup{head: `SELECT unique_key FROM person WHERE person_id IN `}
	selectPersonByKey = &lookup{head: selectPerson + ` WHERE data_set = $1 AND unique_key IN `, args: 1}
)

// load reads the persons, and the owners of the identifiers that they are to have.
func (b *personBatch) load(ctx context.Context, tx *sql.Tx, upserts []PersonUpsert) error {
	keys := make([]string, len(upserts))
	for i, upsert := range upserts {
		keys[i] = upsert.UniqueKey
	}
	keys = keyable(slices.Compact(slices.Sorted(slices.Values(keys))))
	asked := keys
	if b.store.db.Engine == sqlstore.PostgreSQL {
		var there []string
		err := lockPersonsByKey.run(ctx, tx, b.store.db.Engine, keys, func(row sqlstore.Scanner) error {
			key, err := sqlstore.Value[string](row)
			there = append(there, key)
			return err
		}, b.set)
		if err != nil {
			return err
		}
		keys = there
	}
	b.before, b.fresh = map[string]Person{}, map[string]Person{}
	err := selectPersonByKey.run(ctx, tx, b.store.db.Engine, keys, func(row sqlstore.Scanner) error {
		p, err := scanPerson(row)
		b.before[p.UniqueKey] = p
		return err
	}, b.set)
	if err != nil {
		return err
	}
	b.now = maps.Clone(b.before)
	var wanted []Identifier
	for _, upsert := range upserts {
		wanted = append(wanted, upsert.Identifiers...)
	}
	if b.owners, err = b.store.ownersOf(ctx, tx, b.set, wanted); err != nil {
		return err
	}
	if err := b.unmet(ctx, tx, asked); err != nil {
		return err
	}
	for _, p := range b.before {
		for _, i := range p.Identifiers {
			b.owners[i] = p.ID
		}
	}
	return nil
}

// unmet fails with sqlstore.ErrConflict when an identifier is one of the asked persons' who was not there when they were
// locked: another transaction has just made it. SQLite has one writer.
func (b *personBatch) unmet(ctx context.Context, tx *sql.Tx, asked []string) error {
	if b.store.db.Engine != sqlstore.PostgreSQL {
		return nil
	}
	known := map[string]bool{}
	for _, p := range b.before {
		known[p.ID] = true
	}
	var others []string
	for _, owner := range b.owners {
		if !known[owner] {
			others = append(others, owner)
		}
	}
	return selectKeyByID.run(ctx, tx, b.store.db.Engine, others, func(row sqlstore.Scanner) error {
		key, err := sqlstore.Value[string](row)
		if _, isAsked := slices.BinarySearch(asked, key); err == nil && isAsked {
			return fmt.Errorf("a person was made meanwhile: %w", sqlstore.ErrConflict)
		}
		return err
	})
}

func ignore(row sqlstore.Scanner) error {
	var text string
	return row.Scan(&text)
}

// upsert decides about one person.
func (b *personBatch) upsert(upsert PersonUpsert) PersonOutcome {
	was, known := b.now[upsert.UniqueKey]
	if !known {
		var err error
		if was, err = b.new(upsert.UniqueKey); err != nil {
			return PersonOutcome{Err: err}
		}
	}
	p, err := b.store.editedPerson(was, upsert.Edit)
	switch {
	case err != nil:
		return PersonOutcome{Err: err}
	case p.UniqueKey != upsert.UniqueKey:
		return PersonOutcome{Err: ErrUniqueKeyTaken}
	case known && len(p.differences(was)) == 0:
		return PersonOutcome{Person: was}
	}
	for _, i := range p.Identifiers {
		if owner := b.owners[i]; owner != "" && owner != p.ID {
			return PersonOutcome{Err: ErrIdentifierTaken}
		}
	}
	for _, i := range was.Identifiers {
		delete(b.owners, i)
	}
	for _, i := range p.Identifiers {
		b.owners[i] = p.ID
	}
	p.Version = b.before[upsert.UniqueKey].Version + 1 // one transaction is one change
	b.now[upsert.UniqueKey] = p
	return PersonOutcome{Person: p, Stored: true}
}

// new is the person of a key that nobody has.
func (b *personBatch) new(key string) (Person, error) {
	if p, made := b.fresh[key]; made {
		return p, nil
	}
	p, err := b.store.newPerson(b.set, key)
	if err == nil {
		b.fresh[key], b.order = p, append(b.order, key)
	}
	return p, err
}

func (b *personBatch) write(ctx context.Context, tx *sql.Tx) error {
	var made, moved []Person
	for key, was := range b.before {
		p := b.now[key]
		if p.Version == was.Version {
			continue
		}
		if err := updatePerson(ctx, tx, p); err != nil {
			return err
		}
		if !slices.Equal(was.Identifiers, p.Identifiers) {
			moved = append(moved, p)
		}
	}
	for _, key := range b.order {
		if p, is := b.now[key]; is {
			made = append(made, p)
		}
	}
	if err := b.store.insertPersons(ctx, tx, made); err != nil {
		return err
	}
	return b.store.replaceIdentifiers(ctx, tx, append(moved, made...))
}
