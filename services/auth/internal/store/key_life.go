package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
)

// ErrKeyRetired says that a key signs no more tokens.
var ErrKeyRetired = errors.New("the signing key is retired")

// AddNextKey stores a key as the next of its use, unless there is one.
func (s *Store) AddNextKey(ctx context.Context, k SigningKey, act Act) error {
	err := s.change(ctx, func(tx *sql.Tx, revision int64) error {
		k = s.asNext(k, revision)
		added, err := s.insertKey(ctx, tx, k)
		if err != nil || !added {
			return errors.Join(err, unless(added))
		}
		return s.record(ctx, tx, act, k.KID, "", k)
	})
	if err != nil && !errors.Is(err, ErrUnchanged) {
		return fmt.Errorf("adding a next key: %w", err)
	}
	return nil
}

func unless(changed bool) error {
	if changed {
		return nil
	}
	return ErrUnchanged
}

func (s *Store) asNext(k SigningKey, revision int64) SigningKey {
	k.State, k.CreatedAt, k.Revision = KeyNext, s.now(), revision
	return k
}

// Promotion is a change of the active key.
type Promotion struct {
	// Use is what the key signs.
	Use Use
	// Next is the key to publish after the present next one.
	Next SigningKey
	// TokensEnd is no earlier than the end of any token whose end was not noted with NoteTokenEnd.
	TokensEnd time.Time
	// Check decides on the keys as they are; when it fails nothing changes. See also ErrUnchanged.
	Check func(active, next SigningKey) error
}

// PromoteKey makes the next key of a use active and the active one old, and stores a new next one, all at once. It
// returns them in this order: active, old, next; none when Check returned ErrUnchanged. It fails with
// sqlstore.ErrNotFound when there is no next key or no active one.
func (s *Store) PromoteKey(ctx context.Context, p Promotion, act Act) ([]SigningKey, error) {
	var changed []SigningKey
	err := s.change(ctx, func(tx *sql.Tx, revision int64) error {
		changed = nil
		before, err := lockKeys(ctx, tx, lockRotating, revision, string(p.Use))
		if err != nil {
			return err
		}
		var active, next SigningKey
		for _, k := range before {
			if k.State == KeyActive {
				active = k
			} else {
				next = k
			}
		}
		if active.KID == "" || next.KID == "" {
			return sqlstore.ErrNotFound
		}
		if err := p.Check(active, next); err != nil {
			return err
		}
		old, now := active, s.now()
		old.State, old.SupersededAt = KeyOld, now
		if p.TokensEnd.After(old.LastTokenEnds) {
			old.LastTokenEnds = p.TokensEnd
		}
		promoted := next
		promoted.State, promoted.ActivatedAt = KeyActive, now
		for _, k := range []SigningKey{old, promoted} { // at no moment are two active
			if err := updateKey(ctx, tx, k); err != nil {
				return err
			}
		}
		fresh := s.asNext(p.Next, revision)
		if added, err := s.insertKey(ctx, tx, fresh); err != nil || !added {
			return errors.Join(err, unless(added))
		}
		changed = []SigningKey{promoted, old, fresh}
		return s.recordKeys(ctx, tx, act, promoted.KID, []SigningKey{next, active}, changed)
	})
	if err != nil && !errors.Is(err, ErrUnchanged) {
		return nil, fmt.Errorf("promoting the key for %s: %w", p.Use, err)
	}
	return changed, nil
}

// RetireKey makes an old key retired, if decide agrees, and forgets its private half. decide may put off LastTokenEnds,
// and nothing else. It returns the key as it is then. A key that is retired already stays as it is. See also
// ErrUnchanged. It fails with sqlstore.ErrNotFound.
func (s *Store) RetireKey(ctx context.Context, kid string, act Act, decide func(*SigningKey) error) (SigningKey, error) {
	var k SigningKey
	err := s.change(ctx, func(tx *sql.Tx, revision int64) error {
		if !sqlstore.CanBeKey(kid) {
			return sqlstore.ErrNotFound
		}
		found, err := lockKeys(ctx, tx, lockOne, revision, kid)
		if err != nil {
			return err
		}
		if len(found) == 0 {
			return sqlstore.ErrNotFound
		}
		if k = found[0]; k.State == KeyRetired {
			return ErrUnchanged
		}
		before := k
		if err := decide(&k); err != nil {
			return err
		}
		k.State, k.RetiredAt, k.SealedPrivate = KeyRetired, s.now(), nil
		if err := updateKey(ctx, tx, k); err != nil {
			return err
		}
		return s.recordKeys(ctx, tx, act, kid, []SigningKey{before}, []SigningKey{k})
	})
	if err != nil && !errors.Is(err, ErrUnchanged) {
		return SigningKey{}, fmt.Errorf("retiring a key: %w", err)
	}
	return k, nil
}

