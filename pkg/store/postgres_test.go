package store_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/ventanilla/ventanilla/pkg/store"
	"github.com/ventanilla/ventanilla/pkg/testkit"
)

func TestPostgreSQLOpensWhileTheServerIsAway(t *testing.T) {
	server := testkit.PostgresServer(t)
	server.Stop()
	db := open(t, at(server.URL))
	if err := store.Supported(t.Context(), db, first); !errors.Is(err, store.ErrUnavailable) {
		t.Errorf("with the server away: %v", err)
	}
	server.Start()
	migrate(t, db, first)
}

func TestPostgreSQLServesAgainWhenTheServerReturns(t *testing.T) {
	server := testkit.PostgresServer(t)
	db := open(t, at(server.URL))
	fill(t, db)
	server.Stop()
	if err := exec1(t.Context(), db, "SELECT 1"); !errors.Is(err, store.ErrUnavailable) {
		t.Errorf("with the server away: %v", err)
	}
	server.Start()
	if err := exec1(t.Context(), db, "SELECT 1"); err != nil {
		t.Errorf("after the server's return: %v", err)
	}
}

// A restart leaves a pool full of connections that the server has ended: none may reach a caller.
func TestPostgreSQLEndedConnectionsReachNoCaller(t *testing.T) {
	settings := at(testkit.Postgres(t))
	db, other := open(t, settings), open(t, settings)
	fill(t, db)
	fill(t, db) // pgx pings a connection when it is used again after more than a second, or the first time
	const others = `FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()`
	ended, err := store.Row(t.Context(), other, store.Value[int], `SELECT count(pg_terminate_backend(pid)) `+others)
	if err != nil || ended != settings.MaxOpen {
		t.Fatalf("ended %d connections, %v", ended, err)
	}
	testkit.Eventually(t, time.Minute, func() error {
		left, err := store.Row(t.Context(), other, store.Value[int], `SELECT count(*) `+others)
		if err == nil && left > 0 {
			err = fmt.Errorf("%d connections left", left)
		}
		return err
	})
	for range 2 * settings.MaxOpen {
		if err := exec1(t.Context(), db, "SELECT 1"); err != nil {
			t.Fatal(err)
		}
	}
}

// fill opens as many connections as the pool may have.
func fill(t *testing.T, db *store.DB) {
	t.Helper()
	var open, callers sync.WaitGroup
	for range store.DefaultConfig().MaxOpen {
		open.Add(1)
		callers.Go(func() {
			arrived := sync.OnceFunc(open.Done)
			defer arrived()
			err := db.InTx(t.Context(), func(*sql.Tx) error {
				arrived()
				open.Wait()
				return nil
			})
			if err != nil {
				t.Errorf("filling the pool: %v", err)
			}
		})
	}
	callers.Wait()
}

func TestPostgreSQLSettingsHold(t *testing.T) {
	settings := at(testkit.Postgres(t))
	settings.StatementTimeout = 50 * time.Millisecond
	db := open(t, settings)
	for setting, want := range map[string]string{"search_path": `"things"`, "statement_timeout": "50ms", "lock_timeout": "3s"} {
		got, err := store.Row(t.Context(), db, store.Value[string], "SELECT current_setting($1)", setting)
		if err != nil || got != want {
			t.Errorf("%s is %q, want %q (%v)", setting, got, want, err)
		}
	}
	if err := exec1(t.Context(), db, "SELECT pg_sleep(60)"); !errors.Is(err, store.ErrUnavailable) {
		t.Errorf("slow statement: %v", err)
	}
}

// Two transactions that lock two rows in opposite order: PostgreSQL fails one, which must then pass.
func TestPostgreSQLDeadlocksAreTriedAgain(t *testing.T) {
	db := open(t, at(testkit.Postgres(t)))
	migrate(t, db, first)
	if err := exec1(t.Context(), db, "INSERT INTO thing (id) VALUES ('a'), ('b')"); err != nil {
		t.Fatal(err)
	}
	lock := func(ctx context.Context, tx *sql.Tx, id string) error {
		_, err := tx.ExecContext(ctx, "UPDATE thing SET id = id WHERE id = $1", id)
		return err
	}
	var runs atomic.Int64
	var both, callers sync.WaitGroup
	both.Add(2)
	for _, order := range [][]string{{"a", "b"}, {"b", "a"}} {
		callers.Go(func() {
			met := sync.OnceFunc(func() { both.Done(); both.Wait() })
			err := db.InTx(t.Context(), func(tx *sql.Tx) error {
				runs.Add(1)
				if err := lock(t.Context(), tx, order[0]); err != nil {
					return err
				}
				met()
				return lock(t.Context(), tx, order[1])
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	callers.Wait()
	if got := runs.Load(); got < 3 {
		t.Errorf("%d runs, want one more than the two transactions", got)
	}
}

func TestContentionHasAnEnd(t *testing.T) {
	db := open(t, at(testkit.Postgres(t)))
	runs := 0
	err := db.InTx(t.Context(), func(tx *sql.Tx) error {
		runs++
		_, err := tx.ExecContext(t.Context(), "DO $$ BEGIN RAISE SQLSTATE '40001'; END $$")
		return err
	})
	if !errors.Is(err, store.ErrUnavailable) || runs != 5 {
		t.Errorf("after %d runs: %v", runs, fmt.Sprint(err))
	}
}
