// Package telemetry sets up what a process tells about itself: logs through
// log/slog, traces and metrics through OpenTelemetry. Nothing is registered
// globally; whoever records is given the providers.
//
// Secrets, bodies and personal data belong in none of the three.
package telemetry

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/sdk/resource"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
)

// Telemetry is what the parts of a process record with.
type Telemetry struct {
	Logger *slog.Logger
	Tracer trace.TracerProvider
	Meter  metric.MeterProvider
	// Propagator carries the trace context (W3C traceparent) and no baggage.
	Propagator propagation.TextMapPropagator
	// Metrics serves the Prometheus text format; 404 when metrics are off.
	Metrics http.Handler

	shutdown []func(context.Context) error
}

// Option changes what Setup builds.
type Option func(*options)

type options struct {
	processors []sdktrace.SpanProcessor
}

// WithSpanProcessor also hands recorded spans to p. With it, traces are recorded without an endpoint too.
func WithSpanProcessor(p sdktrace.SpanProcessor) Option {
	return func(o *options) { o.processors = append(o.processors, p) }
}

// Setup builds the telemetry of one process. Logs go to logOut; service and version are in every log line and trace.
// The caller ends it with Shutdown.
func Setup(ctx context.Context, cfg Config, service, version string, logOut io.Writer, opts ...Option) (*Telemetry, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	var o options
	for _, opt := range opts {
		opt(&o)
	}
	logger, err := newLogger(cfg, service, version, logOut)
	if err != nil {
		return nil, err
	}
	res := resource.NewSchemaless(
		attribute.String("service.name", service),
		attribute.String("service.version", version),
	)
	t := &Telemetry{Logger: logger, Propagator: propagation.TraceContext{}}
	if err := t.setupTraces(ctx, cfg, res, o.processors); err != nil {
		return nil, fmt.Errorf("setting up traces: %w", err)
	}
	if err := t.setupMetrics(ctx, cfg, res); err != nil {
		return nil, errors.Join(fmt.Errorf("setting up metrics: %w", err), t.Shutdown(ctx))
	}
	return t, nil
}

// Shutdown sends what is still unsent and ends the providers, within ctx.
func (t *Telemetry) Shutdown(ctx context.Context) error {
	var errs []error
	for _, stop := range t.shutdown {
		errs = append(errs, stop(ctx))
	}
	return errors.Join(errs...)
}
