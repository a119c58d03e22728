package store_test

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
	"github.com/ventanilla/ventanilla/pkg/testkit"
	"github.com/ventanilla/ventanilla/services/benefits/internal/store"
)

// No table is read through, however many versions there are, and pages come in the order of an index.
func TestQueriesReadNoTableThrough(t *testing.T) {
	type query struct {
		text   string
		args   []any
		sorted bool // it is read whole: sorting it takes little more
	}
	queries := map[string]query{
		"published": {store.SelectPublished, []any{1}, true},
		"relying":   {store.SelectRelying, nil, true},
		"revision":  {store.SelectRevision, []any{1}, false},
		"newest":    {store.SelectNewest, []any{"a"}, false},
		"version":   {store.SelectVersion, []any{"a", 1}, false},
		"history":   {store.SelectHistory, []any{"a", 1, 10}, false},
		"last":      {store.SelectLast, []any{"a", 1}, false},
	}
	for _, f := range []store.Filter{{}, {State: store.Draft}, {Category: "salud"}, {State: store.Published, Category: "salud"}} {
		text, args := store.SelectVersions(f)
		queries[fmt.Sprint("list ", f)] = query{text, append([]any{"a", 50}, args...), false}
	}
	for engine, c := range map[sqlstore.Engine]struct {
		through func(line string) bool
		sorted  string
	}{
		sqlstore.SQLite: {func(line string) bool {
			return strings.HasPrefix(line, "SCAN") && !strings.Contains(line, "INDEX") && line != "SCAN CONSTANT ROW"
		}, "USE TEMP B-TREE"},
		sqlstore.PostgreSQL: {func(line string) bool { return strings.Contains(line, "Seq Scan") }, "Sort"},
	} {
		t.Run(string(engine), func(t *testing.T) {
			for name, q := range queries {
				plan := planOf(t, engine, q.text, q.args...)
				for line := range strings.Lines(plan) {
					if c.through(strings.TrimSpace(line)) || strings.Contains(line, c.sorted) && !q.sorted {
						t.Errorf("the plan of %q is\n%s", name, plan)
						break
					}
				}
			}
		})
	}
}

// planOf is what an engine would do for a query.
func planOf(t *testing.T, engine sqlstore.Engine, query string, args ...any) string {
	t.Helper()
	url, explain := "sqlite:"+filepath.Join(t.TempDir(), "benefits.db"), `EXPLAIN QUERY PLAN `
	if engine == sqlstore.PostgreSQL {
		url, explain = testkit.Postgres(t), `EXPLAIN `
	}
	db := open(t, url, 1)
	tx, err := db.Write.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer tx.Rollback()
	if engine == sqlstore.PostgreSQL { // which reads a table that it thinks small through, or in the order of its rows, unless that is made dear
		for _, way := range []string{"seqscan", "bitmapscan"} {
			if _, err := tx.ExecContext(t.Context(), `SET LOCAL enable_`+way+` = off`); err != nil {
				t.Fatal(err)
			}
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
