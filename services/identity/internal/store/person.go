package store

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
)

// ErrUniqueKeyTaken says that a unique key is another person's. It is a sqlstore.ErrConflict.
var ErrUniqueKeyTaken = fmt.Errorf("the unique key is another person's: %w", sqlstore.ErrConflict)

// Person is a natural person; the fields mean what they mean in ventanilla.identity.v1.Person.
type Person struct {
	// ID and Pseudonym, by which the access log knows the person, are given by the store, as are version and times.
	ID, Pseudonym                           string
	DataSet                                 DataSet
	UniqueKey                               string
	GivenNames, FirstSurname, SecondSurname string
	BirthDate                               string
	// Identifiers are in the order of their kinds.
	Identifiers    []Identifier
	Contacts       []Contact
	PhotoURL       string
	PhotoAccepted  bool
	MobileIdentity bool
	// Attributes is the text of a JSON object, or empty.
	Attributes           json.RawMessage
	Version              int64
	CreatedAt, UpdatedAt time.Time
}

// ContactKind is a way to reach a person.
type ContactKind string

// The kinds of contact.
const (
	Email  ContactKind = "email"
	Phone  ContactKind = "phone"
	Postal ContactKind = "postal"
)

// Contact is an address of a person. Its JSON is how it is stored.
type Contact struct {
	Kind  ContactKind `json:"kind"`
	Value string      `json:"value"`
	// VerifiedAt is zero for never. It is kept to the millisecond.
	VerifiedAt time.Time `json:"verified_at,omitzero"`
}

// newPerson is one without anything of its own yet.
func (s *Store) newPerson(set DataSet, key string) (Person, error) {
	id, err := uuid.NewV7() // in the order of time, so that rows are added at the end
	if err != nil {
		return Person{}, fmt.Errorf("making an identifier: %w", err)
	}
	return Person{ID: id.String(), Pseudonym: strings.ToLower(rand.Text()), DataSet: set, UniqueKey: key, CreatedAt: s.now()}, nil
}

// editedPerson is p after one more change, which keeps what a change may not touch.
func (s *Store) editedPerson(p Person, edit func(*Person) error) (Person, error) {
	was := p
	p.Identifiers, p.Contacts = slices.Clone(p.Identifiers), slices.Clone(p.Contacts)
	if err := edit(&p); err != nil {
		return Person{}, err
	}
	p.ID, p.Pseudonym, p.DataSet, p.CreatedAt = was.ID, was.Pseudonym, was.DataSet, was.CreatedAt
	p.Version, p.UpdatedAt = was.Version+1, s.now()
	p.Identifiers, p.Contacts = sortIdentifiers(slices.Clone(p.Identifiers)), slices.Clone(p.Contacts) // edit may have kept them
	for i, contact := range p.Contacts {
		p.Contacts[i].VerifiedAt = contact.VerifiedAt.UTC().Truncate(time.Millisecond)
	}
	return p, nil
}

// CreatePerson adds a person and returns it as stored. It fails with ErrUniqueKeyTaken or ErrIdentifierTaken.
func (s *Store) CreatePerson(ctx context.Context, p Person, act Act) (Person, error) {
	none, err := s.newPerson(p.DataSet, p.UniqueKey)
	if err != nil {
		return Person{}, err
	}
	p, err = s.editedPerson(none, func(to *Person) error { *to = p; return nil })
	if err != nil {
		return Person{}, err
	}
	err = s.db.InTx(ctx, func(tx *sql.Tx) error {
		if err := s.insertPersons(ctx, tx, []Person{p}); err != nil {
			return err
		}
		if err := s.replaceIdentifiers(ctx, tx, []Person{p}); err != nil {
			return err
		}
		return s.record(ctx, tx, act, p.Pseudonym, Detail{Fields: p.differences(Person{})})
	})
	if err != nil {
		return Person{}, fmt.Errorf("creating a person: %w", err)
	}
	return p, nil
}

// ChangePerson lets change edit a person, alone, and stores what it leaves, except the identifier, pseudonym, data set, version and
// times. It returns the person as stored; one that change leaves as it was is not stored and not entered in the log. An
// error of change's is returned and nothing stored. change may run more than once, each time on what is stored. reason is
// why, for the log. It fails with ErrUniqueKeyTaken, ErrIdentifierTaken, sqlstore.ErrNotFound.
func (s *Store) ChangePerson(ctx context.Context, id string, act Act, reason string, change func(*Person) error) (Person, error) {
	var p Person
	err := s.db.InTx(ctx, func(tx *sql.Tx) error {
		if _, err := s.lockPerson(ctx, tx, id); err != nil {
			return err
		}
		was, err := scanPerson(tx.QueryRowContext(ctx, selectPerson+` WHERE person_id = $1`, id))
		if err != nil {
			return err
		}
		if p, err = s.editedPerson(was, change); err != nil {
			return err
		}
		changed := p.differences(was)
		if len(changed) == 0 {
			p = was
			return nil
		}
		if err := updatePerson(ctx, tx, p); err != nil {
			return err
		}
		if slices.Contains(changed, "identifiers") {
			if err := s.replaceIdentifiers(ctx, tx, []Person{p}); err != nil {
				return err
			}
		}
		return s.record(ctx, tx, act, p.Pseudonym, Detail{Fields: changed, Purpose: reason})
	})
	if err != nil {
		return Person{}, fmt.Errorf("changing a person: %w", err)
	}
	return p, nil
}

// lockPerson keeps other transactions from changing a person, its memberships, or erasing it.
func (s *Store) lockPerson(ctx context.Context, tx *sql.Tx, id string) (PersonRef, error) {
	if !sqlstore.CanBeKey(id) {
		return PersonRef{}, sqlstore.ErrNotFound
	}
	return scanRef(tx.QueryRowContext(ctx, s.locking(selectRef+` WHERE person_id = $1`, toChange), id))
}

//nolint:gochecknoglobals // the text of a statement
var insertPerson = &insertion{head: `INSERT INTO person (` + personColumns + `)`, columns: 16, types: []string{
	"text", "text", "text", "bigint",
	"text", "text", "text", "text", "text", "text", "text", "bigint", "bigint", "text", "bigint", "bigint",
}}

func (s *Store) insertPersons(ctx context.Context, tx *sql.Tx, persons []Person) error {
	values := make([]any, 0, insertPerson.columns*len(persons))
	for _, p := range persons {
		values = append(values, p.values()...)
	}
	return takenKey(ctx, insertPerson.run(ctx, tx, s.db.Engine, values))
}

func updatePerson(ctx context.Context, tx *sql.Tx, p Person) error {
	_, err := tx.ExecContext(ctx, `UPDATE person SET (`+changeableColumns+`) = ($2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
		WHERE person_id = $1`, append([]any{p.ID}, p.changeable()...)...)
	return takenKey(ctx, err)
}

func takenKey(ctx context.Context, err error) error {
	if errors.Is(sqlstore.Classify(ctx, err), sqlstore.ErrConflict) {
		return fmt.Errorf("%w: %w", ErrUniqueKeyTaken, err)
	}
	return err
}
