package signing_test

import (
	"bytes"
	"context"
	"errors"
	"path/filepath"
	"sync"
	"testing"
	"time"

	metricnoop "go.opentelemetry.io/otel/metric/noop"
	tracenoop "go.opentelemetry.io/otel/trace/noop"

	"github.com/ventanilla/ventanilla/pkg/config"
	"github.com/ventanilla/ventanilla/pkg/keyring"
	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
	"github.com/ventanilla/ventanilla/pkg/testkit"
	"github.com/ventanilla/ventanilla/services/notifications/internal/signing"
	"github.com/ventanilla/ventanilla/services/notifications/internal/store"
)

func TestMain(m *testing.M) { testkit.Main(m) }

func open(t *testing.T, url string) *store.Store {
	t.Helper()
	settings := sqlstore.DefaultConfig()
	settings.URL = config.Secret(url)
	settings.LockTimeout, settings.StatementTimeout = time.Minute, time.Minute // a machine may be slow
	db, err := sqlstore.Open(t.Context(), settings, sqlstore.Options{
		Schema: store.Schema, Tracer: tracenoop.NewTracerProvider(), Meter: metricnoop.NewMeterProvider(),
	})
	check(t, err)
	t.Cleanup(func() { check(t, db.Close()) })
	check(t, sqlstore.Migrate(t.Context(), db, store.Migrations()))
	return store.New(db, time.Now)
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
		"sqlite": "sqlite:" + filepath.Join(t.TempDir(), "notifications.db"), "postgres": testkit.Postgres(t),
	} {
		t.Run(name, func(t *testing.T) {
			s, kek := open(t, url), newKEK(t, 1)
			keys := make([][]byte, 8)
			var replicas sync.WaitGroup
			for i := range keys {
				replicas.Go(func() {
					var err error
					if keys[i], err = signing.Open(context.Background(), s, kek, "receipts"); err != nil {
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
			other, err := signing.Open(t.Context(), s, kek, "codes")
			check(t, err)
			if bytes.Equal(other, keys[0]) {
				t.Error("two uses have one key")
			}
			if _, err := signing.Open(t.Context(), s, newKEK(t, 2), "receipts"); !errors.Is(err, keyring.ErrWrongKey) {
				t.Errorf("under another key-encryption key: %v", err)
			}
		})
	}
}
