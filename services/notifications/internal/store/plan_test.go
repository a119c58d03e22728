package store_test

import (
	"database/sql"
	"fmt"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
	"github.com/ventanilla/ventanilla/pkg/testkit"
	"github.com/ventanilla/ventanilla/services/notifications/internal/message"
	"github.com/ventanilla/ventanilla/services/notifications/internal/store"
)

// planned is a statement whose plan is looked at.
type planned struct {
	text string
	args []any
	// sorted tells that what is found in a table is sorted: it is little.
	sorted bool
}

func dispatchPlans(s *store.Store) map[string]planned {
	plans := map[string]planned{
		"dispatches":   {s.SelectSnapshots(), []any{s.List("a", "b")}, true},
		"attempts":     {s.SelectAttempts(), []any{100, s.List("a", "b")}, true},
		"last changes": {s.SelectLastChanges(), []any{s.List("a", "b")}, false},
		"changes":      {store.SelectChanges, []any{start.UnixMilli(), "a", 1000}, false},
		"newest dead":  {store.SelectDeadNewest, []any{0, start.UnixMilli(), start.UnixMilli(), "a", 1, 500}, false},
		"oldest dead":  {store.SelectDeadOldest, []any{0, start.UnixMilli(), 0, "a", 1, 500}, false},
		"cancel":       {store.CancelParts, []any{"cancelled", 1, "a", 1}, false},
		"payment":      {store.CancelPayment, []any{1, "a"}, false},
		"of client":    {store.SelectProvidersOfClient, []any{"c1", message.Staging}, true},
		"of role":      {store.SelectProvidersOfRole, []any{"session"}, true},
	}
	for name, f := range map[string]store.DispatchFilter{
		"all":                      {},
		"a status":                 {Status: message.Failed},
		"a provider":               {Providers: []int64{1}},
		"providers":                {Providers: []int64{1, 2, 3}},
		"a provider with a status": {Providers: []int64{1}, Status: message.Failed},
		"a span":                   {Providers: []int64{1}, From: start, To: start.Add(time.Hour)},
		"a channel":                {Channel: message.FCM},
		"a provider's channel":     {Providers: []int64{1}, Channel: message.FCM, Status: message.Failed},
		"a reference":              {Reference: "r77"},
		"a provider's reference":   {Providers: []int64{1, 2}, Reference: "r77", Status: message.Failed, From: start},
	} {
		page, args := store.SelectPage(f, 100, 50)
		plans["list "+name] = planned{page, args, f.Reference != ""}
		total, args := store.SelectTotal(f)
		plans["count "+name] = planned{total, args, false}
	}
	return plans
}

var start = time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC)

var (
	// throughTable is what plans have where a table is read through: SQLite's, which names the alias, and PostgreSQL's.
	throughTable = regexp.MustCompile(`SCAN (dispatch|part|attempt|payment|code|provider|[a-z])\b|Seq Scan`)
	// sortedTable is it where what is found in a table is sorted, not what came of it in the order of an index.
	sortedTable = regexp.MustCompile(`SEARCH dispatch .*\n(SCAN dispatch.*\n)?USE TEMP B-TREE|Sort Key: .*\n *-> +(Index|Bitmap|Seq).* on `)
)

// However many dispatches there are, none is read but those that are wanted, and pages come in the order of indexes.
func TestDispatchesAreReadByIndexes(t *testing.T) {
	for engine, url := range map[sqlstore.Engine]string{
		sqlstore.SQLite: "sqlite:" + filepath.Join(t.TempDir(), "notifications.db"), sqlstore.PostgreSQL: testkit.Postgres(t),
	} {
		t.Run(string(engine), func(t *testing.T) {
			db := open(t, url, 2)
			if engine == sqlstore.PostgreSQL { // SQLite plans without looking at the tables
				fill(t, db)
			}
			for name, p := range dispatchPlans(store.New(db, time.Now)) {
				plan := planOf(t, db, p)
				if throughTable.MatchString(plan) || sortedTable.MatchString(plan) && !p.sorted {
					t.Errorf("the plan of %q is\n%s", name, plan)
				}
			}
		})
	}
}

