package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
)

var (
	// ErrCardLive says that a membership has a card that is neither revoked nor expired.
	ErrCardLive = errors.New("the membership has a live card")
	// ErrCardRevoked says that a card was revoked.
	ErrCardRevoked = errors.New("the card was revoked")
	// ErrNoMembership says that the membership is not there, or not any more.
	ErrNoMembership = errors.New("there is no such membership")
	// ErrFolioTaken says that a card of the data set has the folio.
	ErrFolioTaken = errors.New("the folio is taken")
)

// CardSource is what a card is made of: a membership with its person, and the name of the programme or department.
type CardSource struct {
	MembershipID, PersonID, Pseudonym       string
	DataSet                                 DataSet
	GivenNames, FirstSurname, SecondSurname string
	Type, Number                            string
	ProgrammeCode, ProgrammeName            string
	DepartmentCode, DepartmentName          string
	Entity                                  string
	// ValidUntil is the last day, "2006-01-02", or empty for no end.
	ValidUntil string
	// EndedAt is zero while the membership lasts.
	EndedAt time.Time
}

// CardMaker writes and signs a card: its Folio, Text, Signature and ExpiresAt. key is the one that signs, and nobody rotates or
// retires it meanwhile. It may be called more than once, and is quick.
type CardMaker func(from CardSource, key SigningKey) (Card, error)

// IssueCard makes a card for a membership, and revokes as replaced one that has expired. It fails with ErrNoMembership,
// ErrCardLive, ErrFolioTaken, and as the maker does.
func (s *Store) IssueCard(ctx context.Context, act Act, membershipID string, make CardMaker) (Card, error) {
	var made Card
	err := s.db.InTx(ctx, func(tx *sql.Tx) error {
		source, err := s.lockCardSource(ctx, tx, membershipID)
		if err != nil {
			return err
		}
		before, err := scanCard(tx.QueryRowContext(ctx, `SELECT `+cardColumns+` FROM card
			WHERE membership_id = $1 AND revoked_at IS NULL`, membershipID))
		switch {
		case errors.Is(err, sql.ErrNoRows):
		case err != nil:
			return err
		case !before.Expired(s.now()):
			return ErrCardLive
		}
		made, err = s.issueCard(ctx, tx, act, source, before.Folio, make)
		return err
	})
	if err != nil {
		return Card{}, fmt.Errorf("issuing a card: %w", err)
	}
	return made, nil
}

// RenewCard revokes a card as replaced and makes its successor, both or neither. It fails with sqlstore.ErrNotFound
// when there is no such card, with ErrCardRevoked, ErrNoMembership, ErrFolioTaken, and as the maker does.
func (s *Store) RenewCard(ctx context.Context, act Act, set DataSet, folio string, make CardMaker) (Card, error) {
	var made Card
	err := s.db.InTx(ctx, func(tx *sql.Tx) error {
		before, err := scanCard(tx.QueryRowContext(ctx, `SELECT `+cardColumns+` FROM card WHERE data_set = $1 AND folio = $2`, set, folio))
		if err != nil {
			return err
		}
		if !before.RevokedAt.IsZero() {
			return ErrCardRevoked
		}
		source, err := s.lockCardSource(ctx, tx, before.MembershipID)
		if err != nil {
			return err
		}
		made, err = s.issueCard(ctx, tx, act, source, folio, make)
		return err
	})
	if err != nil {
		return Card{}, fmt.Errorf("renewing a card: %w", err)
	}
	return made, nil
}

// issueCard makes a card in the place of another, if there is one. The transaction holds the membership.
func (s *Store) issueCard(ctx context.Context, tx *sql.Tx, act Act, source CardSource, replaces string, make CardMaker) (Card, error) {
	if replaces != "" {
		replaced, err := s.revokeCard(ctx, tx, source.DataSet, replaces, CardReplaced)
		if err != nil {
			return Card{}, err
		}
		if !replaced { // by another call, after this one had looked
			return Card{}, ErrCardRevoked
		}
	}
	key, err := s.activeCardKey(ctx, tx, source.DataSet, toHold)
	if err != nil {
		return Card{}, err
	}
	made, err := make(source, key)
	if err != nil {
		return Card{}, err
	}
	made.DataSet, made.PersonID, made.MembershipID = source.DataSet, source.PersonID, source.MembershipID
	made.KeyID, made.IssuedAt, made.Replaces = key.ID, s.now(), replaces
	result, err := tx.ExecContext(ctx, `INSERT INTO card (data_set, folio, person_id, membership_id, text, key_id, signature,
		issued_at, expires_at, revoked_at, reason, replaces) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, NULL, '', $10)
		ON CONFLICT (data_set, folio) DO NOTHING`,
		made.DataSet, made.Folio, made.PersonID, made.MembershipID, made.Text, made.KeyID, made.Signature,
		made.IssuedAt.UnixMilli(), endOrNull(made.ExpiresAt), made.Replaces)
	if err != nil {
		return Card{}, err
	}
	if rows, err := result.RowsAffected(); err != nil || rows == 0 {
		return Card{}, errors.Join(err, ErrFolioTaken)
	}
	return made, s.record(ctx, tx, act, source.Pseudonym, Detail{
		More: []Member{{"folio", made.Folio}, {"replaces", replaces}, {"key", key.ID}},
	})
}

// lockCardSource reads what a card is made of, and keeps others from ending, changing or erasing the membership until
// the transaction ends.
func (s *Store) lockCardSource(ctx context.Context, tx *sql.Tx, membershipID string) (CardSource, error) {
	var c CardSource
	if !sqlstore.CanBeKey(membershipID) {
		return c, ErrNoMembership
	}
	var ended sql.NullInt64
	err := tx.QueryRowContext(ctx, s.locking(`SELECT membership_id, person_id, data_set, type, number, programme, department,
		entity, valid_until, ended_at FROM membership WHERE membership_id = $1`, toChange), membershipID).Scan(
		&c.MembershipID, &c.PersonID, &c.DataSet, &c.Type, &c.Number, &c.ProgrammeCode, &c.DepartmentCode, &c.Entity, &c.ValidUntil, &ended)
	if errors.Is(err, sql.ErrNoRows) {
		return c, ErrNoMembership
	}
	if err != nil {
		return c, err
	}
	c.EndedAt = orZero(ended)
	err = tx.QueryRowContext(ctx, `SELECT pseudonym, given_names, first_surname, second_surname,
		COALESCE((SELECT name FROM catalogue_entry WHERE data_set = $2 AND catalogue = $3 AND code = $4), ''),
		COALESCE((SELECT name FROM catalogue_entry WHERE data_set = $2 AND catalogue = $5 AND code = $6), '')
		FROM person WHERE person_id = $1`, c.PersonID, c.DataSet, Programmes, c.ProgrammeCode, Departments, c.DepartmentCode).Scan(
		&c.Pseudonym, &c.GivenNames, &c.FirstSurname, &c.SecondSurname, &c.ProgrammeName, &c.DepartmentName)
	if errors.Is(err, sql.ErrNoRows) {
		return c, ErrNoMembership // erased meanwhile
	}
	return c, err
}
