package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strconv"

	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
)

// CardKey is a key that signs cards, with how many live cards it signed.
type CardKey struct {
	SigningKey
	LiveCards int64
}

// published says of a signing_key that it verifies cards of the data set $2 at $1: it is the next, the active, or one with a live
// card. A card is live while it is neither revoked nor expired; each half of that has its place in an index.
const published = `use = 'card' AND data_set = $2 AND (state IN ('next', 'active') OR state = 'old' AND (
	EXISTS (SELECT 1 FROM card WHERE card.key_id = signing_key.key_id AND card.revoked_at IS NULL AND card.expires_at IS NULL) OR
	EXISTS (SELECT 1 FROM card WHERE card.key_id = signing_key.key_id AND card.revoked_at IS NULL AND card.expires_at > $1)))`

// CardKeys returns the keys of cards of all data sets, oldest first.
func (s *Store) CardKeys(ctx context.Context) ([]CardKey, error) {
	keys, err := sqlstore.Rows(ctx, s.db, func(row sqlstore.Scanner) (k CardKey, err error) {
		k.SigningKey, err = scanKey(row, &k.LiveCards)
		return k, err
	}, `SELECT `+keyColumns+`, (SELECT count(*) FROM card WHERE card.key_id = signing_key.key_id AND card.revoked_at IS NULL
		AND (card.expires_at IS NULL OR card.expires_at > $1))
		FROM signing_key WHERE use = 'card' ORDER BY created_at, key_id`, s.now().UnixMilli())
	if err != nil {
		return nil, fmt.Errorf("reading card keys: %w", err)
	}
	return keys, nil
}

// PublishedKeys returns the keys that verify cards of a data set: the next, the active, and every one with a live card.
// Oldest first.
func (s *Store) PublishedKeys(ctx context.Context, set DataSet) ([]SigningKey, error) {
	keys, err := sqlstore.Rows(ctx, s.db, func(row sqlstore.Scanner) (SigningKey, error) { return scanKey(row) },
		`SELECT `+keyColumns+` FROM signing_key WHERE `+published+` ORDER BY created_at, key_id`, s.now().UnixMilli(), set)
	if err != nil {
		return nil, fmt.Errorf("reading the published keys: %w", err)
	}
	return keys, nil
}

// RotateCardKey makes the next key of a data set the one that signs, that one old, and fresh the next, all at once. It returns
// the key that signs now. check decides on the next key; when it fails nothing changes. It fails with sqlstore.ErrNotFound when there
// is no next key, and with sqlstore.ErrConflict when fresh is known.
func (s *Store) RotateCardKey(ctx context.Context, act Act, set DataSet, fresh SigningKey, check func(next SigningKey) error) (CardKey, error) {
	var active CardKey
	err := s.db.InTx(ctx, func(tx *sql.Tx) error {
		// First the one that signs: calls that rotate at the same time wait here.
		before, err := s.activeCardKey(ctx, tx, set, toChange)
		if err != nil {
			return err
		}
		next, err := scanKey(tx.QueryRowContext(ctx, `SELECT `+keyColumns+` FROM signing_key
			WHERE use = 'card' AND data_set = $1 AND state = 'next'`, set))
		if err != nil {
			return err
		}
		if err := check(next); err != nil {
			return err
		}
		next.State, next.ActivatedAt = KeyActive, s.now()
		if _, err := tx.ExecContext(ctx, `UPDATE signing_key SET state = 'old' WHERE key_id = $1`, before.ID); err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, `UPDATE signing_key SET state = 'active', activated_at = $2 WHERE key_id = $1`,
			next.ID, next.ActivatedAt.UnixMilli()); err != nil {
			return err
		}
		added, err := s.insertKey(ctx, tx, fresh)
		if err != nil {
			return err
		}
		if !added {
			return sqlstore.ErrConflict
		}
		active.SigningKey = next
		return s.record(ctx, tx, act, next.ID, Detail{More: []Member{
			{"data_set", string(set)}, {"old", before.ID}, {"next", fresh.ID},
		}})
	})
	if err != nil {
		return CardKey{}, fmt.Errorf("rotating the card key of %s: %w", set, err)
	}
	return active, nil
}

// RetireCardKey retires a key of cards, if agree lets it, forgets its private half, and revokes all cards that it signed, expired ones too; it
// returns how many. One that is retired stays as it is. It fails with sqlstore.ErrNotFound.
func (s *Store) RetireCardKey(ctx context.Context, act Act, id string, agree func(SigningKey) error) (revoked int64, err error) {
	err = s.db.InTx(ctx, func(tx *sql.Tx) error {
		revoked = 0
		if !sqlstore.CanBeKey(id) {
			return sqlstore.ErrNotFound
		}
		key, err := scanKey(tx.QueryRowContext(ctx, s.locking(`SELECT `+keyColumns+` FROM signing_key WHERE key_id = $1 AND use = 'card'`, toChange), id))
		if err != nil || key.State == KeyRetired {
			return err
		}
		if err := agree(key); err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, `UPDATE signing_key SET state = 'retired', sealed_private = $2 WHERE key_id = $1`, id, []byte{}); err != nil {
			return err
		}
		result, err := tx.ExecContext(ctx, `UPDATE card SET revoked_at = $2, reason = $3 WHERE key_id = $1 AND revoked_at IS NULL`,
			id, s.now().UnixMilli(), CardKeyCompromised)
		if err != nil {
			return err
		}
		if revoked, err = result.RowsAffected(); err != nil {
			return err
		}
		return s.record(ctx, tx, act, id, Detail{More: []Member{
			{"data_set", string(key.DataSet)}, {"revoked_cards", strconv.FormatInt(revoked, 10)},
		}})
	})
	if err != nil {
		return 0, fmt.Errorf("retiring a card key: %w", err)
	}
	return revoked, nil
}

const selectActiveCardKey = `SELECT ` + keyColumns + ` FROM signing_key WHERE use = 'card' AND data_set = $1 AND state = 'active'`

// activeCardKey reads the key that signs cards of a data set. With a lock it stays so until the transaction ends. One that was rotated while
// this call waited is not it any more: the next is looked up.
func (s *Store) activeCardKey(ctx context.Context, tx *sql.Tx, set DataSet, lock string) (SigningKey, error) {
	for {
		key, err := scanKey(tx.QueryRowContext(ctx, s.locking(selectActiveCardKey, lock), set))
		if !errors.Is(err, sql.ErrNoRows) {
			return key, err
		}
		if _, err := scanKey(tx.QueryRowContext(ctx, selectActiveCardKey, set)); err != nil {
			return SigningKey{}, fmt.Errorf("no key signs cards of %s: %w", set, err)
		}
	}
}