// fill enters so much on PostgreSQL that it matters how it is read: of three providers, the most of it delivered.
func fill(t *testing.T, db *sqlstore.DB) {
	t.Helper()
	numbers := `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 30000) `
	statements := []string{
		numbers + `INSERT INTO dispatch (dispatch_id, provider_id, service_id, data_set, person_id, reference, digest, first_status, status, version, created_at,
				expires_at, changed_at, retention)
			SELECT 'd' || i, 1 + i % 3, 1, 'production', 'p' || i, CASE WHEN i % 3 = 0 THEN 'r' || i ELSE '' END, 'x', 'accepted',
				CASE WHEN i % 1000 = 0 THEN 'failed' WHEN i % 100 = 0 THEN 'accepted' ELSE 'delivered' END, 1, i, i, i, 1 FROM n`,
		numbers + `INSERT INTO part (dispatch_id, part, data_set, channel, priority, status, reason, lease_owner, fence, attempt, tries, replays, expires_at, carrier,
				carrier_ref, ended_at)
			SELECT 'd' || i, 1, 'production', CASE WHEN i = 2 THEN 'fcm' ELSE 'sms' END, 0, CASE WHEN i % 2 = 0 THEN 'failed' ELSE 'delivered' END, '', '', 1, 1, 1, 0, i, '', '', i FROM n`,
		numbers + `INSERT INTO attempt (dispatch_id, part, number, at, carrier, outcome, reason, repeated) SELECT 'd' || i, 1, 1, i, 'a', 'sent', '', 0 FROM n`,
		numbers + `INSERT INTO payment (payment_id, provider_id, dispatch_id, amount, currency, concept, reference, status, requested_at, expires_at)
			SELECT 'y' || i, 1, 'd' || i, 1, 'CLP', 'x', 'y', 'requested', i, i FROM n`,
		numbers + `INSERT INTO code (code_id, provider_id, dispatch_id, kind, title, provider_code, uses, redeemed, created_at)
			SELECT 'c' || i, 1, 'd' || i, 'ticket', 'x', '', 1, 0, i FROM n`,
		numbers + `INSERT INTO provider (data_set, name, client_id, role, notification_uri, callback_secret, disabled, created_at, updated_at)
			SELECT 'production', 'x', 'c' || i, CASE WHEN i < 10 THEN 'session' ELSE '' END, '', ''::bytea, 0, i, i FROM n`,
		`ANALYZE`,
	}
	err := db.InTx(t.Context(), func(tx *sql.Tx) error {
		for _, statement := range statements {
			if _, err := tx.ExecContext(t.Context(), statement); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// Lists are bounded: what they leave out they say, and where to go on.
func TestListsAreBounded(t *testing.T) {
	db := open(t, testkit.Postgres(t), 2)
	fill(t, db)
	s := store.New(db, time.Now)
	count := func(f store.DispatchFilter) string {
		total, capped, err := s.CountDispatches(t.Context(), f)
		if err != nil {
			t.Fatal(err)
		}
		return fmt.Sprint(total, " ", capped)
	}
	for want, f := range map[string]store.DispatchFilter{
		"10000 true": {},
		"0 true":     {Channel: message.FCM}, // the one that has it is not among the newest
		"1 false":    {Channel: message.FCM, To: time.UnixMilli(1000)},
		"30 false":   {Status: message.Failed},
	} {
		if got := count(f); got != want {
			t.Errorf("%+v: counted %s, want %s", f, got, want)
		}
	}
	page, err := s.Dispatches(t.Context(), store.DispatchFilter{}, store.MaxListed-10, 500)
	if err != nil || len(page) != 10 || page[9].ID != "d20001" {
		t.Errorf("the last that can be listed: %d, %v", len(page), err)
	}
	fcm := store.DeadLetterFilter{Channel: message.FCM}
	found, next, err := s.NewestDeadLetters(t.Context(), fcm, nil, 10)
	if err != nil || len(found) > 0 || next == nil {
		t.Fatalf("the newest dead letters: %v, %v, %v", found, next, err)
	}
	found, next, err = s.NewestDeadLetters(t.Context(), fcm, next, 10)
	if err != nil || len(found) != 1 || found[0].DispatchID != "d2" || next != nil {
		t.Errorf("those behind: %v, %v, %v", found, next, err)
	}
}

// planOf is what an engine would do for a statement. PostgreSQL sorts few as soon as it reads them in order, unless that is made dear.
func planOf(t *testing.T, db *sqlstore.DB, p planned) string {
	t.Helper()
	return planWithout(t, db, p, "sort", "bitmapscan")
}

// planWithout is what an engine would do if some ways were dear on PostgreSQL.
func planWithout(t *testing.T, db *sqlstore.DB, p planned, ways ...string) string {
	t.Helper()
	explain := map[sqlstore.Engine]string{sqlstore.SQLite: `EXPLAIN QUERY PLAN `, sqlstore.PostgreSQL: `EXPLAIN `}[db.Engine]
	tx, err := db.Write.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer tx.Rollback()
	for _, way := range ways {
		if db.Engine != sqlstore.PostgreSQL {
			break
		}
		if _, err := tx.ExecContext(t.Context(), `SET LOCAL enable_`+way+` = off`); err != nil {
			t.Fatal(err)
		}
	}
	rows, err := tx.QueryContext(t.Context(), explain+p.text, p.args...)
	if err != nil {
		t.Fatal(err)
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
