package store_test

import (
	"database/sql"
	"fmt"
	"path/filepath"
	"testing"
)

// A statement is compiled once for many runs: it sees changes of the schema, fails alone, and can run within itself.
func TestSQLiteKeepsStatements(t *testing.T) {
	db := open(t, at("sqlite:"+filepath.Join(t.TempDir(), "things.db")))
	exec := func(tx *sql.Tx, text string, args ...any) {
		t.Helper()
		if _, err := tx.ExecContext(t.Context(), text, args...); err != nil {
			t.Fatal(err)
		}
	}
	const insert, list = `INSERT INTO thing VALUES ($1)`, `SELECT * FROM thing WHERE id > $1 ORDER BY id`
	err := db.InTx(t.Context(), func(tx *sql.Tx) error {
		exec(tx, `CREATE TABLE thing (id INTEGER PRIMARY KEY) STRICT`)
		for id := range 3 {
			exec(tx, insert, id)
		}
		if _, err := tx.ExecContext(t.Context(), insert, 1); err == nil {
			t.Error("there are two of the same")
		}
		exec(tx, insert, 3)
		outer, err := tx.QueryContext(t.Context(), list, 0)
		if err != nil {
			return err
		}
		defer outer.Close()
		pairs := ""
		for outer.Next() {
			var a, b int
			if err := outer.Scan(&a); err != nil {
				return err
			}
			if err := tx.QueryRowContext(t.Context(), list, 1).Scan(&b); err != nil {
				return err
			}
			pairs += fmt.Sprint(a, b, " ")
		}
		if pairs != "1 2 2 2 3 2 " {
			t.Errorf("got %q", pairs)
		}
		return outer.Err()
	})
	if err != nil {
		t.Fatal(err)
	}
	err = db.InTx(t.Context(), func(tx *sql.Tx) error {
		exec(tx, `ALTER TABLE thing ADD COLUMN name TEXT NOT NULL DEFAULT 'x'`)
		var id int
		var name string
		if err := tx.QueryRowContext(t.Context(), list, 2).Scan(&id, &name); err != nil || id != 3 || name != "x" {
			t.Errorf("got %d, %q: %v", id, name, err)
		}
		// More texts than are kept.
		for i := range 300 {
			if err := tx.QueryRowContext(t.Context(), fmt.Sprintf(`SELECT %d + $1`, i), 1).Scan(&id); err != nil || id != i+1 {
				return fmt.Errorf("got %d for %d: %w", id, i, err)
			}
		}
		exec(tx, `DROP TABLE thing`)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
