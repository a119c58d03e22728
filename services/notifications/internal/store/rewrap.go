package store

import (
	"context"
	"database/sql"
	"fmt"

	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
)

// rewrappedAtOnce bounds the secrets of one transaction, which holds them.
const rewrappedAtOnce = 200

// Reseal seals anew what is sealed for a key of its table; changed is false for what needs it not. It may run more than once, and must be quick.
type Reseal[K int64 | string] func(key K, sealed []byte) (resealed []byte, changed bool, err error)

// Reseals are for the secrets of providers' callbacks and of webhooks, and for signing keys, by their names.
type Reseals struct {
	Provider   Reseal[int64]
	Address    Reseal[string]
	SigningKey Reseal[string]
}

// Rewrapped counts secrets.
type Rewrapped struct {
	Rewrapped  int64 // sealed anew
	Secrets    int64 // all
	Unreadable int64 // which could not be, and were left as they are
	// Err says of one of these why.
	Err error
}

func (r *Rewrapped) add(more Rewrapped) {
	r.Rewrapped += more.Rewrapped
	r.Secrets += more.Secrets
	r.Unreadable += more.Unreadable
	if r.Err == nil {
		r.Err = more.Err
	}
}

// sealedColumn is where secrets are stored, and what events call them.
type sealedColumn struct{ table, key, column, name string }

func (c sealedColumn) selectSome() string {
	return `SELECT ` + c.key + `, ` + c.column + ` FROM ` + c.table + ` WHERE ` + c.key + ` > $1 AND ` + c.column + ` IS NOT NULL
		ORDER BY ` + c.key + ` LIMIT $2`
}

func (c sealedColumn) update() string {
	return `UPDATE ` + c.table + ` SET ` + c.column + ` = $2 WHERE ` + c.key + ` = $1`
}

// RewrapSecrets has everything sealed anew that the store has sealed, in small transactions: what others store meanwhile is not lost. Where it
// fails, some may be. Each transaction that changes secrets enters how many as an event.
func (s *Store) RewrapSecrets(ctx context.Context, actor string, reseals Reseals) (all Rewrapped, err error) {
	for _, rewrap := range []rewrapping{
		rewrap(sealedColumn{"provider", "provider_id", "callback_secret", "callbacks"}, reseals.Provider),
		rewrap(sealedColumn{"provider", "provider_id", "previous_secret", "callbacks"}, reseals.Provider),
		rewrap(sealedColumn{"address", "address_id", "secret", "webhooks"}, reseals.Address),
		rewrap(sealedColumn{"signing_key", "name", "sealed", "signing-keys"}, reseals.SigningKey),
	} {
		if err := rewrap(ctx, s, actor, &all); err != nil {
			return all, fmt.Errorf("sealing secrets anew: %w", err)
		}
	}
	return all, nil
}

// rewrapping seals secrets of a column anew, and counts them.
type rewrapping func(ctx context.Context, s *Store, actor string, all *Rewrapped) error

func rewrap[K int64 | string](c sealedColumn, reseal Reseal[K]) rewrapping {
	return func(ctx context.Context, s *Store, actor string, all *Rewrapped) error {
		return rewrapAll(ctx, s, actor, c, reseal, all)
	}
}

func rewrapAll[K int64 | string](ctx context.Context, s *Store, actor string, c sealedColumn, reseal Reseal[K], all *Rewrapped) error {
	for last := *new(K); ; {
		var some Rewrapped
		after := last
		err := s.db.InTx(ctx, func(tx *sql.Tx) (err error) {
			some, last, err = rewrapSome(ctx, s, tx, c, reseal, after)
			if err != nil || some.Rewrapped == 0 {
				return err
			}
			return s.entered(ctx, tx, actor, "RewrapSecrets", "secrets/"+c.name, nil, map[string]int64{"rewrapped": some.Rewrapped})
		})
		if err != nil {
			return err
		}
		all.add(some)
		if some.Secrets < rewrappedAtOnce {
			return nil
		}
	}
}

// sealed is a secret with its key.
type sealed[K int64 | string] struct {
	key    K
	secret []byte
}

func scanSealed[K int64 | string](row sqlstore.Scanner) (one sealed[K], err error) {
	err = row.Scan(&one.key, &one.secret)
	return one, err
}

// rewrapSome seals some anew that come after a key, and keeps them as they are until the transaction ends. last is the last one's key.
func rewrapSome[K int64 | string](ctx context.Context, s *Store, tx *sql.Tx, c sealedColumn, reseal Reseal[K], after K) (done Rewrapped, last K, err error) {
	held, err := scanned(ctx, tx, scanSealed[K], s.locking(c.selectSome(), toChange), after, rewrappedAtOnce)
	if err != nil {
		return done, after, err
	}
	done.Secrets, last = int64(len(held)), after
	for _, one := range held {
		last = one.key
		resealed, changed, err := reseal(one.key, one.secret)
		if err != nil {
			done.add(Rewrapped{Unreadable: 1, Err: err})
			continue
		}
		if !changed {
			continue
		}
		done.Rewrapped++
		if _, err := tx.ExecContext(ctx, c.update(), one.key, resealed); err != nil {
			return done, after, err
		}
	}
	return done, last, nil
}
