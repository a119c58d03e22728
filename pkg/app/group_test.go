package app_test

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"testing"

	"go.uber.org/goleak"

	"github.com/ventanilla/ventanilla/pkg/app"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestStopsInReverseOrder(t *testing.T) {
	var order []string
	g := app.New(slog.New(slog.DiscardHandler))
	g.Defer("store", func() error { order = append(order, "store"); return nil })
	g.Go(t.Context(), "server", func(ctx context.Context) error {
		<-ctx.Done()
		order = append(order, "server")
		return nil
	})
	g.Defer("registration", func() error { order = append(order, "registration"); return nil })

	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := g.Wait(ctx); err != nil {
		t.Fatal(err)
	}
	if want := []string{"registration", "server", "store"}; !slices.Equal(order, want) {
		t.Errorf("stopped %v, want %v", order, want)
	}
}

func TestAFailingPartStopsTheRest(t *testing.T) {
	boom := errors.New("boom")
	stopped := false
	g := app.New(slog.New(slog.DiscardHandler))
	g.Defer("store", func() error { stopped = true; return nil })
	g.Go(t.Context(), "server", func(context.Context) error { return boom })

	if err := g.Wait(t.Context()); !errors.Is(err, boom) {
		t.Errorf("got %v", err)
	}
	if !stopped {
		t.Error("the store was left open")
	}
}

func TestAFailureIsToldOnce(t *testing.T) {
	g := app.New(slog.New(slog.DiscardHandler))
	g.Go(t.Context(), "server", func(context.Context) error { return errors.New("boom") })
	g.Defer("store", func() error { return errors.New("stuck") })
	if err := g.Wait(t.Context()); err == nil || err.Error() != "server: boom\nstopping store: stuck" {
		t.Errorf("got %v", err)
	}
	if err := g.Stop(); err != nil {
		t.Errorf("told again: %v", err)
	}
}

func TestAPartThatEndsUnaskedIsAnError(t *testing.T) {
	g := app.New(slog.New(slog.DiscardHandler))
	g.Go(t.Context(), "server", func(context.Context) error { return nil })
	if err := g.Wait(t.Context()); err == nil {
		t.Error("no error")
	}
}

func TestPartsOutliveTheStartingContext(t *testing.T) {
	starting, cancel := context.WithCancel(t.Context())
	g := app.New(slog.New(slog.DiscardHandler))
	cancel()
	ended := make(chan struct{})
	g.Go(starting, "server", func(ctx context.Context) error {
		defer close(ended)
		<-ctx.Done()
		return nil
	})
	select {
	case <-ended:
		t.Error("the part ended with the starting context")
	default:
	}
	if err := g.Stop(); err != nil {
		t.Error(err)
	}
}
