package telemetry

import (
	"context"
	"fmt"
	"log/slog"

	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracegrpc"
	"go.opentelemetry.io/otel/sdk/resource"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"google.golang.org/grpc"
)

func (t *Telemetry) setupTraces(ctx context.Context, cfg Config, res *resource.Resource, processors []sdktrace.SpanProcessor) error {
	// Without anywhere to send spans none is recorded, but each call still has a trace id for the log.
	sampler := sdktrace.NeverSample()
	if cfg.OTLP.Endpoint != "" || len(processors) > 0 {
		sampler = sdktrace.ParentBased(sdktrace.TraceIDRatioBased(cfg.SampleRatio))
	}
	opts := []sdktrace.TracerProviderOption{sdktrace.WithSampler(sampler), sdktrace.WithResource(res)}
	for _, p := range processors {
		opts = append(opts, sdktrace.WithSpanProcessor(p))
	}
	if cfg.OTLP.Endpoint != "" {
		exporter, err := newSpanExporter(ctx, cfg.OTLP, t.Logger)
		if err != nil {
			return err
		}
		opts = append(opts, sdktrace.WithBatcher(exporter))
	}
	provider := sdktrace.NewTracerProvider(opts...)
	t.Tracer = provider
	t.shutdown = append(t.shutdown, provider.Shutdown)
	return nil
}

func newSpanExporter(ctx context.Context, cfg OTLP, logger *slog.Logger) (sdktrace.SpanExporter, error) {
	security, err := cfg.credentials()
	if err != nil {
		return nil, err
	}
	exporter, err := otlptracegrpc.New(ctx, otlptracegrpc.WithEndpoint(cfg.Endpoint),
		otlptracegrpc.WithDialOption(grpc.WithTransportCredentials(security)))
	if err != nil {
		return nil, fmt.Errorf("opening the exporter: %w", err)
	}
	return loggedExporter{exporter, logger}, nil
}

// loggedExporter logs failed exports; the SDK would hand them to a process-wide handler.
type loggedExporter struct {
	sdktrace.SpanExporter
	logger *slog.Logger
}

// ExportSpans never fails: lost spans are lost, and said to be.
func (e loggedExporter) ExportSpans(ctx context.Context, spans []sdktrace.ReadOnlySpan) error {
	if err := e.SpanExporter.ExportSpans(ctx, spans); err != nil {
		e.logger.WarnContext(ctx, "traces were not delivered", "spans", len(spans), "error", err)
	}
	return nil
}
