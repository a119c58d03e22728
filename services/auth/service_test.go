package auth_test

import (
	"bytes"
	"errors"
	"log/slog"
	"testing"

	metricnoop "go.opentelemetry.io/otel/metric/noop"

	"github.com/ventanilla/ventanilla/pkg/keyring"
	"github.com/ventanilla/ventanilla/services/auth"
)

func TestAServiceWithTheWrongKeyDoesNotStart(t *testing.T) {
	p := newPlatform(t)
	wrong, err := keyring.New(bytes.Repeat([]byte{2}, 32))
	check(t, err)
	for _, c := range []struct {
		kek  *keyring.KEK
		want error
	}{{p.kek, nil}, {wrong, keyring.ErrWrongKey}, {p.kek, nil}} {
		_, err := auth.New(t.Context(), auth.DefaultConfig(), auth.Deps{
			DB: p.db, KEK: c.kek, Switches: p.board.switches(), Now: p.clock.Now, Meter: metricnoop.NewMeterProvider(),
			Logger: slog.New(slog.DiscardHandler),
		})
		if !errors.Is(err, c.want) {
			t.Errorf("New: %v, want %v", err, c.want)
		}
	}
}
