package storetest

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"testing"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/ventanilla/ventanilla/pkg/auditlog"
	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
)

// Several sealers seal while others append, some of which roll back.
func sealersTakeTurns(t *testing.T, open Open) {
	const appenders, sealers, each = 4, 3, 20
	replica := open(t, 3)
	given := errors.New("given up")
	var appending, sealing sync.WaitGroup
	for a := range appenders {
		db := replica()
		appending.Go(func() {
			for i := range each {
				err := db.InTx(t.Context(), func(tx *sql.Tx) error {
					if err := auditlog.Append(t.Context(), tx, entry(1000*a+i)); err != nil {
						return err
					}
					if i%4 == 0 {
						return given
					}
					return nil
				})
				if err != nil && !errors.Is(err, given) {
					t.Error(err)
				}
			}
		})
	}
	ended, cancel := context.WithCancel(t.Context())
	for range sealers {
		s := sealer(t, replica())
		sealing.Go(func() {
			for ended.Err() == nil {
				if _, err := s.Seal(t.Context()); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	appending.Wait()
	cancel()
	sealing.Wait()
	db := replica()
	seal(t, db)
	expectRight(t, db, appenders*each*3/4, checkpoints(t, db)...)
}

// checkpoints are all that were signed.
func checkpoints(t *testing.T, db *sqlstore.DB) []auditlog.Checkpoint {
	t.Helper()
	signed, err := sqlstore.Rows(t.Context(), db, sqlstore.Value[string], `SELECT note FROM log_checkpoint ORDER BY size`)
	if err != nil {
		t.Fatal(err)
	}
	var all []auditlog.Checkpoint
	for _, text := range signed {
		c, err := auditlog.OpenCheckpoint([]byte(text), key(t, "the log"))
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, c)
	}
	return all
}

// A process ends between an entry and its sealing, or in the middle of it; more is there than one sealing takes.
func whatWasNotSealedIsSealedLater(t *testing.T, open Open) {
	replica := open(t, 2)
	db := replica()
	enter(t, db, 0, 3)
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if sealed, err := sealer(t, db).Seal(ended); sealed != 0 || !errors.Is(err, context.Canceled) {
		t.Errorf("sealed %d, %v", sealed, err)
	}
	enter(t, db, 3, 2503)
	if sealed := seal(t, replica()); sealed != 2503 {
		t.Errorf("sealed %d, want 2503", sealed)
	}
	if sealed := seal(t, db); sealed != 0 {
		t.Errorf("sealed %d again", sealed)
	}
	if all := checkpoints(t, db); len(all) != 3 {
		t.Errorf("%d checkpoints, want one for each thousand", len(all))
	}
	expectRight(t, db, 2503)

	// A new key goes on where the old one ended.
	enter(t, db, 2503, 2504)
	old, made := key(t, "the log"), key(t, "another")
	for _, c := range []struct {
		known []*auditlog.Key
		want  int
	}{{nil, 0}, {[]*auditlog.Key{old}, 1}} {
		s := auditlog.NewSealer(db, func() auditlog.Keys { return auditlog.Keys{Active: made, Old: c.known} }, slog.New(slog.DiscardHandler))
		if sealed, err := s.Seal(t.Context()); sealed != c.want || (err == nil) != (c.want == 1) {
			t.Errorf("sealed %d with a new key, %v", sealed, err)
		}
	}
	signed, err := auditlog.Latest(t.Context(), db)
	if err != nil || (auditlog.Keys{Active: old, Old: []*auditlog.Key{made}}).Of(signed) != made {
		t.Errorf("the last checkpoint is not signed with the new key: %v", err)
	}
}

func treesAreProved(t *testing.T, open Open) {
	db := open(t, 2)()
	var trees []auditlog.Checkpoint
	for size := range 12 {
		enter(t, db, 7*size, 7*size+7)
		seal(t, db)
		trees = append(trees, newest(t, db))
	}
	for i, older := range trees {
		for _, newer := range trees[i:] {
			proof, err := auditlog.Prove(t.Context(), db, older.N, newer.N)
			if err == nil {
				err = tlog.CheckTree(proof, newer.N, newer.Hash, older.N, older.Hash)
			}
			if err != nil {
				t.Errorf("%d and %d leaves: %v", older.N, newer.N, err)
			}
		}
	}
	last := trees[len(trees)-1].N
	for _, sizes := range [][2]int64{{0, 1}, {2, 1}, {1, last + 1}} {
		if _, err := auditlog.Prove(t.Context(), db, sizes[0], sizes[1]); !errors.Is(err, auditlog.ErrNoTree) {
			t.Errorf("%v: %v", sizes, err)
		}
	}
}

// What is damaged is reported and not signed, since a signature would make it good.
func damageIsNotSigned(t *testing.T, open Open) {
	db := open(t, 2)()
	for name, statement := range map[string]string{
		"no hashes":         `DELETE FROM log_hash`,
		"other hashes":      `UPDATE log_hash SET hashes = (SELECT hashes FROM log_hash WHERE block = 0) WHERE block = 1`,
		"no checkpoint":     `DELETE FROM log_checkpoint`,
		"older checkpoint":  `DELETE FROM log_checkpoint WHERE size > 50`,
		"forged checkpoint": fmt.Sprintf("UPDATE log_checkpoint SET note = '%s'", "ventanilla/test/log\n100\n"+tlog.Hash{}.String()+"\n\n— ventanilla/test/log AAAAAAAA\n"),
		"other size":        `UPDATE log_head SET size = 99`,
		"leaf at the end":   `INSERT INTO log_entry (leaf, at, actor, act, target, text) VALUES (100, 0, '', '', '', '{}')`,
	} {
		t.Run(name, func(t *testing.T) {
			wipe(t, db)
			enter(t, db, 0, 50)
			seal(t, db)
			enter(t, db, 50, 100)
			seal(t, db)
			execute(t, db, statement)
			enter(t, db, 100, 101)
			before, err := auditlog.Latest(t.Context(), db)
			if err != nil {
				t.Fatal(err)
			}
			if sealed, err := sealer(t, db).Seal(t.Context()); err == nil {
				t.Errorf("sealed %d", sealed)
			}
			if after, err := auditlog.Latest(t.Context(), db); err != nil || string(after) != string(before) {
				t.Errorf("signed %s, %v", after, err)
			}
		})
	}
}
