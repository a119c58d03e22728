package auth_test

import (
	"database/sql"
	"errors"
	"iter"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/ventanilla/ventanilla/pkg/auditlog"
	"github.com/ventanilla/ventanilla/pkg/testkit"
	authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"
)

// exported are the log's leaves as its RPCs give them.
func (r *replica) exported() iter.Seq2[auditlog.Leaf, error] {
	log := authv1.NewLogServiceClient(r.as("bootstrap"))
	return func(yield func(auditlog.Leaf, error) bool) {
		for first := int64(0); ; {
			page, err := log.ExportLogEntries(r.t.Context(), &authv1.ExportLogEntriesRequest{FirstLeaf: first, PageSize: 3})
			if err != nil || len(page.GetEntries()) == 0 {
				if err != nil {
					yield(auditlog.Leaf{}, err)
				}
				return
			}
			for _, e := range page.GetEntries() {
				leaf := auditlog.Leaf{Index: e.GetLeaf(), Text: e.GetText(), Listed: &auditlog.Entry{
					At: e.GetAt().AsTime(), Actor: e.GetActor(), Act: e.GetAct(), Target: e.GetTarget(),
				}}
				copy(leaf.Hash[:], e.GetHash())
				if !yield(leaf, nil) {
					return
				}
				first = e.GetLeaf() + 1
			}
		}
	}
}

func (p *platform) execute(statements ...string) {
	p.t.Helper()
	check(p.t, p.db.InTx(p.t.Context(), func(tx *sql.Tx) error {
		for _, statement := range statements {
			if _, err := tx.ExecContext(p.t.Context(), statement); err != nil {
				return err
			}
		}
		return nil
	}))
}

func TestDamageInTheDatabaseIsFound(t *testing.T) {
	for name, url := range map[string]string{
		"SQLite":     "sqlite:" + filepath.Join(t.TempDir(), "auth.db"),
		"PostgreSQL": testkit.Postgres(t),
	} {
		t.Run(name, func(t *testing.T) { damageIsFound(t, openPlatform(t, url, 8)) })
	}
}

func damageIsFound(t *testing.T, p *platform) {
	r := p.replica(false)
	client := r.register(partner())
	r.issue(client)
	kept, _ := r.sealed()
	for range 5 {
		r.issue(client)
	}
	newest, _ := r.sealed()
	if kept.N < 2 || newest.N != kept.N+5 {
		t.Fatalf("%d leaves, then %d", kept.N, newest.N)
	}
	check(t, auditlog.Verify(r.exported(), newest, kept))
	proof, err := authv1.NewLogServiceClient(r.as("bootstrap")).ProveConsistency(t.Context(),
		&authv1.ProveConsistencyRequest{OldSize: kept.N, NewSize: newest.N})
	check(t, err)
	var hashes tlog.TreeProof
	for _, hash := range proof.GetHashes() {
		hashes = append(hashes, tlog.Hash(hash))
	}
	check(t, tlog.CheckTree(hashes, newest.N, newest.Hash, kept.N, kept.Hash))

	found := func(leaf int64, says string, against ...auditlog.Checkpoint) {
		t.Helper()
		now, _ := r.sealed()
		err := auditlog.Verify(r.exported(), now, against...)
		damage, ok := errors.AsType[*auditlog.Damage](err)
		if !ok || damage.First != leaf || !strings.Contains(damage.What, says) {
			t.Errorf("found %v, want leaf %d, %q", err, leaf, says)
		}
	}
	const apart = `UPDATE log_entry SET leaf = -leaf - 100 WHERE leaf >= 1`
	for says, c := range map[string]struct{ do, undo []string }{
		"was changed": {
			[]string{`UPDATE log_entry SET text = replace(text, 'IssueToken', 'NoToken') WHERE leaf = 1`},
			[]string{`UPDATE log_entry SET text = replace(text, 'NoToken', 'IssueToken') WHERE leaf = 1`},
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
		p.execute(c.do...)
		found(1, says)
		found(1, says, kept)
		p.execute(c.undo...)
		if err := auditlog.Verify(r.exported(), newest, kept); err != nil {
			t.Fatalf("after undoing %q: %v", says, err)
		}
	}

	// Without its end the log is in itself right: only what was kept elsewhere shows it.
	drop := []string{`DELETE FROM log_entry WHERE leaf >= $`, `DELETE FROM log_checkpoint WHERE size > $`, `UPDATE log_head SET size = $`}
	for i := range drop {
		drop[i] = strings.ReplaceAll(drop[i], "$", strconv.FormatInt(kept.N, 10))
	}
	p.execute(drop...)
	now, _ := r.sealed()
	check(t, auditlog.Verify(r.exported(), now))
	found(kept.N, "cut off", newest)

	// Written anew and signed with the platform's own key, it is right too.
	p.execute(`DELETE FROM log_entry`, `DELETE FROM log_hash`, `DELETE FROM log_checkpoint`, `UPDATE log_head SET size = 0`)
	for range kept.N + 3 {
		r.issue(client)
	}
	now, _ = r.sealed()
	check(t, auditlog.Verify(r.exported(), now))
	found(0, "history was rewritten", kept)
}
