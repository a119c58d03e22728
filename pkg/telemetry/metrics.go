package telemetry

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"go.opentelemetry.io/otel/exporters/otlp/otlpmetric/otlpmetricgrpc"
	promexporter "go.opentelemetry.io/otel/exporters/prometheus"
	"go.opentelemetry.io/otel/metric/noop"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	"go.opentelemetry.io/otel/sdk/resource"
	"google.golang.org/grpc"
)

func (t *Telemetry) setupMetrics(ctx context.Context, cfg Config, res *resource.Resource) error {
	if !cfg.Metrics {
		t.Meter, t.Metrics = noop.NewMeterProvider(), http.NotFoundHandler()
		return nil
	}
	registry := prometheus.NewRegistry()
	registry.MustRegister(
		collectors.NewGoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
	)
	exporter, err := promexporter.New(promexporter.WithRegisterer(registry), promexporter.WithoutScopeInfo())
	if err != nil {
		return err
	}
	opts := []sdkmetric.Option{sdkmetric.WithReader(exporter), sdkmetric.WithResource(res)}
	if cfg.OTLP.Endpoint != "" {
		pushed, err := newMetricExporter(ctx, cfg.OTLP, t.Logger)
		if err != nil {
			return err
		}
		opts = append(opts, sdkmetric.WithReader(sdkmetric.NewPeriodicReader(pushed)))
	}
	provider := sdkmetric.NewMeterProvider(opts...)
	t.Meter = provider
	t.Metrics = promhttp.HandlerFor(registry, promhttp.HandlerOpts{
		ErrorLog:            slog.NewLogLogger(t.Logger.Handler(), slog.LevelError),
		ErrorHandling:       promhttp.ContinueOnError,
		MaxRequestsInFlight: 4,
	})
	t.shutdown = append(t.shutdown, provider.Shutdown)
	return nil
}

func newMetricExporter(ctx context.Context, cfg OTLP, logger *slog.Logger) (sdkmetric.Exporter, error) {
	security, err := cfg.credentials()
	if err != nil {
		return nil, err
	}
	exporter, err := otlpmetricgrpc.New(ctx, otlpmetricgrpc.WithEndpoint(cfg.Endpoint),
		otlpmetricgrpc.WithDialOption(grpc.WithTransportCredentials(security)))
	if err != nil {
		return nil, fmt.Errorf("opening the exporter: %w", err)
	}
	return loggedMetrics{exporter, logger}, nil
}

// loggedMetrics logs failed exports; the SDK would hand them to a process-wide handler.
type loggedMetrics struct {
	sdkmetric.Exporter
	logger *slog.Logger
}

// Export never fails: the next one carries the same sums.
func (e loggedMetrics) Export(ctx context.Context, metrics *metricdata.ResourceMetrics) error {
	if err := e.Exporter.Export(ctx, metrics); err != nil {
		e.logger.WarnContext(ctx, "metrics were not delivered", "error", err)
	}
	return nil
}