// NoteTokenEnd notes that a key has signed a token that ends at a time, at the latest. It does not count as a change.
// It fails with ErrKeyRetired.
func (s *Store) NoteTokenEnd(ctx context.Context, kid string, end time.Time) error {
	err := s.db.InTx(ctx, func(tx *sql.Tx) error {
		result, err := tx.ExecContext(ctx, `UPDATE signing_key
			SET last_token_ends = CASE WHEN last_token_ends < $2 THEN $2 ELSE last_token_ends END
			WHERE kid = $1 AND state <> 'retired'`, kid, end.UnixMilli())
		if err != nil {
			return err
		}
		if rows, err := result.RowsAffected(); err != nil || rows == 0 {
			return errors.Join(err, ErrKeyRetired)
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("noting the end of a token: %w", err)
	}
	return nil
}

// RewrapKeys stores the private keys that reseal has sealed anew, all or none, and returns how many. Keys that other
// replicas store meanwhile are not touched. reseal may run more than once, and must be quick.
func (s *Store) RewrapKeys(ctx context.Context, act Act, reseal func(SigningKey) (sealed []byte, changed bool, err error)) (int, error) {
	var count int
	err := s.change(ctx, func(tx *sql.Tx, revision int64) error {
		keys, err := lockKeys(ctx, tx, lockOthers, revision, string(KeyRetired))
		if err != nil {
			return err
		}
		count = 0
		for _, k := range keys {
			sealed, changed, err := reseal(k)
			if err != nil {
				return err
			}
			if !changed {
				continue
			}
			count++
			k.SealedPrivate = sealed
			if err := updateKey(ctx, tx, k); err != nil {
				return err
			}
		}
		if count == 0 {
			return ErrUnchanged
		}
		return s.record(ctx, tx, act, "signing keys", "", map[string]int{"rewrapped": count})
	})
	if err != nil && !errors.Is(err, ErrUnchanged) {
		return 0, fmt.Errorf("sealing keys anew: %w", err)
	}
	return count, nil
}

// Keys are read by giving them the number of the change, which keeps others from changing them until it ends.
const (
	lockRotating = `UPDATE signing_key SET revision = $1 WHERE purpose = $2 AND state IN ('active', 'next') RETURNING ` + keyColumns
	lockOne      = `UPDATE signing_key SET revision = $1 WHERE kid = $2 RETURNING ` + keyColumns
	lockOthers   = `UPDATE signing_key SET revision = $1 WHERE state <> $2 RETURNING ` + keyColumns
)

func lockKeys(ctx context.Context, tx *sql.Tx, query string, revision int64, arg string) ([]SigningKey, error) {
	rows, err := tx.QueryContext(ctx, query, revision, arg)
	if err != nil {
		return nil, fmt.Errorf("reading keys: %w", err)
	}
	defer rows.Close()
	var keys []SigningKey
	for rows.Next() {
		k, err := scanKey(rows)
		if err != nil {
			return nil, fmt.Errorf("reading keys: %w", err)
		}
		keys = append(keys, k)
	}
	return keys, rows.Err()
}

// updateKey stores what of a key can change. The transaction holds it.
func updateKey(ctx context.Context, tx *sql.Tx, k SigningKey) error {
	_, err := tx.ExecContext(ctx, `UPDATE signing_key SET state = $2, active = $3, sealed_private = $4, activated_at = $5,
		superseded_at = $6, retired_at = $7, last_token_ends = $8 WHERE kid = $1`,
		k.KID, string(k.State), k.State == KeyActive, append([]byte{}, k.SealedPrivate...), milli(k.ActivatedAt), milli(k.SupersededAt),
		milli(k.RetiredAt), milli(k.LastTokenEnds))
	return err
}

func (s *Store) recordKeys(ctx context.Context, tx *sql.Tx, act Act, target string, before, after []SigningKey) error {
	was, err := snapshot(before)
	if err != nil {
		return err
	}
	return s.record(ctx, tx, act, target, was, after)
}
