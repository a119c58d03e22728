package store_test

import (
	"fmt"
	"strings"
	"testing"

	metricnoop "go.opentelemetry.io/otel/metric/noop"
	"go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	"github.com/ventanilla/ventanilla/pkg/store"
)

func TestSpansShowStatementsAndNoValues(t *testing.T) {
	onBoth(t, func(t *testing.T, settings store.Config) {
		spans := tracetest.NewSpanRecorder()
		tracer := trace.NewTracerProvider(trace.WithSpanProcessor(spans))
		db, err := store.Open(t.Context(), settings,
			store.Options{Schema: "things", Tracer: tracer, Meter: metricnoop.NewMeterProvider()})
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		migrate(t, db, first)
		if made := spans.Ended(); len(made) != 0 {
			t.Errorf("%d spans outside of a trace", len(made))
		}

		const insert, value = "INSERT INTO thing (id) VALUES ($1)", "someone's name"
		ctx, root := tracer.Tracer("test").Start(t.Context(), "request")
		for range 2 { // the second fails
			_ = exec1(ctx, db, insert, value)
		}
		root.End()
		made := fmt.Sprintf("%+v", tracetest.SpanStubsFromReadOnlySpans(spans.Ended()))
		if !strings.Contains(made, insert) || strings.Contains(made, value) {
			t.Errorf("spans: %s", made)
		}
	})
}
