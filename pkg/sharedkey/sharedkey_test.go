package sharedkey_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	metricnoop "go.opentelemetry.io/otel/metric/noop"
	tracenoop "go.opentelemetry.io/otel/trace/noop"

	"github.com/ventanilla/ventanilla/pkg/config"
	"github.com/ventanilla/ventanilla/pkg/keyring"
	"github.com/ventanilla/ventanilla/pkg/sharedkey"
	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
	"github.com/ventanilla/ventanilla/pkg/testkit"
)

func TestMain(m *testing.M) { testkit.Main(m) }

const table = `-- +goose Up
CREATE TABLE signing_key (name TEXT PRIMARY KEY, sealed %s NOT NULL, created_at BIGINT NOT NULL);`

var migrations = fstest.MapFS{
	"sqlite/0001_key.sql":   {Data: fmt.Appendf(nil, table, "BLOB")},
	"postgres/0001_key.sql": {Data: fmt.Appendf(nil, table, "BYTEA")},
	"oldest-program":        {Data: []byte("1\n")},
}

func open(t *testing.T, url string) *sqlstore.DB {
	t.Helper()
	settings := sqlstore.DefaultConfig()
	settings.URL = config.Secret(url)
	settings.LockTimeout, settings.StatementTimeout = time.Minute, time.Minute // a machine may be slow
	db, err := sqlstore.Open(t.Context(), settings, sqlstore.Options{
		Schema: "key", Tracer: tracenoop.NewTracerProvider(), Meter: metricnoop.NewMeterProvider(),
	})
	check(t, err)
	t.Cleanup(func() { check(t, db.Close()) })
	check(t, sqlstore.Migrate(t.Context(), db, migrations))
	return db
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func newKEK(t *testing.T, first byte) *keyring.KEK {
	t.Helper()
	kek, err := keyring.New(append([]byte{first}, make([]byte, 31)...))
	check(t, err)
	return kek
}

// Replicas that start at the same time get one key.
func TestAllReplicasHaveTheSameKey(t *testing.T) {
	for name, url := range map[string]string{
		"sqlite": "sqlite:" + filepath.Join(t.TempDir(), "key.db"), "postgres": testkit.Postgres(t),
	} {
		t.Run(name, func(t *testing.T) {
			db := open(t, url)
			of := func(service string, kek *keyring.KEK) sharedkey.Keys {
				return sharedkey.New(db, kek, service, time.Now)
			}
			keys := make([][]byte, 8)
			var replicas sync.WaitGroup
			for i := range keys {
				replicas.Go(func() {
					var err error
					if keys[i], err = of("session", newKEK(t, 1)).Open(context.Background(), "logins"); err != nil {
						t.Error(err)
					}
				})
			}
			replicas.Wait()
			for _, key := range keys {
				if len(key) != 32 || !bytes.Equal(key, keys[0]) {
					t.Fatalf("keys of %d bytes differ", len(key))
				}
			}
			other, err := of("session", newKEK(t, 1)).Open(t.Context(), "codes")
			check(t, err)
			if bytes.Equal(other, keys[0]) {
				t.Error("two uses have one key")
			}
			if _, err := of("session", newKEK(t, 2)).Open(t.Context(), "logins"); !errors.Is(err, keyring.ErrWrongKey) {
				t.Errorf("under another key-encryption key: %v", err)
			}
			if _, err := of("identity", newKEK(t, 1)).Open(t.Context(), "logins"); !errors.Is(err, keyring.ErrCorrupt) {
				t.Errorf("as another service's: %v", err)
			}
		})
	}
}

func TestAKeyIsSealedAnew(t *testing.T) {
	old, renewed := newKEK(t, 1), newKEK(t, 2)
	sealed := old.Seal(make([]byte, 32), []byte("session signing key logins"))
	keys := sharedkey.New(nil, renewed.WithPrevious(old), "session", time.Now)
	resealed, changed, err := keys.Reseal("logins", sealed)
	if err != nil || !changed {
		t.Fatal(changed, err)
	}
	if _, changed, err := keys.Reseal("logins", resealed); err != nil || changed {
		t.Errorf("twice: %v, %v", changed, err)
	}
	if _, _, err := keys.Reseal("codes", sealed); !errors.Is(err, keyring.ErrCorrupt) {
		t.Errorf("as the key of another name: %v", err)
	}
}
