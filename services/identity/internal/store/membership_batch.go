package store

import (
	"context"
	"database/sql"
	"fmt"
	"maps"
	"slices"
	"strings"

	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
)

// MembershipUpsert says what becomes of a person's membership of a type and number.
type MembershipUpsert struct {
	Person PersonRef
	Type   MembershipType
	Number string
	// Edit makes the membership what it is to be. It gets it as it is, or one with its person, type and number alone. Its
	// error is the outcome's.
	Edit func(*Membership) error
}

// MembershipOutcome is what became of one.
type MembershipOutcome struct {
	// Membership is as stored. Zero after an error.
	Membership Membership
	// Stored is false when everything was as it is to be.
	Stored bool
	// Err says why nothing was stored: an error of Edit's, ErrMembershipEnded, ErrMembershipExists when Edit changed the number,
	// ErrTooManyMemberships or an UnknownCodeError.
	Err error
}

// UpsertMemberships makes or changes memberships of a data set's persons in a caller's transaction, in few statements, and
// enters nothing in the log: the caller does. Outcomes are as those of UpsertPersons. It fails when a person is
// gone.
func (s *Store) UpsertMemberships(ctx context.Context, tx *sql.Tx, set DataSet, upserts []MembershipUpsert) ([]MembershipOutcome, error) {
	b := membershipBatch{store: s}
	outcomes, err := b.run(ctx, tx, set, upserts)
	if err != nil {
		return nil, fmt.Errorf("storing memberships: %w", err)
	}
	return outcomes, nil
}

// membershipBatch is what upserts are decided with, before anything is written.
type membershipBatch struct {
	store *Store
	known map[catalogueCode]bool
	now   map[membershipKey]*upserted
	// count is by persons.
	count map[string]int
}

type membershipKey struct {
	person string
	kind   MembershipType
	number string
}

type upserted struct {
	Membership
	made, changed bool
}

func (b *membershipBatch) run(ctx context.Context, tx *sql.Tx, set DataSet, upserts []MembershipUpsert) ([]MembershipOutcome, error) {
	if err := b.load(ctx, tx, upserts); err != nil {
		return nil, err
	}
	// The first pass finds out which codes they are to have.
	now, count := maps.Clone(b.now), maps.Clone(b.count)
	wanted := make([]Membership, len(upserts))
	for i, upsert := range upserts {
		wanted[i] = b.upsert(upsert).Membership
	}
	b.now, b.count = now, count
	var err error
	if b.known, err = b.store.knownCodes(ctx, tx, set, wanted); err != nil {
		return nil, err
	}
	outcomes := make([]MembershipOutcome, len(upserts))
	for i, upsert := range upserts {
		outcomes[i] = b.upsert(upsert)
	}
	return outcomes, b.write(ctx, tx)
}

var (
	lockPersonsByID     = &lookup{head: `SELECT person_id FROM person WHERE person_id IN `, tail: ` ORDER BY person_id` + toChange}
	selectMembershipsOf = &lookup{head: selectMembership + ` WHERE person_id IN `, tail: ` ORDER BY membership_id`, args: 1}
)

// load reads all memberships of the persons.
func (b *membershipBatch) load(ctx context.Context, tx *sql.Tx, upserts []MembershipUpsert) error {
	ids := make([]string, len(upserts))
	for i, upsert := range upserts {
		ids[i] = upsert.Person.ID
	}
	slices.Sort(ids)
	ids = slices.Compact(ids)
	if b.store.db.Engine == sqlstore.PostgreSQL {
		there := 0
		err := lockPersonsByID.among(ctx, tx, ids, func(row sqlstore.Scanner) error { there++; return ignore(row) })
		if err != nil {
			return err
		}
		if there < len(ids) {
			return sqlstore.ErrNotFound
		}
	}
	b.now, b.count = map[membershipKey]*upserted{}, map[string]int{}
	return selectMembershipsOf.among(ctx, tx, ids, func(row sqlstore.Scanner) error {
		m, err := scanMembership(row)
		b.count[m.PersonID]++
		key := membershipKey{m.PersonID, m.Type, m.Number}
		if have := b.now[key]; have == nil || !have.EndedAt.IsZero() {
			b.now[key] = &upserted{Membership: m} // one that lasts hides those that ended
		}
		return err
	}, b.store.now().UnixMilli())
}

// edit returns what an upsert makes of what there is.
func (b *membershipBatch) edit(upsert MembershipUpsert) (upserted, error) {
	key := membershipKey{upsert.Person.ID, upsert.Type, upsert.Number}
	m := upserted{made: true}
	if have := b.now[key]; have != nil {
		m = *have
	} else if b.count[upsert.Person.ID] >= MaxMemberships {
		return m, ErrTooManyMemberships
	} else {
		none, err := b.store.newMembership(upsert.Person, upsert.Type, upsert.Number)
		if err != nil {
			return m, err
		}
		m.Membership = none
	}
	if !m.EndedAt.IsZero() {
		return m, ErrMembershipEnded
	}
	edited, err := b.store.editedMembership(m.Membership, upsert.Edit)
	if err != nil {
		return m, err
	}
	if edited.Number != upsert.Number {
		return m, ErrMembershipExists
	}
	// A new one has no time of its last change.
	if m.changed = m.UpdatedAt.IsZero() || len(edited.differences(m.Membership)) > 0; m.changed {
		m.Membership = edited
	}
	return m, nil
}

// upsert decides about one membership. Without known codes none is unknown.
func (b *membershipBatch) upsert(upsert MembershipUpsert) MembershipOutcome {
	m, err := b.edit(upsert)
	if err == nil && b.known != nil {
		err = m.unknownCode(b.known)
	}
	if err != nil {
		return MembershipOutcome{Err: err}
	}
	if !m.changed {
		return MembershipOutcome{Membership: m.Membership}
	}
	key := membershipKey{upsert.Person.ID, upsert.Type, upsert.Number}
	if b.now[key] == nil {
		b.count[upsert.Person.ID]++
	}
	b.now[key] = &m
	return MembershipOutcome{Membership: m.Membership, Stored: true}
}

func (b *membershipBatch) write(ctx context.Context, tx *sql.Tx) error {
	var made []Membership
	for _, m := range b.now {
		switch {
		case m.made:
			made = append(made, m.Membership)
		case m.changed:
			if err := updateMembership(ctx, tx, m.Membership); err != nil {
				return err
			}
		}
	}
	slices.SortFunc(made, func(a, b Membership) int { return strings.Compare(a.ID, b.ID) })
	return insertMemberships(ctx, tx, made)
}
