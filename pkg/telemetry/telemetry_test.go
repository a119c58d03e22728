package telemetry_test

import (
	"bytes"
	"context"
	"encoding/json"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.uber.org/goleak"
	"google.golang.org/grpc"

	"github.com/ventanilla/ventanilla/pkg/telemetry"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func setup(t *testing.T, change func(*telemetry.Config), opts ...telemetry.Option) (*telemetry.Telemetry, *bytes.Buffer) {
	t.Helper()
	cfg := telemetry.DefaultConfig()
	if change != nil {
		change(&cfg)
	}
	var log bytes.Buffer
	tel, err := telemetry.Setup(t.Context(), cfg, "auth", "v1.2.3", &log, opts...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		// The test's own context has ended by now.
		if err := tel.Shutdown(context.Background()); err != nil {
			t.Error(err)
		}
	})
	return tel, &log
}

func TestLogLinesCarryTheTrace(t *testing.T) {
	tel, log := setup(t, nil)
	ctx, span := tel.Tracer.Tracer("test").Start(t.Context(), "work")
	defer span.End()
	tel.Logger.With("a", 1).InfoContext(ctx, "hello")

	var line map[string]any
	if err := json.Unmarshal(log.Bytes(), &line); err != nil {
		t.Fatalf("%v in %q", err, log)
	}
	for key, want := range map[string]any{
		"msg": "hello", "service": "auth", "version": "v1.2.3", "a": 1.0,
		"trace_id": span.SpanContext().TraceID().String(), "span_id": span.SpanContext().SpanID().String(),
	} {
		if line[key] != want {
			t.Errorf("%s is %v, want %v", key, line[key], want)
		}
	}
	if span.IsRecording() {
		t.Error("a span is recorded with nowhere to send it")
	}
}

func TestTextLogAndLevel(t *testing.T) {
	tel, log := setup(t, func(c *telemetry.Config) { c.LogFormat, c.LogLevel = "text", "warn" })
	tel.Logger.Info("quiet")
	tel.Logger.Warn("loud")
	if got := log.String(); strings.Contains(got, "quiet") || !strings.Contains(got, "msg=loud") {
		t.Errorf("log is %q", got)
	}
}

func TestInjectedProcessorSeesSpans(t *testing.T) {
	spans := tracetest.NewSpanRecorder()
	tel, _ := setup(t, nil, telemetry.WithSpanProcessor(spans))
	_, span := tel.Tracer.Tracer("test").Start(t.Context(), "work")
	span.End()
	if n := len(spans.Ended()); n != 1 {
		t.Errorf("%d spans", n)
	}
}

func TestMetrics(t *testing.T) {
	for name, c := range map[string]struct {
		on     bool
		status int
		want   []string
	}{
		"on":  {true, http.StatusOK, []string{"go_goroutines", "process_start_time_seconds", "acts_total", `service_name="auth"`}},
		"off": {false, http.StatusNotFound, nil},
	} {
		t.Run(name, func(t *testing.T) {
			tel, _ := setup(t, func(cfg *telemetry.Config) { cfg.Metrics = c.on })
			counter, err := tel.Meter.Meter("test").Int64Counter("acts")
			if err != nil {
				t.Fatal(err)
			}
			counter.Add(t.Context(), 1)
			answer := httptest.NewRecorder()
			tel.Metrics.ServeHTTP(answer, httptest.NewRequest(http.MethodGet, "/metrics", nil))
			if answer.Code != c.status {
				t.Errorf("status %d", answer.Code)
			}
			for _, want := range c.want {
				if !strings.Contains(answer.Body.String(), want) {
					t.Errorf("no %s", want)
				}
			}
		})
	}
}

func TestLostTracesAreLogged(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	// A server without the collector's service.
	server := grpc.NewServer()
	var served sync.WaitGroup
	served.Go(func() { _ = server.Serve(listener) })
	t.Cleanup(func() { server.Stop(); served.Wait() })

	tel, log := setup(t, func(c *telemetry.Config) {
		c.OTLP.Endpoint, c.OTLP.Insecure = listener.Addr().String(), true
	})
	_, span := tel.Tracer.Tracer("test").Start(t.Context(), "work")
	if !span.IsRecording() {
		t.Error("not recorded although there is an endpoint")
	}
	span.End()
	flush, ok := tel.Tracer.(*sdktrace.TracerProvider)
	if !ok {
		t.Fatalf("provider is %T", tel.Tracer)
	}
	if err := flush.ForceFlush(t.Context()); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(log.String(), "traces were not delivered") {
		t.Errorf("log is %q", log)
	}
}

func TestValidateNamesTheKey(t *testing.T) {
	for key, change := range map[string]func(*telemetry.Config){
		"sample_ratio":  func(c *telemetry.Config) { c.SampleRatio = 1.5 },
		"log_level":     func(c *telemetry.Config) { c.LogLevel = "loud" },
		"log_format":    func(c *telemetry.Config) { c.LogFormat = "xml" },
		"otlp.endpoint": func(c *telemetry.Config) { c.OTLP.Endpoint = "collector" },
		"otlp.ca":       func(c *telemetry.Config) { c.OTLP = telemetry.OTLP{Endpoint: "a:1", Insecure: true, CA: "ca.pem"} },
	} {
		cfg := telemetry.DefaultConfig()
		change(&cfg)
		if err := cfg.Validate(); err == nil || !strings.HasPrefix(err.Error(), key) {
			t.Errorf("%s: %v", key, err)
		}
	}
}

func TestUnreadableCollectorCARefuses(t *testing.T) {
	empty := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(empty, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, file := range []string{empty, empty + ".missing"} {
		cfg := telemetry.DefaultConfig()
		cfg.OTLP = telemetry.OTLP{Endpoint: "collector:4317", CA: file}
		if _, err := telemetry.Setup(t.Context(), cfg, "auth", "v1", &bytes.Buffer{}); err == nil || !strings.Contains(err.Error(), "otlp.ca") {
			t.Errorf("%s: %v", file, err)
		}
	}
}
