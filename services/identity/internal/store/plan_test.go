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

// Profiles are read by keys alone, however many persons there are.
func TestProfilesReadNoTableThrough(t *testing.T) {
	for engine, through := range map[sqlstore.Engine]string{sqlstore.SQLite: "SCAN", sqlstore.PostgreSQL: "Seq Scan"} {
		t.Run(string(engine), func(t *testing.T) {
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
			rows, err := tx.QueryContext(t.Context(), explain+store.SelectProfile, 1, "anna")
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
			if strings.Contains(plan.String(), through) || !strings.Contains(strings.ToUpper(plan.String()), "INDEX") {
				t.Errorf("the plan is\n%s", &plan)
			}
		})
	}
}
