package store_test

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"testing"
	"time"

	metricnoop "go.opentelemetry.io/otel/metric/noop"
	tracenoop "go.opentelemetry.io/otel/trace/noop"

	logtest "github.com/ventanilla/ventanilla/pkg/auditlog/storetest"
	"github.com/ventanilla/ventanilla/pkg/config"
	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
	"github.com/ventanilla/ventanilla/pkg/testkit"
	"github.com/ventanilla/ventanilla/services/auth/internal/store"
	"github.com/ventanilla/ventanilla/services/auth/internal/store/storetest"
)

func TestMain(m *testing.M) { testkit.Main(m) }

func open(t *testing.T, url string, connections int) *sqlstore.DB {
	t.Helper()
	return openAt(t, url, connections, store.Migrations())
}

func openAt(t *testing.T, url string, connections int, migrations fs.FS) *sqlstore.DB {
	t.Helper()
	settings := sqlstore.DefaultConfig()
	settings.URL, settings.MaxOpen = config.Secret(url), connections
	settings.LockTimeout, settings.StatementTimeout = time.Minute, time.Minute // a machine may be slow
	db, err := sqlstore.Open(t.Context(), settings, sqlstore.Options{
		Schema: store.Schema, Tracer: tracenoop.NewTracerProvider(), Meter: metricnoop.NewMeterProvider(),
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	if err := sqlstore.Migrate(t.Context(), db, migrations); err != nil {
		t.Fatal(err)
	}
	return db
}

func TestSQLite(t *testing.T) {
	storetest.Run(t, func(t *testing.T, connections int, now func() time.Time) func() *store.Store {
		db := open(t, "sqlite:"+filepath.Join(t.TempDir(), "auth.db"), connections)
		return func() *store.Store { return store.New(db, now) }
	})
}

func TestPostgreSQL(t *testing.T) {
	storetest.Run(t, func(t *testing.T, connections int, now func() time.Time) func() *store.Store {
		url := testkit.Postgres(t)
		return func() *store.Store { return store.New(open(t, url, connections), now) }
	})
}

func TestPostgreSQLGoesAndReturns(t *testing.T) {
	server := testkit.PostgresServer(t)
	s := store.New(open(t, server.URL, 4), time.Now)
	calls := map[string]func() error{
		"Head":        func() error { _, err := s.Head(t.Context()); return err },
		"Client":      func() error { _, err := s.Client(t.Context(), "someone"); return missing(err) },
		"RevokeToken": func() error { _, err := s.RevokeToken(t.Context(), "token", "someone", time.Now()); return err },
	}
	expect := func(want error) {
		t.Helper()
		for name, call := range calls {
			if err := call(); !errors.Is(err, want) {
				t.Errorf("%s: %v, want %v", name, err, want)
			}
		}
	}
	expect(nil)
	server.Stop()
	expect(sqlstore.ErrUnavailable)
	server.Start()
	expect(nil)
}

func missing(err error) error {
	if errors.Is(err, sqlstore.ErrNotFound) {
		return nil
	}
	return fmt.Errorf("want not found: %w", err)
}

// What the previous release writes and reads, as it does it, on the schema of this one.
func TestThePreviousReleaseRunsOn(t *testing.T) {
	const columns = `id, name, family, kind, scopes, audiences, secret_hash, token_life_ms, resource_scopes, introspects_all,
	personal_data, introspection_members, disabled, epoch, revision, created_at, updated_at`
	const places = `($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)`
	for name, url := range map[string]string{
		"SQLite":     "sqlite:" + filepath.Join(t.TempDir(), "auth.db"),
		"PostgreSQL": testkit.Postgres(t),
	} {
		t.Run(name, func(t *testing.T) {
			db := open(t, url, 2)
			s := store.New(db, time.Now)
			values := []any{
				"old", "Old", "cmp", "partner", "[]", "[]", store.NoSecret(), 1000, "[]", false, false, "", false, 0, 1, 1, 1,
			}
			write := func(statement string, args ...any) {
				t.Helper()
				if _, err := db.Write.ExecContext(t.Context(), statement, args...); err != nil {
					t.Fatal(err)
				}
			}
			write(`INSERT INTO client (`+columns+`) VALUES `+places, values...)
			write(`UPDATE revision SET value = value + 1`)
			made, err := s.Client(t.Context(), "old")
			if err != nil || made.Deleted || made.Limit != (store.Limit{}) || made.PublicKeys != nil || made.PreviousSecretHash != nil {
				t.Fatalf("made as %+v, %v", made, err)
			}
			limit := store.Limit{PerSecond: 2, Burst: 3}
			if _, err := s.ChangeClient(t.Context(), "old", store.Act{}, func(c *store.Client) error { c.Limit = limit; return nil }); err != nil {
				t.Fatal(err)
			}
			values[1], values[14] = "Renamed", 3
			write(`UPDATE client SET (`+columns+`) = `+places+` WHERE id = $1`, values...)
			changed, err := s.Client(t.Context(), "old")
			if err != nil || changed.Name != "Renamed" || changed.Limit != limit {
				t.Errorf("changed to %+v, %v", changed, err)
			}
		})
	}
}

// The log's tables are those that its own suite checks.
func TestMigrationsHaveTheLogsTables(t *testing.T) {
	for _, engine := range []string{"sqlite", "postgres"} {
		want, err := fs.ReadFile(logtest.Migrations(), engine+"/0001_log.sql")
		if err != nil {
			t.Fatal(err)
		}
		have, err := fs.ReadFile(store.Migrations(), engine+"/0004_admin_log.sql")
		if err != nil {
			t.Fatal(err)
		}
		if _, tables, _ := bytes.Cut(want, []byte("+goose Up\n\n")); len(tables) == 0 || !bytes.Contains(have, tables) {
			t.Errorf("%s: the tables are others", engine)
		}
	}
}
