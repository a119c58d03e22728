package session_test

import (
	"context"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.opentelemetry.io/otel/attribute"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	tracenoop "go.opentelemetry.io/otel/trace/noop"

	"github.com/ventanilla/ventanilla/pkg/config"
	"github.com/ventanilla/ventanilla/pkg/roletest"
	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
	"github.com/ventanilla/ventanilla/pkg/telemetry"
	"github.com/ventanilla/ventanilla/pkg/testkit"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
	sessionv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/session/v1"
	"github.com/ventanilla/ventanilla/services/session"
)

// measured is a platform whose replicas' hashes and statements are counted.
type measured struct {
	*platform
	reader *sdkmetric.ManualReader
	meters *sdkmetric.MeterProvider
}

// onBothMeasured runs a test on SQLite and on PostgreSQL with at most so many connections.
func onBothMeasured(t *testing.T, connections int, test func(t *testing.T, m *measured)) {
	for name, url := range map[string]string{"sqlite": "sqlite:" + filepath.Join(t.TempDir(), "session.db"), "postgres": testkit.Postgres(t)} {
		t.Run(name, func(t *testing.T) {
			reader := sdkmetric.NewManualReader()
			m := &measured{
				&platform{Platform: roletest.Open(t, role, url, connections)}, reader, sdkmetric.NewMeterProvider(sdkmetric.WithReader(reader)),
			}
			roletest.Check(t, m.DB.Close()) // it counts nothing
			settings := sqlstore.DefaultConfig()
			settings.URL, settings.MaxOpen = config.Secret(url), connections
			settings.LockTimeout, settings.StatementTimeout = time.Minute, time.Minute // a machine may be slow
			db, err := sqlstore.Open(t.Context(), settings, sqlstore.Options{Schema: session.Schema, Tracer: tracenoop.NewTracerProvider(), Meter: m.meters})
			roletest.Check(t, err)
			t.Cleanup(func() { roletest.Check(t, db.Close()) })
			m.DB = db
			test(t, m)
		})
	}
}

// still is a replica without what it does by itself, whose statements would be counted.
type still struct{ *session.Service }

func (still) Run(ctx context.Context) error {
	<-ctx.Done()
	return nil
}

func (m *measured) replica() *roletest.Replica {
	m.T.Helper()
	return m.Start(func(tele *telemetry.Telemetry) (roletest.Service, error) {
		cfg := session.DefaultConfig()
		cfg.Passwords.MemoryKiB, cfg.Passwords.Passes = 8, 1
		s, err := session.New(m.T.Context(), cfg, session.Deps{
			DB: m.DB, KEK: m.KEK, Now: m.Clock.Now, Logger: tele.Logger, Meter: m.meters.Meter("test"),
		})
		return still{s}, err
	})
}

// work is how often everything that is measured was done, hashes among it.
type work map[string]uint64

const hashes = "session.password.hash.duration"

// statements are those of the database among it, by their kinds.
func (w work) statements() work {
	found := work{}
	for name, count := range w {
		if _, kind, ok := strings.Cut(name, "db.operation.name="); ok {
			if kind, _, _ = strings.Cut(kind, ","); kind != "sql.rows" && kind != "sql.conn.reset_session" {
				found[kind] += count
			}
		}
	}
	return found
}

// work counts what a call takes.
func (m *measured) work(call func()) work {
	m.T.Helper()
	before := m.counts()
	call()
	done := m.counts()
	for name, count := range before {
		if done[name] -= count; done[name] == 0 {
			delete(done, name)
		}
	}
	return done
}

func (m *measured) counts() work {
	m.T.Helper()
	var all metricdata.ResourceMetrics
	roletest.Check(m.T, m.reader.Collect(context.Background(), &all))
	counts := work{}
	for _, scope := range all.ScopeMetrics {
		for _, metric := range scope.Metrics {
			if histogram, ok := metric.Data.(metricdata.Histogram[float64]); ok {
				for _, point := range histogram.DataPoints {
					counts[metric.Name+point.Attributes.Encoded(attribute.DefaultEncoder())] += point.Count
				}
			}
		}
	}
	return counts
}

// tried tries a login that is refused for a reason, and returns what it took.
func (m *measured) tried(r *roletest.Replica, want errorsv1.Reason, developer *sessionv1.DeveloperCredential, user, password string) work {
	m.T.Helper()
	return m.work(func() {
		_, err := sessions(r).OpenSession(m.T.Context(), &sessionv1.OpenSessionRequest{Developer: developer, User: user, Password: password})
		roletest.WantReason(m.T, err, want)
	})
}
