package store_test

import (
	"bufio"
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	metricnoop "go.opentelemetry.io/otel/metric/noop"
	tracenoop "go.opentelemetry.io/otel/trace/noop"

	"github.com/ventanilla/ventanilla/pkg/config"
	"github.com/ventanilla/ventanilla/pkg/store"
	"github.com/ventanilla/ventanilla/pkg/testkit"
)

// holdFile names a SQLite file that the test program opens and holds, in place of running tests.
const holdFile = "STORE_TEST_HOLD"

func TestMain(m *testing.M) {
	if path := os.Getenv(holdFile); path != "" {
		hold(path)
	}
	testkit.Main(m)
}

func hold(path string) {
	if _, err := store.Open(context.Background(), at("sqlite:"+path), options()); err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	fmt.Println("held")
	select {}
}

func at(url string) store.Config {
	settings := store.DefaultConfig()
	settings.URL = config.Secret(url)
	return settings
}

func options() store.Options {
	return store.Options{Schema: "things", Tracer: tracenoop.NewTracerProvider(), Meter: metricnoop.NewMeterProvider()}
}

func open(t *testing.T, settings store.Config) *store.DB {
	t.Helper()
	db, err := store.Open(t.Context(), settings, options())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db
}

// onBoth runs a test on an empty database of each engine.
func onBoth(t *testing.T, test func(*testing.T, store.Config)) {
	t.Run("sqlite", func(t *testing.T) { test(t, at("sqlite:"+filepath.Join(t.TempDir(), "a b%3F?.db"))) })
	t.Run("postgres", func(t *testing.T) { test(t, at(testkit.Postgres(t))) })
}

func exec1(ctx context.Context, db *store.DB, statement string, args ...any) error {
	return db.InTx(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, statement, args...)
		return err
	})
}

func TestSQLiteFilesArePrivate(t *testing.T) {
	path := filepath.Join(t.TempDir(), "auth.db")
	if err := os.WriteFile(path, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	db := open(t, at("sqlite:"+path))
	if err := exec1(t.Context(), db, "CREATE TABLE thing (id TEXT)"); err != nil {
		t.Fatal(err)
	}
	for _, suffix := range []string{"", "-wal", "-shm", ".lock"} {
		info, err := os.Stat(path + suffix)
		if err != nil {
			t.Fatal(err)
		}
		if mode := info.Mode().Perm(); mode != 0o600 {
			t.Errorf("%s has mode %o", info.Name(), mode)
		}
	}
}

func TestSQLiteIsDurableAndReadersCannotWrite(t *testing.T) {
	db := open(t, at("sqlite:"+filepath.Join(t.TempDir(), "auth.db")))
	for pragma, want := range map[string]string{"journal_mode": "wal", "synchronous": "2", "foreign_keys": "1"} {
		var got string
		if err := db.Write.QueryRowContext(t.Context(), "PRAGMA "+pragma).Scan(&got); err != nil || got != want {
			t.Errorf("%s is %q, want %q (%v)", pragma, got, want, err)
		}
	}
	if _, err := db.Read.ExecContext(t.Context(), "CREATE TABLE thing (id TEXT)"); err == nil {
		t.Error("the reader wrote")
	}
}

// A file that is closed has no log beside it, and nothing of what was deleted.
func TestSQLiteOverwritesWhatIsDeleted(t *testing.T) {
	folder := t.TempDir()
	db := open(t, at("sqlite:"+filepath.Join(folder, "things.db")))
	for _, statement := range []string{
		`CREATE TABLE thing (name TEXT PRIMARY KEY, note TEXT NOT NULL)`,
		`INSERT INTO thing (name, note) VALUES ('forgotten name', 'forgotten note'), ('kept name', 'kept note'), ('changed', 'forgotten words')`,
		`DELETE FROM thing WHERE name = 'forgotten name'`,
		`UPDATE thing SET note = '' WHERE name = 'changed'`,
	} {
		if err := exec1(t.Context(), db, statement); err != nil {
			t.Fatal(err)
		}
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	files, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	var all []byte
	for _, file := range files {
		content, err := os.ReadFile(filepath.Join(folder, file.Name()))
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, content...)
	}
	if !bytes.Contains(all, []byte("kept note")) || bytes.Contains(all, []byte("forgotten")) {
		t.Errorf("%d files: what was deleted is still in them, or what was not is missing", len(files))
	}
}

func TestSQLiteServesOneProcess(t *testing.T) {
	path := filepath.Join(t.TempDir(), "auth.db")
	other := exec.CommandContext(t.Context(), os.Args[0])
	other.Env = append(os.Environ(), holdFile+"="+path)
	out, err := other.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := other.Start(); err != nil {
		t.Fatal(err)
	}
	if line, err := bufio.NewReader(out).ReadString('\n'); line != "held\n" {
		t.Fatalf("the other process said %q, %v", line, err)
	}

	_, err = store.Open(t.Context(), at("sqlite:"+path), options())
	if !errors.Is(err, store.ErrInUse) || !strings.Contains(err.Error(), "PostgreSQL") {
		t.Errorf("beside another process: %v", err)
	}
	if err := other.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	other.Wait() //nolint:errcheck // it was killed
	open(t, at("sqlite:"+path))
}

func TestConfigIsChecked(t *testing.T) {
	good := at("sqlite:auth.db")
	if err := good.Validate(); err != nil {
		t.Errorf("good: %v", err)
	}
	for key, spoil := range map[string]func(*store.Config){
		"url":               func(c *store.Config) { c.URL = "mysql://someone:hunter2@db/auth" },
		"max_open":          func(c *store.Config) { c.MaxOpen = 0 },
		"connect_timeout":   func(c *store.Config) { c.ConnectTimeout = 0 },
		"statement_timeout": func(c *store.Config) { c.StatementTimeout = 0 },
		"lock_timeout":      func(c *store.Config) { c.LockTimeout = -time.Second },
	} {
		bad := good
		spoil(&bad)
		err := bad.Validate()
		if err == nil || !strings.HasPrefix(err.Error(), key+":") || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: %v", key, err)
		}
	}
	_, err := store.Open(t.Context(), at("postgres://someone:hunter2@db:port/auth"), options())
	if err == nil || strings.Contains(err.Error(), "hunter2") {
		t.Errorf("bad PostgreSQL URL: %v", err)
	}
}

