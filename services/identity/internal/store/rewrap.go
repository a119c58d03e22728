package store

import (
	"context"
	"database/sql"
	"fmt"
	"strconv"

	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
)

// RewrapKeys stores the private keys that reseal has sealed anew, all or none, and returns how many, and how many private keys there are.
// Keys that other replicas store meanwhile are not touched. When none was sealed anew nothing is entered in the log. reseal may run more
// than once, and must be quick.
func (s *Store) RewrapKeys(ctx context.Context, act Act, reseal func(SigningKey) (sealed []byte, changed bool, err error)) (rewrapped, all int, err error) {
	err = s.db.InTx(ctx, func(tx *sql.Tx) error {
		keys, err := s.privateKeys(ctx, tx)
		if err != nil {
			return err
		}
		rewrapped, all = 0, len(keys)
		for _, k := range keys {
			sealed, changed, err := reseal(k)
			if err != nil {
				return err
			}
			if !changed {
				continue
			}
			rewrapped++
			if _, err := tx.ExecContext(ctx, `UPDATE signing_key SET sealed_private = $2 WHERE key_id = $1`, k.ID, sealed); err != nil {
				return err
			}
		}
		if rewrapped == 0 {
			return nil
		}
		return s.record(ctx, tx, act, "signing keys", Detail{More: []Member{{"rewrapped", strconv.Itoa(rewrapped)}}})
	})
	if err != nil {
		return 0, 0, fmt.Errorf("sealing keys anew: %w", err)
	}
	return rewrapped, all, nil
}

// privateKeys reads the keys that have a private half, and keeps them as they are until the transaction ends: active ones first, as
// rotations do, so that neither waits for the other.
func (s *Store) privateKeys(ctx context.Context, tx *sql.Tx) (keys []SigningKey, err error) {
	err = eachRow(ctx, tx, func(row sqlstore.Scanner) error {
		k, err := scanKey(row)
		keys = append(keys, k)
		return err
	}, s.locking(`SELECT `+keyColumns+` FROM signing_key WHERE state <> 'retired' ORDER BY state, key_id`, toChange), nil)
	return keys, err
}
