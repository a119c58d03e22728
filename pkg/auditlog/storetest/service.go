package storetest

import (
	"iter"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/ventanilla/ventanilla/pkg/auditlog"
	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
)

// Service is a service whose RPCs give its log.
type Service struct {
	// DB is its database, where the log is damaged behind its back.
	DB *sqlstore.DB
	// Enter makes the service enter something once.
	Enter func()
	// Sealed waits until all is sealed, and returns the checkpoint.
	Sealed func() auditlog.Checkpoint
	// Exported are the leaves as the RPCs export them.
	Exported func() iter.Seq2[auditlog.Leaf, error]
	// Prove returns the proof that one tree is the beginning of another.
	Prove func(older, newer int64) [][]byte
}

// DamageInServiceIsFound damages a service's log in every way, and sees each found in what its RPCs give.
func DamageInServiceIsFound(t *testing.T, s Service) {
	s.Enter()
	s.Enter()
	kept := s.Sealed()
	for range 5 {
		s.Enter()
	}
	newest := s.Sealed()
	if kept.N < 2 || newest.N != kept.N+5 {
		t.Fatalf("%d leaves, then %d", kept.N, newest.N)
	}
	right := func(against ...auditlog.Checkpoint) {
		t.Helper()
		if err := auditlog.Verify(s.Exported(), s.Sealed(), against...); err != nil {
			t.Fatal(err)
		}
	}
	right(kept)
	var hashes tlog.TreeProof
	for _, hash := range s.Prove(kept.N, newest.N) {
		hashes = append(hashes, tlog.Hash(hash))
	}
	if err := tlog.CheckTree(hashes, newest.N, newest.Hash, kept.N, kept.Hash); err != nil {
		t.Error(err)
	}

	found := func(leaf int64, says string, against ...auditlog.Checkpoint) {
		t.Helper()
		expectDamage(t, auditlog.Verify(s.Exported(), s.Sealed(), against...), leaf, says)
	}
	const apart = `UPDATE log_entry SET leaf = -leaf - 100 WHERE leaf >= 1`
	for says, c := range map[string]struct{ do, undo []string }{
		"was changed": {
			[]string{`UPDATE log_entry SET text = replace(text, '"actor":', '"author":') WHERE leaf = 1`},
			[]string{`UPDATE log_entry SET text = replace(text, '"author":', '"actor":') WHERE leaf = 1`},
		},
		"is listed": {
			[]string{`UPDATE log_entry SET target = target || 'x' WHERE leaf = 1`},
			[]string{`UPDATE log_entry SET target = substr(target, 1, length(target) - 1) WHERE leaf = 1`},
		},
		"is missing": {
			[]string{`CREATE TABLE spare AS SELECT * FROM log_entry WHERE leaf = 1`, `DELETE FROM log_entry WHERE leaf = 1`},
			[]string{`INSERT INTO log_entry SELECT * FROM spare`, `DROP TABLE spare`},
		},
		"was removed": {
			[]string{
				`CREATE TABLE spare AS SELECT * FROM log_entry WHERE leaf = 1`, `DELETE FROM log_entry WHERE leaf = 1`,
				apart, `UPDATE log_entry SET leaf = -leaf - 101 WHERE leaf < 0`,
			},
			[]string{
				apart, `UPDATE log_entry SET leaf = -leaf - 99 WHERE leaf < 0`, `INSERT INTO log_entry SELECT * FROM spare`, `DROP TABLE spare`,
			},
		},
		"changed places": {
			[]string{`UPDATE log_entry SET leaf = -3 + leaf WHERE leaf IN (1, 2)`, `UPDATE log_entry SET leaf = -leaf WHERE leaf < 0`},
			[]string{`UPDATE log_entry SET leaf = -3 + leaf WHERE leaf IN (1, 2)`, `UPDATE log_entry SET leaf = -leaf WHERE leaf < 0`},
		},
		"was inserted": {
			[]string{
				apart, `UPDATE log_entry SET leaf = -leaf - 99 WHERE leaf < 0`,
				`INSERT INTO log_entry (leaf, at, actor, act, target, text) VALUES (1, 0, 'ana', 'Test', 'x', '{"at":"1970-01-01T00:00:00.000Z","actor":"ana","act":"Test","target":"x"}')`,
			},
			[]string{`DELETE FROM log_entry WHERE leaf = 1`, apart, `UPDATE log_entry SET leaf = -leaf - 101 WHERE leaf < 0`},
		},
	} {
		execute(t, s.DB, c.do...)
		found(1, says)
		found(1, says, kept)
		execute(t, s.DB, c.undo...)
		right(kept)
	}

	// Without its end the log is in itself right: only what was kept elsewhere shows it.
	drop := []string{`DELETE FROM log_entry WHERE leaf >= $`, `DELETE FROM log_checkpoint WHERE size > $`, `UPDATE log_head SET size = $`}
	for i := range drop {
		drop[i] = strings.ReplaceAll(drop[i], "$", strconv.FormatInt(kept.N, 10))
	}
	execute(t, s.DB, drop...)
	right()
	found(kept.N, "cut off", newest)

	// Written anew and signed with the platform's own key, it is right too.
	wipe(t, s.DB)
	for range kept.N + 3 {
		s.Enter()
	}
	right()
	found(0, "history was rewritten", kept)
}
