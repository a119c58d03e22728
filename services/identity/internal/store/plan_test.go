package store_test

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
	"github.com/ventanilla/ventanilla/pkg/testkit"
	"github.com/ventanilla/ventanilla/services/identity/internal/store"
)

// Profiles and situations are read by keys alone, and persons are listed in the order of an index, however many there are.
func TestQueriesReadNoTableThrough(t *testing.T) {
	for engine, c := range map[sqlstore.Engine]struct{ through, sorted string }{
		sqlstore.SQLite:     {"SCAN", "ORDER BY"},
		sqlstore.PostgreSQL: {"Seq Scan", "Sort"},
	} {
		t.Run(string(engine), func(t *testing.T) {
			profile := planOf(t, engine, store.SelectProfile, 1, "anna")
			persons := planOf(t, engine, store.SelectPersons, store.Staging, "anna", 50)
			situated := planOf(t, engine, store.SelectSituated, store.Staging, "anna", 50)
			for _, plan := range []string{profile, persons, situated} {
				if strings.Contains(plan, c.through) || !strings.Contains(strings.ToUpper(plan), "INDEX") {
					t.Errorf("the plan is\n%s", plan)
				}
			}
			for _, plan := range []string{persons, situated} {
				if strings.Contains(plan, c.sorted) || !strings.Contains(plan, "person_in_order") {
					t.Errorf("a page of persons is sorted:\n%s", plan)
				}
			}
			for query, args := range store.SituationPlans(engine) {
				plan := planOf(t, engine, query, args...)
				// What is read through are lists of keys, and what was found by them.
				for _, table := range []string{"person", "identifier", "household_member", "fact", "p", "i"} {
					if strings.Contains(plan, c.through+" "+table) || strings.Contains(plan, c.through+" on "+table) {
						t.Errorf("the plan of\n%s is\n%s", query, plan)
					}
				}
			}
		})
	}
}

// planOf is what an engine would do for a query.
func planOf(t *testing.T, engine sqlstore.Engine, query string, args ...any) string {
	t.Helper()
	url, explain := "sqlite:"+filepath.Join(t.TempDir(), "identity.db"), `EXPLAIN QUERY PLAN `
	if engine == sqlstore.PostgreSQL {
		url, explain = testkit.Postgres(t), `EXPLAIN `
	}
	db := open(t, url, 1)
	tx, err := db.Write.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer tx.Rollback()
	if engine == sqlstore.PostgreSQL { // which reads an empty table through, unless that is made dear
		if _, err := tx.ExecContext(t.Context(), `SET LOCAL enable_seqscan = off`); err != nil {
			t.Fatal(err)
		}
	}
	rows, err := tx.QueryContext(t.Context(), explain+query, args...)
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
