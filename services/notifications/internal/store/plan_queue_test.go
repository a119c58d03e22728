package store_test

import (
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
		url     string
		through func(line string) bool
	}{
		sqlstore.SQLite: {"sqlite:" + filepath.Join(t.TempDir(), "notifications.db"), func(line string) bool {
			return strings.HasPrefix(line, "SCAN") && !strings.Contains(line, "INDEX") && !strings.HasPrefix(line, "SCAN json_each") &&
				line != "SCAN r" && line != "SCAN due" && line != "SCAN CONSTANT ROW"
		}},
		sqlstore.PostgreSQL: {testkit.Postgres(t), func(line string) bool { return strings.Contains(line, "Seq Scan") }},
	} {
		t.Run(string(engine), func(t *testing.T) {
			db := open(t, c.url, 1)
			s := store.New(db, time.Now)
			list, records := s.List("a", "b"), `[{"dispatch_id":"a","part":1,"number":1,"fence":1}]`
			args := map[string][]any{
				"claim": {"sms", 0, now, 10, now, "w"}, "lose": {records, now}, "unknown": {records}, "begin": {records, now},
				"contents": {list}, "sending": {list, now}, "renew": {records, now}, "finish": {records}, "end": {records}, "unmade": {records},
				"settle": {list}, "settled": {records, now}, "lock": {records}, "outcomes": {records},
				"received parts": {records}, "received attempts": {records}, "expire": {now, 10}, "unpaid": {now, 10}, "unpaid parts": {list, now},
				"erase": {now, 10}, "erase content": {list}, "erase pictures": {list}, "keys": {now, 10}, "calls": {now, 10},
				"usage": {"2026-01-01", 10}, "depth": {"sms", 0, now, 10}, "due": {`[{"channel":"sms","priority":0}]`, now},
			}
			for name, text := range s.QueueTexts() {
				// PostgreSQL reads a table that it thinks small through, unless that is made dear.
				plan := planWithout(t, db, planned{text: text, args: args[name]}, "seqscan")
				for line := range strings.Lines(plan) {
					if c.through(strings.TrimSpace(line)) {
						t.Errorf("the plan of %q is\n%s", name, plan)
						break
					}
				}
				if (name == "claim" || name == "due") && !strings.Contains(plan, "part_queue") {
					t.Errorf("the plan of %q does not use the queue's index:\n%s", name, plan)
				}
			}
		})
	}
}
