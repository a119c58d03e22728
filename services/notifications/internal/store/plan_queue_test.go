package store_test

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
	"github.com/ventanilla/ventanilla/pkg/testkit"
	"github.com/ventanilla/ventanilla/services/notifications/internal/store"
)

// However many parts wait, the queue and its upkeep read no more rows than they take.
func TestTheQueueReadsNoTableThrough(t *testing.T) {
	const now = 1_700_000_000_000
	for engine, c := range map[sqlstore.Engine]struct {
		url, explain string
		through      func(line string) bool
	}{
		sqlstore.SQLite: {"sqlite:" + filepath.Join(t.TempDir(), "notifications.db"), `EXPLAIN QUERY PLAN `, func(line string) bool {
			return strings.HasPrefix(line, "SCAN") && !strings.Contains(line, "INDEX") && !strings.HasPrefix(line, "SCAN json_each") &&
				line != "SCAN r" && line != "SCAN due" && line != "SCAN CONSTANT ROW"
		}},
		sqlstore.PostgreSQL: {testkit.Postgres(t), `EXPLAIN `, func(line string) bool { return strings.Contains(line, "Seq Scan") }},
	} {
		t.Run(string(engine), func(t *testing.T) {
			db := open(t, c.url, 1)
			s := store.New(db, time.Now)
			list, records := s.List([]string{"a", "b"}), `[{"dispatch_id":"a","part":1,"number":1,"fence":1}]`
			args := map[string][]any{
				"claim": {"sms", 0, now, 10, now, "w"}, "lose": {records, now}, "unknown": {records}, "begin": {records, now},
				"contents": {list}, "sending": {list, now}, "renew": {records, now}, "finish": {records}, "end": {records}, "unmade": {records},
				"settle": {list}, "settled": {records, now}, "lock": {records}, "outcomes": {records},
				"received parts": {records}, "received attempts": {records}, "expire": {now, 10}, "unpaid": {now, 10}, "unpaid parts": {list, now},
				"erase": {now, 10}, "erase content": {list}, "erase pictures": {list}, "keys": {now, 10}, "calls": {now, 10},
				"usage": {"2026-01-01", 10}, "depth": {"sms", 0, now, 10},
			}
			for name, text := range s.QueueTexts() {
				if engine == sqlstore.PostgreSQL { // which reads a table that it thinks small through
					text = strings.TrimSpace(text)
				}
				plan := planOf(t, db, c.explain, text, args[name]...)
				for line := range strings.Lines(plan) {
					if c.through(strings.TrimSpace(line)) {
						t.Errorf("the plan of %q is\n%s", name, plan)
						break
					}
				}
				if name == "claim" && !strings.Contains(plan, "part_queue") {
					t.Errorf("a claim does not use the queue's index:\n%s", plan)
				}
			}
		})
	}
}

// planOf is what an engine would do for a query.
func planOf(t *testing.T, db *sqlstore.DB, explain, query string, args ...any) string {
	t.Helper()
	tx, err := db.Write.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer tx.Rollback()
	if db.Engine == sqlstore.PostgreSQL {
		if _, err := tx.ExecContext(t.Context(), `SET LOCAL enable_seqscan = off`); err != nil {
			t.Fatal(err)
		}
	}
	rows, err := tx.QueryContext(t.Context(), explain+query, args...)
	if err != nil {
		t.Fatal(query, err)
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		t.Fatal(err)
	}
	var plan strings.Builder
	for rows.Next() {
		row := make([]any, len(columns))
		for i := range row {
			row[i] = new(any)
		}
		if err := rows.Scan(row...); err != nil {
			t.Fatal(err)
		}
		fmt.Fprintln(&plan, *row[len(row)-1].(*any))
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return plan.String()
}
