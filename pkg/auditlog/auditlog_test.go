package auditlog_test

import (
	"database/sql"
	"path/filepath"
	"testing"
	"time"

	metricnoop "go.opentelemetry.io/otel/metric/noop"
	tracenoop "go.opentelemetry.io/otel/trace/noop"

	"github.com/ventanilla/ventanilla/pkg/auditlog"
	"github.com/ventanilla/ventanilla/pkg/auditlog/storetest"
	"github.com/ventanilla/ventanilla/pkg/config"
	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
	"github.com/ventanilla/ventanilla/pkg/testkit"
)

func TestMain(m *testing.M) { testkit.Main(m) }

func open(t testing.TB, url string, connections int) *sqlstore.DB {
	t.Helper()
	settings := sqlstore.DefaultConfig()
	settings.URL, settings.MaxOpen = config.Secret(url), connections
	settings.LockTimeout, settings.StatementTimeout = time.Minute, time.Minute // a machine may be slow
	db, err := sqlstore.Open(t.Context(), settings, sqlstore.Options{
		Schema: "log", Tracer: tracenoop.NewTracerProvider(), Meter: metricnoop.NewMeterProvider(),
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	if err := sqlstore.Migrate(t.Context(), db, storetest.Migrations()); err != nil {
		t.Fatal(err)
	}
	return db
}

func TestSQLite(t *testing.T) {
	storetest.Run(t, func(t *testing.T, connections int) func() *sqlstore.DB {
		db := open(t, "sqlite:"+filepath.Join(t.TempDir(), "log.db"), connections)
		return func() *sqlstore.DB { return db }
	})
}

func TestPostgreSQL(t *testing.T) {
	storetest.Run(t, func(t *testing.T, connections int) func() *sqlstore.DB {
		url := testkit.Postgres(t)
		return func() *sqlstore.DB { return open(t, url, connections) }
	})
}

// Numbers are given before commits, and commits come in another order.
func TestATransactionThatCommitsLateIsSealedLater(t *testing.T) {
	db := open(t, testkit.Postgres(t), 4)
	late, err := db.Write.BeginTx(t.Context(), nil)
	check(t, err)
	defer late.Rollback()
	check(t, auditlog.Append(t.Context(), late, auditlog.Entry{At: time.Unix(1, 0), Target: "late"}))
	check(t, db.InTx(t.Context(), func(tx *sql.Tx) error {
		return auditlog.Append(t.Context(), tx, auditlog.Entry{At: time.Unix(2, 0), Target: "early"})
	}))
	k := newKey(t, 1)
	sealer := auditlog.NewSealer(db, func() auditlog.Keys { return auditlog.Keys{Active: k} }, nil)
	for _, commit := range []func() error{func() error { return nil }, late.Commit} {
		check(t, commit())
		if sealed, err := sealer.Seal(t.Context()); sealed != 1 || err != nil {
			t.Errorf("sealed %d, %v", sealed, err)
		}
	}
	page, err := auditlog.Leaves(t.Context(), db, 0, 10)
	check(t, err)
	if len(page) != 2 || page[0].Listed.Target != "early" || page[1].Listed.Target != "late" || page[0].Number < page[1].Number {
		t.Errorf("leaves %v", page)
	}
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
