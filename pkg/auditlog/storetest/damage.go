package storetest

import (
	"errors"
	"strings"
	"testing"

	"github.com/ventanilla/ventanilla/pkg/auditlog"
	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
)

// damageIsFound changes ten sealed entries in the database by hand.
func damageIsFound(t *testing.T, open Open) {
	db := open(t, 2)()
	const up = `UPDATE log_entry SET leaf = -leaf-100 WHERE leaf >= 4`
	for name, c := range map[string]struct {
		statements []string
		leaf       int64
		says       string
	}{
		"changed text":   {[]string{`UPDATE log_entry SET text = replace(text, 'actor-1', 'actor-2') WHERE leaf = 4`}, 4, "changed"},
		"changed actor":  {[]string{`UPDATE log_entry SET actor = 'x' WHERE leaf = 4`}, 4, "listed"},
		"changed act":    {[]string{`UPDATE log_entry SET act = 'x' WHERE leaf = 4`}, 4, "listed"},
		"changed target": {[]string{`UPDATE log_entry SET target = 'x' WHERE leaf = 4`}, 4, "listed"},
		"changed time":   {[]string{`UPDATE log_entry SET at = at + 1 WHERE leaf = 4`}, 4, "time"},
		"removed":        {[]string{`DELETE FROM log_entry WHERE leaf = 4`}, 4, "missing"},
		"unsealed":       {[]string{`UPDATE log_entry SET leaf = NULL WHERE leaf = 4`}, 4, "missing"},
		"the first":      {[]string{`DELETE FROM log_entry WHERE leaf = 0`}, 0, "missing"},
		"the last":       {[]string{`DELETE FROM log_entry WHERE leaf = 9`}, 9, "missing at the end"},
		"removed, others moved up": {[]string{
			`DELETE FROM log_entry WHERE leaf = 4`,
			up, `UPDATE log_entry SET leaf = -leaf-100-1 WHERE leaf < 0`,
		}, 4, "removed"},
		"inserted": {[]string{
			up, `UPDATE log_entry SET leaf = -leaf-100+1 WHERE leaf < 0`,
			`INSERT INTO log_entry (leaf, at, actor, act, target, text) VALUES (4, 0, 'a', 'b', 'c', '{"at":"1970-01-01T00:00:00.000Z","actor":"a","act":"b","target":"c"}')`,
		}, 4, "inserted"},
		"inserted at the end": {[]string{
			`INSERT INTO log_entry (leaf, at, actor, act, target, text) VALUES (10, 0, 'a', 'b', 'c', '{"at":"1970-01-01T00:00:00.000Z","actor":"a","act":"b","target":"c"}')`,
		}, 10, "no checkpoint covers it"},
		"reordered": {[]string{
			`UPDATE log_entry SET leaf = -1 WHERE leaf = 4`, `UPDATE log_entry SET leaf = 4 WHERE leaf = 5`, `UPDATE log_entry SET leaf = 5 WHERE leaf = -1`,
		}, 4, "changed places"},
		"changed with its hash": {[]string{
			`UPDATE log_entry SET text = (SELECT text FROM log_entry WHERE leaf = 5), at = (SELECT at FROM log_entry WHERE leaf = 5),
				actor = (SELECT actor FROM log_entry WHERE leaf = 5), act = (SELECT act FROM log_entry WHERE leaf = 5),
				target = (SELECT target FROM log_entry WHERE leaf = 5) WHERE leaf = 4`,
			`DELETE FROM log_hash`,
		}, 0, "rewritten"},
	} {
		t.Run(name, func(t *testing.T) {
			wipe(t, db)
			enter(t, db, 0, 5)
			seal(t, db)
			kept := newest(t, db)
			enter(t, db, 5, 10)
			seal(t, db)
			expectRight(t, db, 10, kept)
			execute(t, db, c.statements...)
			expectDamage(t, verify(t, db), c.leaf, c.says)
			expectDamage(t, verify(t, db, kept), c.leaf, c.says)
		})
	}
	t.Run("cut off", func(t *testing.T) {
		wipe(t, db)
		enter(t, db, 0, 5)
		seal(t, db)
		enter(t, db, 5, 10)
		seal(t, db)
		kept := newest(t, db)
		execute(t, db, `DELETE FROM log_entry WHERE leaf >= 5`, `DELETE FROM log_checkpoint WHERE size > 5`, `UPDATE log_head SET size = 5`)
		expectRight(t, db, 5)
		expectDamage(t, verify(t, db, kept), 5, "cut off")
		enter(t, db, 20, 25) // and it goes on as if nothing had been
		seal(t, db)
		expectRight(t, db, 10)
		expectDamage(t, verify(t, db, kept), 0, "forked")
	})
	t.Run("rewritten and signed anew", func(t *testing.T) {
		wipe(t, db)
		enter(t, db, 0, 5)
		seal(t, db)
		kept := newest(t, db)
		wipe(t, db)
		enter(t, db, 1, 8)
		seal(t, db)
		expectRight(t, db, 7)
		expectDamage(t, verify(t, db, kept), 0, "history was rewritten")
	})
}

// wipe makes the log new.
func wipe(t *testing.T, db *sqlstore.DB) {
	t.Helper()
	execute(t, db, `DELETE FROM log_entry`, `DELETE FROM log_hash`, `DELETE FROM log_checkpoint`, `UPDATE log_head SET size = 0`)
}

func expectDamage(t *testing.T, err error, leaf int64, says string) {
	t.Helper()
	damage, ok := errors.AsType[*auditlog.Damage](err)
	if !ok || damage.First != leaf || !strings.Contains(damage.What, says) {
		t.Errorf("found %v, want leaf %d, %q", err, leaf, says)
	}
}
