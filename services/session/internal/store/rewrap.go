package store

import (
	"context"
	"database/sql"
	"fmt"
	"slices"

	"github.com/ventanilla/ventanilla/pkg/eventlog"
)

// rewrappedAtOnce bounds the sealed texts of one transaction, which holds them.
const rewrappedAtOnce = 200

// Reseals seal anew what is sealed for a place; changed is false for what needs it not. They may run more than once, and must be quick.
type Reseals struct {
	Integration func(key string, sealed []byte) (resealed []byte, changed bool, err error)
	Record      func(beneficiaryID int64, integrationKey string, sealed []byte) (resealed []byte, changed bool, err error)
	PassKey     func(hash [32]byte, sealed []byte) (resealed []byte, changed bool, err error)
	SharedKey   func(name string, sealed []byte) (resealed []byte, changed bool, err error)
}

// Rewrapped counts sealed texts.
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

// RewrapSecrets has everything sealed anew that the store has sealed, in small transactions: what others store meanwhile is not lost. Where it
// fails, some may be. Each transaction that changes some enters how many as an event.
func (s *Store) RewrapSecrets(ctx context.Context, actor string, reseals Reseals) (all Rewrapped, err error) {
	for _, column := range sealedColumns(reseals) {
		if err := s.rewrapAll(ctx, actor, column, &all); err != nil {
			return all, fmt.Errorf("sealing secrets anew: %w", err)
		}
	}
	return all, nil
}

func (s *Store) rewrapAll(ctx context.Context, actor string, c sealedColumn, all *Rewrapped) error {
	for after := []any(nil); ; {
		var some Rewrapped
		var last []any
		err := s.db.InTx(ctx, func(tx *sql.Tx) (err error) {
			some, last, err = s.rewrapSome(ctx, tx, c, after)
			if err != nil || some.Rewrapped == 0 {
				return err
			}
			act := eventlog.Act{Actor: actor, Name: "RewrapSecrets", Target: "secrets/" + c.table}
			return eventlog.Enter(ctx, tx, s.now(), act, nil, map[string]int64{"rewrapped": some.Rewrapped})
		})
		if err != nil {
			return err
		}
		all.add(some)
		if some.Secrets < rewrappedAtOnce {
			return nil
		}
		after = last
	}
}

// rewrapSome seals some anew that come after a key, and keeps them as they are until the transaction ends. last is the last one's key.
func (s *Store) rewrapSome(ctx context.Context, tx *sql.Tx, c sealedColumn, after []any) (done Rewrapped, last []any, err error) {
	held, err := s.heldSealed(ctx, tx, c, after)
	if err != nil {
		return done, nil, err
	}
	done.Secrets = int64(len(held))
	for _, one := range held {
		last = one.key
		resealed, changed, err := one.reseal()
		if err != nil {
			done.add(Rewrapped{Unreadable: 1, Err: err})
			continue
		}
		if !changed {
			continue
		}
		done.Rewrapped++
		if _, err := tx.ExecContext(ctx, c.update(), append([]any{resealed}, one.key...)...); err != nil {
			return done, last, err
		}
	}
	return done, last, nil
}

func (s *Store) heldSealed(ctx context.Context, tx *sql.Tx, c sealedColumn, after []any) (held []sealedText, err error) {
	rows, err := tx.QueryContext(ctx, s.locking(c.selectSome(after != nil), toChange), append(slices.Clip(after), rewrappedAtOnce)...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		one, err := c.scan(rows)
		if err != nil {
			return nil, err
		}
		held = append(held, one)
	}
	return held, rows.Err()
}
