package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"

	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
)

// MaxMemberships bounds those of a person.
const MaxMemberships = 64

var (
	// ErrMembershipExists says that a person has a lasting membership of a type and number. It is a sqlstore.ErrConflict.
	ErrMembershipExists = fmt.Errorf("the person has the membership: %w", sqlstore.ErrConflict)
	// ErrMembershipEnded says that the membership of a type and number has ended.
	ErrMembershipEnded = errors.New("the membership has ended")
	// ErrTooManyMemberships says that a person has MaxMemberships.
	ErrTooManyMemberships = errors.New("the person has too many memberships")
)

// MembershipType is the letter of a sort of membership.
type MembershipType string

// Membership is what a person is to the institution; the fields mean what they mean in ventanilla.identity.v1.Membership.
type Membership struct {
	// ID is given by the store, as are the pseudonym and data set, which are the person's, HasCard and the times.
	ID, PersonID, Pseudonym string
	DataSet                 DataSet
	Type                    MembershipType
	Number                  string
	Programme, AcademicUnit string
	Department, Entity      string
	Term, Status            string
	Position, HiredOn       string
	SalaryLevel             string
	ValidUntil              string
	// EndedAt is zero while it lasts.
	EndedAt              time.Time
	HasCard              bool
	CreatedAt, UpdatedAt time.Time
}

// newMembership is one without anything of its own yet.
func (s *Store) newMembership(of PersonRef, kind MembershipType, number string) (Membership, error) {
	id, err := uuid.NewV7() // in the order of time, which is that of a person's memberships
	if err != nil {
		return Membership{}, fmt.Errorf("making an identifier: %w", err)
	}
	return Membership{
		ID: id.String(), PersonID: of.ID, Pseudonym: of.Pseudonym, DataSet: of.DataSet, Type: kind, Number: number, CreatedAt: s.now(),
	}, nil
}

// editedMembership is m after one more change, which keeps what a change may not touch.
func (s *Store) editedMembership(m Membership, edit func(*Membership) error) (Membership, error) {
	was := m
	if err := edit(&m); err != nil {
		return Membership{}, err
	}
	m.ID, m.PersonID, m.Pseudonym, m.DataSet, m.Type = was.ID, was.PersonID, was.Pseudonym, was.DataSet, was.Type
	m.EndedAt, m.HasCard, m.CreatedAt, m.UpdatedAt = was.EndedAt, was.HasCard, was.CreatedAt, s.now()
	return m, nil
}

// CreateMembership adds a membership to m's person and returns it as stored. It fails with sqlstore.ErrNotFound when there is no
// person, ErrMembershipExists, ErrTooManyMemberships or an UnknownCodeError.
func (s *Store) CreateMembership(ctx context.Context, m Membership, act Act) (Membership, error) {
	var made Membership
	err := s.db.InTx(ctx, func(tx *sql.Tx) error {
		person, err := s.lockPerson(ctx, tx, m.PersonID)
		if err != nil {
			return err
		}
		have, err := sqlstore.Value[int64](tx.QueryRowContext(ctx, `SELECT COUNT(*) FROM membership WHERE person_id = $1`, person.ID))
		if err != nil {
			return err
		}
		if have >= MaxMemberships {
			return ErrTooManyMemberships
		}
		none, err := s.newMembership(person, m.Type, m.Number)
		if err != nil {
			return err
		}
		if made, err = s.editedMembership(none, func(to *Membership) error { *to = m; return nil }); err != nil {
			return err
		}
		if err := s.checkCodes(ctx, tx, made); err != nil {
			return err
		}
		if err := insertMemberships(ctx, tx, []Membership{made}); err != nil {
			return err
		}
		return s.record(ctx, tx, act, made.Pseudonym, Detail{Fields: made.differences(Membership{})})
	})
	if err != nil {
		return Membership{}, fmt.Errorf("creating a membership: %w", err)
	}
	return made, nil
}

// ChangeMembership lets change edit a membership, alone, and stores what it leaves of the fields that may change. It returns
// the membership as stored; one that change leaves as it was is not stored and not entered in the log. An error of change's is
// returned and nothing stored; change may run more than once. It fails with sqlstore.ErrNotFound, ErrMembershipExists or an UnknownCodeError.
func (s *Store) ChangeMembership(ctx context.Context, id string, act Act, change func(*Membership) error) (Membership, error) {
	var m Membership
	err := s.db.InTx(ctx, func(tx *sql.Tx) error {
		was, err := s.membershipToChange(ctx, tx, id)
		if err != nil {
			return err
		}
		if m, err = s.editedMembership(was, change); err != nil {
			return err
		}
		changed := m.differences(was)
		if len(changed) == 0 {
			m = was
			return nil
		}
		if err := s.checkCodes(ctx, tx, m); err != nil {
			return err
		}
		if err := updateMembership(ctx, tx, m); err != nil {
			return err
		}
		return s.record(ctx, tx, act, m.Pseudonym, Detail{Fields: changed})
	})
	if err != nil {
		return Membership{}, fmt.Errorf("changing a membership: %w", err)
	}
	return m, nil
}

func (s *Store) checkCodes(ctx context.Context, tx *sql.Tx, m Membership) error {
	known, err := s.knownCodes(ctx, tx, m.DataSet, []Membership{m})
	if err != nil {
		return err
	}
	return m.unknownCode(known)
}

// membershipToChange reads a membership whose person is locked: who changes memberships does so alone.
func (s *Store) membershipToChange(ctx context.Context, tx *sql.Tx, id string) (Membership, error) {
	if !sqlstore.CanBeKey(id) {
		return Membership{}, sqlstore.ErrNotFound
	}
	var personID string
	if err := tx.QueryRowContext(ctx, `SELECT person_id FROM membership WHERE membership_id = $1`, id).Scan(&personID); err != nil {
		return Membership{}, err
	}
	if _, err := s.lockPerson(ctx, tx, personID); err != nil {
		return Membership{}, err
	}
	return scanMembership(tx.QueryRowContext(ctx, selectMembership+` WHERE membership_id = $2`, s.now().UnixMilli(), id))
}
