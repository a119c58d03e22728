package telemetry_test

import (
	"bytes"
	"context"
	"net"
	"testing"

	collectormetrics "go.opentelemetry.io/proto/otlp/collector/metrics/v1"
	collectortrace "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	"google.golang.org/grpc"

	"github.com/ventanilla/ventanilla/pkg/telemetry"
)

// collector takes what an OpenTelemetry collector takes, and keeps the names.
type collector struct {
	collectortrace.UnimplementedTraceServiceServer
	spans chan string
}

func (c *collector) Export(_ context.Context, r *collectortrace.ExportTraceServiceRequest) (*collectortrace.ExportTraceServiceResponse, error) {
	for _, span := range r.GetResourceSpans()[0].GetScopeSpans()[0].GetSpans() {
		c.spans <- span.GetName()
	}
	return &collectortrace.ExportTraceServiceResponse{}, nil
}

type metricsCollector struct {
	collectormetrics.UnimplementedMetricsServiceServer
	metrics chan string
}

func (c *metricsCollector) Export(_ context.Context, r *collectormetrics.ExportMetricsServiceRequest) (*collectormetrics.ExportMetricsServiceResponse, error) {
	for _, metric := range r.GetResourceMetrics()[0].GetScopeMetrics()[0].GetMetrics() {
		c.metrics <- metric.GetName()
	}
	return &collectormetrics.ExportMetricsServiceResponse{}, nil
}

func TestACollectorGetsTracesAndMetrics(t *testing.T) {
	spans, metrics := make(chan string, 10), make(chan string, 10)
	server := grpc.NewServer(grpc.WaitForHandlers(true))
	collectortrace.RegisterTraceServiceServer(server, &collector{spans: spans})
	collectormetrics.RegisterMetricsServiceServer(server, &metricsCollector{metrics: metrics})
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	served := make(chan error, 1)
	go func() { served <- server.Serve(listener) }()
	defer func() {
		server.Stop()
		if err := <-served; err != nil {
			t.Error(err)
		}
	}()

	cfg := telemetry.DefaultConfig()
	cfg.OTLP = telemetry.OTLP{Endpoint: listener.Addr().String(), Insecure: true}
	tel, err := telemetry.Setup(t.Context(), cfg, "auth", "v1", &bytes.Buffer{})
	if err != nil {
		t.Fatal(err)
	}
	_, span := tel.Tracer.Tracer("test").Start(t.Context(), "work")
	span.End()
	counter, err := tel.Meter.Meter("test").Int64Counter("works")
	if err != nil {
		t.Fatal(err)
	}
	counter.Add(t.Context(), 1)
	if err := tel.Shutdown(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := <-spans; got != "work" {
		t.Errorf("got span %q", got)
	}
	if got := <-metrics; got != "works" {
		t.Errorf("got metric %q", got)
	}
}
