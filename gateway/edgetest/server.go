// Package edgetest starts edges for tests on the loopback, with a scripted auth
// service behind real gRPC, and runs golden cases against them.
package edgetest

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	metricnoop "go.opentelemetry.io/otel/metric/noop"
	tracenoop "go.opentelemetry.io/otel/trace/noop"

	"github.com/ventanilla/ventanilla/gateway/edge"
)

// RequestID is the identifier that the edges of this package give to every request without one.
const RequestID = "made-by-the-edge"

// Edge is a running edge.
type Edge struct {
	// Server is what runs.
	*edge.Server
	// Roots trusts its certificate, which is for 127.0.0.1 and example.com.
	Roots *x509.CertPool
}

// Options are those of a test's edge: time stands still, identifiers are RequestID, nothing is recorded.
func Options(t testing.TB) (edge.Options, *x509.CertPool) {
	t.Helper()
	source := httptest.NewTLSServer(http.NotFoundHandler()) // for its certificate
	source.Close()
	roots := x509.NewCertPool()
	roots.AddCert(source.Certificate())
	now := time.Date(2026, time.January, 2, 3, 4, 5, 0, time.UTC)
	return edge.Options{
		TLS:    &tls.Config{Certificates: source.TLS.Certificates},
		Logger: slog.New(slog.DiscardHandler),
		Tracer: tracenoop.NewTracerProvider(),
		Meter:  metricnoop.NewMeterProvider(),
		Clock:  func() time.Time { return now },
		NewID:  func() string { return RequestID },
	}, roots
}

// Config is the default configuration on free ports.
func Config() edge.Config {
	cfg := edge.DefaultConfig()
	cfg.Listen, cfg.HTTPListen = "127.0.0.1:0", "127.0.0.1:0"
	return cfg
}

// Start runs an edge until the test ends. Paths that no family has are answered by Fallback.
func Start(t testing.TB, cfg edge.Config, opts edge.Options, roots *x509.CertPool, families ...edge.Family) *Edge {
	t.Helper()
	server, err := edge.New(cfg, opts, families...)
	if err != nil {
		t.Fatal(err)
	}
	if err := server.Listen(t.Context()); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	ended := make(chan error, 1)
	go func() { ended <- server.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("edge: %v", err)
		}
	})
	return &Edge{server, roots}
}

// Fallback is a family for every path that no other has. It answers nothing but errors, without bodies.
func Fallback() edge.Family {
	return edge.Family{
		Name:       "fallback",
		Prefixes:   []string{""},
		Handler:    http.NotFoundHandler(),
		WriteError: func(w http.ResponseWriter, _ *http.Request, _ error) { w.WriteHeader(http.StatusNotFound) },
	}
}
