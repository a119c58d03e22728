package store_test

import (
	"path/filepath"
	"testing"
	"time"

	metricnoop "go.opentelemetry.io/otel/metric/noop"
	"go.opentelemetry.io/otel/trace"
	tracenoop "go.opentelemetry.io/otel/trace/noop"

	"github.com/ventanilla/ventanilla/pkg/config"
	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
	"github.com/ventanilla/ventanilla/pkg/testkit"
	"github.com/ventanilla/ventanilla/services/session/internal/store"
	"github.com/ventanilla/ventanilla/services/session/internal/store/storetest"
)

func TestMain(m *testing.M) { testkit.Main(m) }

// onBoth runs a test on the address of an empty database of each engine.
func onBoth(t *testing.T, test func(t *testing.T, url string)) {
	t.Run(string(sqlstore.SQLite), func(t *testing.T) { test(t, "sqlite:"+filepath.Join(t.TempDir(), "session.db")) })
	t.Run(string(sqlstore.PostgreSQL), func(t *testing.T) { test(t, testkit.Postgres(t)) })
}

func openQuietly(t *testing.T, url string) *sqlstore.DB {
	t.Helper()
	return open(t, url, tracenoop.NewTracerProvider())
}

func open(t *testing.T, url string, tracer trace.TracerProvider) *sqlstore.DB {
	t.Helper()
	settings := sqlstore.DefaultConfig()
	settings.URL = config.Secret(url)
	settings.LockTimeout, settings.StatementTimeout = time.Minute, time.Minute // a machine may be slow
	db, err := sqlstore.Open(t.Context(), settings, sqlstore.Options{Schema: store.Schema, Tracer: tracer, Meter: metricnoop.NewMeterProvider()})
	check(t, err)
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	check(t, sqlstore.Migrate(t.Context(), db, store.Migrations()))
	return db
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestStore(t *testing.T) {
	onBoth(t, func(t *testing.T, url string) { storetest.Run(t, openQuietly(t, url)) })
}
