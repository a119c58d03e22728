package e2e

import (
	"database/sql"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/ventanilla/ventanilla/pkg/testkit"
)

// logged has the server log statements, or not.
func logged(t *testing.T, db *sql.DB, what string) {
	t.Helper()
	for _, statement := range []string{`ALTER SYSTEM SET log_statement = '` + what + `'`, `SELECT pg_reload_conf()`} {
		if _, err := db.ExecContext(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}
	testkit.Eventually(t, patience, func() error {
		var now string
		err := db.QueryRowContext(t.Context(), `SHOW log_statement`).Scan(&now)
		if err == nil && now != what {
			err = fmt.Errorf("log_statement is %s", now)
		}
		return err
	})
}

// contents are the tables of the role session, by what is in them, but for when sessions were used.
func contents(t *testing.T, db *sql.DB) map[string]string {
	t.Helper()
	rows, err := db.QueryContext(t.Context(), `SELECT table_name FROM information_schema.tables WHERE table_schema = 'session'`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	all := make(map[string]string)
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			t.Fatal(err)
		}
		all[name] = ""
	}
	if err := rows.Err(); err != nil || len(all) == 0 {
		t.Fatalf("%d tables, %v", len(all), err)
	}
	for name := range all {
		var sum string
		if err := db.QueryRowContext(t.Context(), `SELECT md5(coalesce(string_agg(r::text, ',' ORDER BY r::text), '')) FROM (
			SELECT to_jsonb(x) - 'used_at' - 'idle_expires_at' AS r FROM session.`+name+` x) AS rows`).Scan(&sum); err != nil {
			t.Fatal(err)
		}
		all[name] = sum
	}
	return all
}

// logEntry begins an entry of PostgreSQL's log.
var logEntry = regexp.MustCompile(`^\d{4}-\d\d-\d\d .* \[\d+\] ([A-Z]+):`)

// inspect looks for hostile values in what a server logged: parameters are in entries of their own, and nothing else has them.
func inspect(t *testing.T, log string) {
	t.Helper()
	statements, bound, kind := 0, 0, ""
	for line := range strings.Lines(log) {
		if found := logEntry.FindStringSubmatch(line); found != nil {
			kind = found[1]
		}
		switch hostile := strings.Contains(line, hostileMark); {
		case kind == "DETAIL" && hostile:
			bound++
		case hostile || strings.Contains(line, "DROP TABLE") || strings.Contains(line, "pg_sleep"):
			t.Errorf("a hostile word is in a statement: %s", line)
		case strings.Contains(line, "FROM customer"):
			statements++
		}
	}
	t.Logf("%d statements about customers, %d lines of hostile parameters", statements, bound)
	if statements < len(hostile) || bound < len(hostile) {
		t.Errorf("%d statements and %d lines of parameters are logged: the log shows nothing", statements, bound)
	}
}
