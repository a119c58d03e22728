package store_test

import (
	"path/filepath"
	"testing"
	"time"

	metricnoop "go.opentelemetry.io/otel/metric/noop"
	tracenoop "go.opentelemetry.io/otel/trace/noop"

	"github.com/ventanilla/ventanilla/pkg/config"
	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
	"github.com/ventanilla/ventanilla/pkg/testkit"
	"github.com/ventanilla/ventanilla/services/notifications/internal/store"
	"github.com/ventanilla/ventanilla/services/notifications/internal/store/storetest"
)

func TestMain(m *testing.M) { testkit.Main(m) }

func open(t *testing.T, url string, connections int) *sqlstore.DB {
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
	if err := sqlstore.Migrate(t.Context(), db, store.Migrations()); err != nil {
		t.Fatal(err)
	}
	return db
}

func TestSQLite(t *testing.T) {
	storetest.Run(t, func(t *testing.T, connections int, now func() time.Time) func() *store.Store {
		db := open(t, "sqlite:"+filepath.Join(t.TempDir(), "notifications.db"), connections)
		return func() *store.Store { return store.New(db, now) }
	})
}

func TestPostgreSQL(t *testing.T) {
	storetest.Run(t, func(t *testing.T, connections int, now func() time.Time) func() *store.Store {
		url := testkit.Postgres(t)
		return func() *store.Store { return store.New(open(t, url, connections), now) }
	})
}
