package telemetry

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"log/slog"
	"os"

	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracegrpc"
	"go.opentelemetry.io/otel/sdk/resource"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"google.golang.org/grpc/credentials"
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
		exporter, err := newExporter(ctx, cfg.OTLP, t.Logger)
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

func newExporter(ctx context.Context, cfg OTLP, logger *slog.Logger) (sdktrace.SpanExporter, error) {
	security := otlptracegrpc.WithInsecure()
	if !cfg.Insecure {
		config, err := collectorTLS(cfg.CA)
		if err != nil {
			return nil, err
		}
		security = otlptracegrpc.WithTLSCredentials(credentials.NewTLS(config))
	}
	exporter, err := otlptracegrpc.New(ctx, otlptracegrpc.WithEndpoint(cfg.Endpoint), security)
	if err != nil {
		return nil, fmt.Errorf("opening the exporter: %w", err)
	}
	return loggedExporter{exporter, logger}, nil
}

func collectorTLS(caFile string) (*tls.Config, error) {
	config := &tls.Config{MinVersion: tls.VersionTLS12}
	if caFile == "" {
		return config, nil
	}
	pem, err := os.ReadFile(caFile)
	if err != nil {
		return nil, fmt.Errorf("otlp.ca: %w", err)
	}
	config.RootCAs = x509.NewCertPool()
	if !config.RootCAs.AppendCertsFromPEM(pem) {
		return nil, fmt.Errorf("otlp.ca: %s holds no PEM certificate", caFile)
	}
	return config, nil
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
