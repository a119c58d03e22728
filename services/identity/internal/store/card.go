package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
)

// CardReason says why a card was revoked: the name of ventanilla.identity.v1.RevocationReason in lower case.
type CardReason string

// The reasons.
const (
	CardLost            CardReason = "lost"
	CardStolen          CardReason = "stolen"
	CardReplaced        CardReason = "replaced"
	CardMembershipEnded CardReason = "membership_ended"
	CardIssuedInError   CardReason = "issued_in_error"
	CardKeyCompromised  CardReason = "key_compromised"
	CardErased          CardReason = "erased"
)

// Card is an identity card as it is stored.
type Card struct {
	DataSet DataSet
	Folio   string
	// PersonID, MembershipID and Text are empty once the person was erased.
	PersonID, MembershipID string
	Text                   string
	KeyID                  string
	Signature              string
	IssuedAt               time.Time
	// ExpiresAt is when it is no longer good; zero for no end.
	ExpiresAt time.Time
	// RevokedAt is zero unless it was revoked; Reason is why.
	RevokedAt time.Time
	Reason    CardReason
	// Replaces is the folio of the card that it took the place of, or empty.
	Replaces string
}

// Expired tells whether the card has come to its end by itself.
func (c Card) Expired(now time.Time) bool { return !c.ExpiresAt.IsZero() && !now.Before(c.ExpiresAt) }

const cardColumns = `card.data_set, card.folio, card.person_id, card.membership_id, card.text, card.key_id, card.signature,
	card.issued_at, card.expires_at, card.revoked_at, card.reason, card.replaces`

func (c *Card) scan(row sqlstore.Scanner, more ...any) error {
	var issued int64
	var expires, revoked sql.NullInt64
	err := row.Scan(append([]any{
		&c.DataSet, &c.Folio, &c.PersonID, &c.MembershipID, &c.Text, &c.KeyID, &c.Signature,
		&issued, &expires, &revoked, &c.Reason, &c.Replaces,
	}, more...)...)
	c.IssuedAt, c.ExpiresAt, c.RevokedAt = time.UnixMilli(issued).UTC(), orZero(expires), orZero(revoked)
	return err
}

func scanCard(row sqlstore.Scanner) (c Card, err error) { return c, c.scan(row) }

func orZero(milli sql.NullInt64) time.Time {
	if !milli.Valid {
		return time.Time{}
	}
	return time.UnixMilli(milli.Int64).UTC()
}

func endOrNull(at time.Time) sql.NullInt64 {
	return sql.NullInt64{Int64: at.UnixMilli(), Valid: !at.IsZero()}
}

// KeyedCard is a card with what verifies it and how the access log knows its holder.
type KeyedCard struct {
	Card
	// Public is the public half of its key.
	Public []byte
	// Pseudonym is the person's; empty once it was erased.
	Pseudonym string
}

// Card finds a card. It fails with ErrNotFound.
func (s *Store) Card(ctx context.Context, set DataSet, folio string) (KeyedCard, error) {
	c, err := sqlstore.Row(ctx, s.db, func(row sqlstore.Scanner) (c KeyedCard, err error) {
		return c, c.scan(row, &c.Public, &c.Pseudonym)
	}, `SELECT `+cardColumns+`, signing_key.public_key, COALESCE(person.pseudonym, '') FROM card
		JOIN signing_key ON signing_key.key_id = card.key_id
		LEFT JOIN person ON person.person_id = card.person_id
		WHERE card.data_set = $1 AND card.folio = $2`, set, folio)
	if err != nil {
		return c, fmt.Errorf("finding a card: %w", err)
	}
	return c, nil
}

// MaxCards is how many of a person's cards Cards returns.
const MaxCards = 256

// Cards returns a person's cards, newest first, at most MaxCards.
func (s *Store) Cards(ctx context.Context, personID string) ([]Card, error) {
	cards, err := sqlstore.Rows(ctx, s.db, scanCard, `SELECT `+cardColumns+` FROM card
		WHERE person_id = $1 AND person_id <> '' ORDER BY issued_at DESC, folio DESC LIMIT $2`, personID, MaxCards)
	if err != nil {
		return nil, fmt.Errorf("reading a person's cards: %w", err)
	}
	return cards, nil
}
