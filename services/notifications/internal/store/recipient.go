package store

import (
	"context"
	"fmt"
	"time"

	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
	"github.com/ventanilla/ventanilla/services/notifications/internal/message"
)

// Recipient is what is kept of a person.
type Recipient struct {
	// Addresses are those that identity has not, newest first.
	Addresses []Address
	Wishes
}

// Wishes are what a person asked for.
type Wishes struct {
	// TimeZone is an IANA name; empty for none.
	TimeZone              string `json:"time_zone"`
	RefusesAdvertisements bool   `json:"refuses_advertisements"`
}

// Address is one for FCM or WEBHOOK.
type Address struct {
	ID      string
	Channel message.Channel
	Value   string
	// Sealed is the secret of a webhook; nil for others.
	Sealed    []byte
	CreatedAt time.Time
}

// addressEvent is what events say of an address.
type addressEvent struct {
	ID      string          `json:"address_id"`
	Channel message.Channel `json:"channel"`
}

func eventOf(a Address) addressEvent { return addressEvent{a.ID, a.Channel} }

// owned is an address with its person.
type owned struct {
	person string
	Address
}

const addressColumns = `person_id, address_id, channel, value, secret, created_at`

func scanAddress(row sqlstore.Scanner) (a owned, err error) {
	var created int64
	err = row.Scan(&a.person, &a.ID, &a.Channel, &a.Value, &a.Sealed, &created)
	a.CreatedAt = time.UnixMilli(created).UTC()
	return a, err
}

// wished are wishes with their person.
type wished struct {
	person string
	Wishes
}

func scanWishes(row sqlstore.Scanner) (w wished, err error) {
	err = row.Scan(&w.person, &w.TimeZone, &w.RefusesAdvertisements)
	return w, err
}

// Recipients returns what is kept of persons, by their identifiers; those of whom nothing is are missing. It takes two statements for any
// number of them.
func (s *Store) Recipients(ctx context.Context, set message.DataSet, personIDs []string) (map[string]Recipient, error) {
	persons := s.list(personIDs)
	addresses, err := sqlstore.Rows(ctx, s.db, scanAddress, `SELECT `+addressColumns+` FROM address
		WHERE data_set = $1 AND `+s.among(`person_id`, `$2`)+` ORDER BY created_at DESC, address_id DESC`, set, persons)
	if err != nil {
		return nil, fmt.Errorf("reading addresses: %w", err)
	}
	wishes, err := sqlstore.Rows(ctx, s.db, scanWishes, `SELECT person_id, time_zone, refuses_advertisements FROM recipient
		WHERE data_set = $1 AND `+s.among(`person_id`, `$2`), set, persons)
	if err != nil {
		return nil, fmt.Errorf("reading wishes: %w", err)
	}
	all := make(map[string]Recipient)
	for _, w := range wishes {
		all[w.person] = Recipient{Wishes: w.Wishes}
	}
	for _, a := range addresses {
		r := all[a.person]
		r.Addresses = append(r.Addresses, a.Address)
		all[a.person] = r
	}
	return all, nil
}
