package store

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"

	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
	"github.com/ventanilla/ventanilla/services/notifications/internal/message"
)

// maxAddresses is how many a person may have.
const maxAddresses = 20

const (
	selectHeldWishes = `SELECT person_id, time_zone, refuses_advertisements FROM recipient WHERE data_set = $1 AND person_id = $2`
	upsertAddress    = `INSERT INTO address (address_id, data_set, person_id, channel, value, lookup, secret, created_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (data_set, lookup) DO UPDATE SET address_id = excluded.address_id,
		person_id = excluded.person_id, secret = excluded.secret, created_at = excluded.created_at`
	deleteAddress = `DELETE FROM address WHERE address_id = $1 AND data_set = $2 AND person_id = $3`
)

// PutAddress enters a person's address, or returns the one that it has already, with the identifier that it was given then. The token of a
// device that was another person's is taken from that one, whose identifier is former. It fails with ErrTooMany when the person has as many
// as it may.
func (s *Store) PutAddress(ctx context.Context, actor string, set message.DataSet, personID string, a Address) (stored Address, former string, err error) {
	lookup := addressLookup(personID, a)
	err = s.db.InTx(ctx, func(tx *sql.Tx) error {
		if _, err := s.holdRecipient(ctx, tx, set, personID); err != nil {
			return err
		}
		known, err := scanAddress(tx.QueryRowContext(ctx, `SELECT `+addressColumns+` FROM address WHERE data_set = $1 AND lookup = $2`, set, lookup))
		switch {
		case err == nil && known.person == personID:
			stored, former = known.Address, ""
			return nil
		case err != nil && !errors.Is(err, sql.ErrNoRows):
			return err
		}
		var has int
		if err := tx.QueryRowContext(ctx, `SELECT COUNT(*) FROM address WHERE data_set = $1 AND person_id = $2`, set, personID).Scan(&has); err != nil {
			return err
		}
		if has >= maxAddresses {
			return ErrTooMany
		}
		stored, former = a, known.person
		stored.CreatedAt = s.now()
		if _, err := tx.ExecContext(ctx, upsertAddress, a.ID, set, personID, a.Channel, a.Value, lookup, a.Sealed, stored.CreatedAt.UnixMilli()); err != nil {
			return err
		}
		return s.entered(ctx, tx, actor, "PutAddress", recipientTarget(set, personID), nil, eventOf(stored))
	})
	if err != nil {
		return Address{}, "", fmt.Errorf("entering an address: %w", err)
	}
	return stored, former, nil
}

// DeleteAddress takes a person's address away. It fails with sqlstore.ErrNotFound.
func (s *Store) DeleteAddress(ctx context.Context, actor string, set message.DataSet, personID, addressID string) error {
	return s.dropAddress(ctx, set, personID, addressID, func(tx *sql.Tx, gone Address) error {
		return s.entered(ctx, tx, actor, "DeleteAddress", recipientTarget(set, personID), eventOf(gone), nil)
	})
}

// PruneAddress takes away an address that will never be good again, if it is still the person's. It fails with sqlstore.ErrNotFound.
func (s *Store) PruneAddress(ctx context.Context, set message.DataSet, personID, addressID string) error {
	return s.dropAddress(ctx, set, personID, addressID, func(*sql.Tx, Address) error { return nil })
}

func (s *Store) dropAddress(ctx context.Context, set message.DataSet, personID, addressID string, enter func(*sql.Tx, Address) error) error {
	if !sqlstore.CanBeKey(personID) || !sqlstore.CanBeKey(addressID) {
		return fmt.Errorf("taking an address away: %w", sqlstore.ErrNotFound)
	}
	err := s.db.InTx(ctx, func(tx *sql.Tx) error {
		gone, err := scanAddress(tx.QueryRowContext(ctx, deleteAddress+` RETURNING `+addressColumns, addressID, set, personID))
		if err != nil {
			return err
		}
		return enter(tx, gone.Address)
	})
	if err != nil {
		return fmt.Errorf("taking an address away: %w", err)
	}
	return nil
}

// PutWishes sets what a person asked for.
func (s *Store) PutWishes(ctx context.Context, actor string, set message.DataSet, personID string, wishes Wishes) error {
	err := s.db.InTx(ctx, func(tx *sql.Tx) error {
		before, err := s.holdRecipient(ctx, tx, set, personID)
		if err != nil || before == wishes {
			return err
		}
		if _, err := tx.ExecContext(ctx, `UPDATE recipient SET time_zone = $3, refuses_advertisements = $4, updated_at = $5
			WHERE data_set = $1 AND person_id = $2`, set, personID, wishes.TimeZone, truth(wishes.RefusesAdvertisements), s.now().UnixMilli()); err != nil {
			return err
		}
		return s.entered(ctx, tx, actor, "PutWishes", recipientTarget(set, personID), before, wishes)
	})
	if err != nil {
		return fmt.Errorf("setting wishes: %w", err)
	}
	return nil
}

// holdRecipient makes those who change a person take turns, and returns its wishes.
func (s *Store) holdRecipient(ctx context.Context, tx *sql.Tx, set message.DataSet, personID string) (Wishes, error) {
	if _, err := tx.ExecContext(ctx, `INSERT INTO recipient (data_set, person_id, time_zone, refuses_advertisements, updated_at)
		VALUES ($1, $2, '', 0, $3) ON CONFLICT (data_set, person_id) DO NOTHING`, set, personID, s.now().UnixMilli()); err != nil {
		return Wishes{}, err
	}
	held, err := scanWishes(tx.QueryRowContext(ctx, s.locking(selectHeldWishes, toChange), set, personID))
	return held.Wishes, err
}

// addressLookup is the digest under which an address is one of its data set. A device has one owner; a webhook may be that of several persons.
func addressLookup(personID string, a Address) string {
	text := string(a.Channel) + "\x00" + a.Value
	if a.Channel == message.Webhook {
		text += "\x00" + personID
	}
	digest := sha256.Sum256([]byte(text))
	return hex.EncodeToString(digest[:])
}

// recipientTarget names a person among the targets of events, which outlive what is known of it.
func recipientTarget(set message.DataSet, personID string) string {
	digest := sha256.Sum256([]byte(string(set) + "\x00" + personID))
	return "recipient/" + hex.EncodeToString(digest[:])
}
