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

func openSQLite(t *testing.T) *sqlstore.DB {
	t.Helper()
	return open(t, "sqlite:"+filepath.Join(t.TempDir(), "session.db"), tracenoop.NewTracerProvider())
}

func open(t *testing.T, url string, tracer trace.TracerProvider) *sqlstore.DB {
	t.Helper()
	settings := sqlstore.DefaultConfig()
	settings.URL = config.Secret(url)
	settings.LockTimeout, settings.StatementTimeout = time.Minute, time.Minute // a machine may be slow
	db, err := sqlstore.Open(t.Context(), settings, sqlstore.Options{Schema: store.Schema, Tracer: tracer, Meter: metricnoop.NewMeterProvider()})
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

func TestSQLite(t *testing.T) { storetest.Run(t, openSQLite(t)) }

func TestPostgreSQL(t *testing.T) { storetest.Run(t, open(t, testkit.Postgres(t), tracenoop.NewTracerProvider())) }
