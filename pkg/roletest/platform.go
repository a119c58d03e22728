package roletest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"io"
	"io/fs"
	"path/filepath"
	"testing"
	"time"

	metricnoop "go.opentelemetry.io/otel/metric/noop"
	tracenoop "go.opentelemetry.io/otel/trace/noop"

	"github.com/ventanilla/ventanilla/pkg/config"
	"github.com/ventanilla/ventanilla/pkg/keyring"
	"github.com/ventanilla/ventanilla/pkg/pki"
	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	"github.com/ventanilla/ventanilla/pkg/rpcserver"
	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
	"github.com/ventanilla/ventanilla/pkg/testkit"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
)

// Role is the service under test.
type Role struct {
	// Name is its role.
	Name string
	// Schema is its PostgreSQL schema, Migrations are its revisions.
	Schema     string
	Migrations fs.FS
	// Rules says who may call what.
	Rules func(internal ...string) map[string]rpcserver.Rule
}

// Platform is one store with as many replicas of the role as a test wants, and the key of the auth service that they trust.
type Platform struct {
	// T is the test.
	T testing.TB
	// Role is what runs.
	Role Role
	// Clock is that of replicas and tokens.
	Clock *testkit.Clock
	// DB is the store, migrated.
	DB *sqlstore.DB
	// KEK seals what the store keeps sealed.
	KEK *keyring.KEK
	// Logs is where replicas that are started log to.
	Logs io.Writer

	ca   *pki.CA
	auth *ecdsa.PrivateKey
}

// OnBoth runs a test on SQLite and on PostgreSQL.
func OnBoth(t *testing.T, role Role, test func(t *testing.T, p *Platform)) {
	t.Run("sqlite", func(t *testing.T) { test(t, New(t, role)) })
	t.Run("postgres", func(t *testing.T) { test(t, Open(t, role, testkit.Postgres(t), 8)) })
}

// New is a platform on a SQLite of its own.
func New(t testing.TB, role Role) *Platform {
	return Open(t, role, "sqlite:"+filepath.Join(t.TempDir(), role.Name+".db"), 8)
}

// Open is a platform on the database of an address, with at most so many connections.
func Open(t testing.TB, role Role, url string, connections int) *Platform {
	t.Helper()
	ca, err := pki.NewCA("test", time.Hour, time.Now)
	Check(t, err)
	settings := sqlstore.DefaultConfig()
	settings.URL, settings.MaxOpen = config.Secret(url), connections
	settings.LockTimeout, settings.StatementTimeout = time.Minute, time.Minute // a machine may be slow
	db, err := sqlstore.Open(t.Context(), settings, sqlstore.Options{
		Schema: role.Schema, Tracer: tracenoop.NewTracerProvider(), Meter: metricnoop.NewMeterProvider(),
	})
	Check(t, err)
	t.Cleanup(func() { Check(t, db.Close()) })
	Check(t, sqlstore.Migrate(t.Context(), db, role.Migrations))
	kek, err := keyring.New(make([]byte, 32))
	Check(t, err)
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	Check(t, err)
	return &Platform{
		T: t, Role: role, Clock: testkit.NewClock(time.Now().UTC()), DB: db, KEK: kek, Logs: io.Discard, ca: ca, auth: key,
	}
}

// Check ends the test with an error.
func Check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// WantReason checks why a call failed; REASON_UNSPECIFIED is that it did not.
func WantReason(t testing.TB, err error, want errorsv1.Reason) {
	t.Helper()
	if got := rpcerr.Reason(err); got != want {
		t.Errorf("got %v (%v), want %v", got, err, want)
	}
}

// WantField checks why a call failed, and the field that it names first.
func WantField(t testing.TB, err error, want errorsv1.Reason, field string) {
	t.Helper()
	WantReason(t, err, want)
	if fields := rpcerr.Fields(err); len(fields) == 0 || fields[0].Field != field {
		t.Errorf("names %v, not %s", fields, field)
	}
}