func TestErrorsHaveClasses(t *testing.T) {
	onBoth(t, func(t *testing.T, settings store.Config) {
		db := open(t, settings)
		migrate(t, db, first)
		insert := func() error { return exec1(t.Context(), db, "INSERT INTO thing (id) VALUES ($1)", "one") }
		if err := insert(); err != nil {
			t.Fatal(err)
		}
		if err := insert(); !errors.Is(err, store.ErrConflict) {
			t.Errorf("second insert: %v", err)
		}
		if _, err := store.Row(t.Context(), db, store.Value[string], "SELECT id FROM thing WHERE id = $1", "two"); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("missing row: %v", err)
		}
		err := db.InTx(t.Context(), func(tx *sql.Tx) error {
			return tx.QueryRowContext(t.Context(), "SELECT id FROM thing WHERE id = $1", "two").Scan(new(string))
		})
		if !errors.Is(err, store.ErrNotFound) {
			t.Errorf("missing row in a transaction: %v", err)
		}
		own := errors.New("own")
		if err := db.InTx(t.Context(), func(*sql.Tx) error { return own }); err != own {
			t.Errorf("own error: %v", err)
		}
		cancelled, cancel := context.WithCancel(t.Context())
		cancel()
		err = exec1(cancelled, db, "DELETE FROM thing")
		if !errors.Is(err, context.Canceled) || errors.Is(err, store.ErrUnavailable) {
			t.Errorf("cancelled: %v", err)
		}
	})
}

func TestWaitingForAConnectionEndsWithTheContext(t *testing.T) {
	onBoth(t, func(t *testing.T, settings store.Config) {
		settings.MaxOpen = 1
		db := open(t, settings)
		err := db.InTx(t.Context(), func(*sql.Tx) error {
			soon, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
			defer cancel()
			return exec1(soon, db, "SELECT 1")
		})
		if !errors.Is(err, store.ErrUnavailable) {
			t.Errorf("while the only connection is taken: %v", err)
		}
	})
}

func TestOneConnectionServesAHundredCallers(t *testing.T) {
	onBoth(t, func(t *testing.T, settings store.Config) {
		settings.MaxOpen = 1
		db := open(t, settings)
		migrate(t, db, first)
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		var callers sync.WaitGroup
		for i := range 100 {
			callers.Go(func() {
				if err := exec1(ctx, db, "INSERT INTO thing (id) VALUES ($1)", fmt.Sprint(i)); err != nil {
					t.Errorf("writing: %v", err)
				}
				if _, err := store.Row(ctx, db, store.Value[string], "SELECT id FROM thing WHERE id = $1", fmt.Sprint(i)); err != nil {
					t.Errorf("reading: %v", err)
				}
			})
		}
		callers.Wait()
	})
}
