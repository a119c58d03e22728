package edge_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"go.opentelemetry.io/otel/attribute"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.opentelemetry.io/otel/trace"

	"github.com/ventanilla/ventanilla/gateway/edge"
	"github.com/ventanilla/ventanilla/gateway/edgetest"
	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
)

func TestQuota(t *testing.T) {
	var now atomic.Pointer[time.Time]
	begin := time.Unix(1e9, 0)
	now.Store(&begin)
	own := family("f", echo, []string{"/f"}, route("GET", "/f"))
	own.RateHeaders = func(h http.Header, limit, remaining int) {
		h["X-Own"] = []string{strings.Repeat("x", limit) + strings.Repeat("y", remaining)}
	}
	c := start(t, func(cfg *edge.Config, opts *edge.Options) {
		cfg.Rate.PerSecond, cfg.Rate.Burst = 0.5, 2
		cfg.TrustedProxies = []string{"127.0.0.0/8"}
		opts.Clock = func() time.Time { return *now.Load() }
	}, own, family("g", echo, []string{""}, route("GET", "/g")))
	check := func(path, from string, status int, limit, retry, mine string) {
		t.Helper()
		answer, _ := c.do(t, "GET", path, "", "X-Forwarded-For", from)
		h := answer.Header
		if answer.StatusCode != status || h.Get("RateLimit") != limit || h.Get("RateLimit-Policy") != `"default";q=2;w=4` ||
			h.Get("Retry-After") != retry || h.Get("X-Own") != mine {
			t.Errorf("%s from %s: got %d %v", path, from, answer.StatusCode, h)
		}
	}
	check("/f", "192.0.2.1", 200, `"default";r=1;t=2`, "", "xxy")
	check("/f", "192.0.2.1", 200, `"default";r=0;t=4`, "", "xx")
	check("/f", "192.0.2.1", 499, `"default";r=0;t=4`, "2", "xx")
	check("/f/none", "192.0.2.1", 499, `"default";r=0;t=4`, "", "xx") // 404 comes before 429
	check("/f", "192.0.2.2", 200, `"default";r=1;t=2`, "", "xxy")     // another client
	check("/g", "192.0.2.1", 200, `"default";r=1;t=2`, "", "")        // another family
	later := begin.Add(2 * time.Second)
	now.Store(&later)
	check("/f", "192.0.2.1", 200, `"default";r=0;t=4`, "", "xx")
	check("/f", "2001:db8::1", 200, `"default";r=1;t=2`, "", "xxy")
	check("/f", "2001:db8::2", 200, `"default";r=0;t=4`, "", "xx")                        // of the same network
	check("/f", "2001:db8::2, 192.0.2.9, 127.0.0.9", 200, `"default";r=1;t=2`, "", "xxy") // the nearest that is not ours
	check("/f", "192.0.2.77, nonsense, 127.0.0.9", 200, `"default";r=1;t=2`, "", "xxy")   // no further than is known
	check("/f", "198.51.100.1, nonsense, 127.0.0.9", 200, `"default";r=0;t=4`, "", "xx")  // and that is the proxy
}

func TestForwardedForOfStrangersIsIgnored(t *testing.T) {
	c := start(t, func(cfg *edge.Config, _ *edge.Options) { cfg.Rate.Burst = 1 }, family("f", echo, []string{""}, route("GET", "/")))
	for i, want := range []int{200, 499} {
		if answer, _ := c.do(t, "GET", "/", "", "X-Forwarded-For", string(rune('1'+i))+".1.1.1"); answer.StatusCode != want {
			t.Errorf("got %d, want %d", answer.StatusCode, want)
		}
	}
}

func TestConcurrencyIsBounded(t *testing.T) {
	entered, leave := make(chan struct{}), make(chan struct{})
	c := start(t, func(cfg *edge.Config, _ *edge.Options) { cfg.Limits.Concurrent = 1 },
		family("f", func(http.ResponseWriter, *http.Request) { entered <- struct{}{}; <-leave }, []string{""}, route("GET", "/")))
	first := make(chan int, 1)
	go func() {
		answer, _ := c.do(t, "GET", "/", "")
		first <- answer.StatusCode
	}()
	<-entered
	answer, body := c.do(t, "GET", "/", "")
	if body != "f REASON_UNAVAILABLE" || answer.Header.Get("Retry-After") != "1" {
		t.Errorf("got %s, %v", body, answer.Header)
	}
	close(leave)
	if status := <-first; status != http.StatusOK {
		t.Errorf("the first got %d", status)
	}
}

func TestRequestsInFlightEnd(t *testing.T) {
	opts, roots := edgetest.Options(t)
	entered, leave := make(chan struct{}), make(chan struct{})
	server, err := edge.New(edgetest.Config(), opts, family("f", func(w http.ResponseWriter, _ *http.Request) {
		close(entered)
		<-leave
		_, _ = io.WriteString(w, "done")
	}, []string{""}, route("GET", "/")))
	if err != nil {
		t.Fatal(err)
	}
	if err := server.Listen(t.Context()); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- server.Run(ctx) }()
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}}
	defer transport.CloseIdleConnections()
	c := client{&http.Client{Transport: transport}, "https://" + server.Addr().String()}
	got := make(chan string, 1)
	go func() {
		_, body := c.do(t, "GET", "/", "")
		got <- body
	}()
	<-entered
	stop()
	for { // until no more connections are taken
		conn, err := tls.Dial("tcp", server.Addr().String(), &tls.Config{RootCAs: roots, ServerName: "127.0.0.1"})
		if err != nil {
			break
		}
		_ = conn.Close()
	}
	close(leave)
	if body := <-got; body != "done" {
		t.Errorf("got %q", body)
	}
	if err := <-ended; err != nil {
		t.Errorf("ended with %v", err)
	}
}

func TestOldTLSIsRefusedAndTLS12Served(t *testing.T) {
	opts, roots := edgetest.Options(t)
	e := edgetest.Start(t, edgetest.Config(), opts, roots, edgetest.Fallback())
	for version, served := range map[uint16]bool{tls.VersionTLS11: false, tls.VersionTLS12: true, tls.VersionTLS13: true} {
		conn, err := tls.Dial("tcp", e.Addr().String(),
			&tls.Config{RootCAs: roots, ServerName: "127.0.0.1", MinVersion: tls.VersionTLS10, MaxVersion: version})
		if err == nil {
			_ = conn.Close()
		}
		if (err == nil) != served {
			t.Errorf("%s: got %v", tls.VersionName(version), err)
		}
	}
}

func TestAnAddressInUseIsAnError(t *testing.T) {
	opts, roots := edgetest.Options(t)
	running := edgetest.Start(t, edgetest.Config(), opts, roots, edgetest.Fallback())
	cfg := edgetest.Config()
	cfg.HTTPListen = running.Addr().String()
	server, err := edge.New(cfg, opts, edgetest.Fallback())
	if err != nil {
		t.Fatal(err)
	}
	if err := server.Run(t.Context()); err == nil || server.Addr() != nil {
		t.Errorf("got %v, %v", err, server.Addr())
	}
}

func TestFailuresAreLoggedAndNotTold(t *testing.T) {
	var log bytes.Buffer
	secret := rpcerr.Wrap(errorsv1.Reason_REASON_INTERNAL, io.ErrUnexpectedEOF, "the database is gone")
	c := start(t, func(_ *edge.Config, opts *edge.Options) { opts.Logger = slog.New(slog.NewJSONHandler(&log, nil)) },
		edge.Family{
			Name: "f", Prefixes: []string{""}, Routes: []edge.Route{route("GET", "/fail"), route("GET", "/panic")},
			Handler: http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
				if r.URL.Path == "/panic" {
					panic("at the disco")
				}
				edge.Fail(r, secret)
			}),
			WriteError: func(w http.ResponseWriter, _ *http.Request, _ error) { w.WriteHeader(http.StatusInternalServerError) },
		})
	for path, cause := range map[string]string{"/fail": "unexpected EOF", "/panic": "at the disco"} {
		log.Reset()
		answer, body := c.do(t, "GET", path, "", "Authorization", "Bearer hidden")
		if answer.StatusCode != http.StatusInternalServerError || body != "" {
			t.Errorf("%s: got %d %s", path, answer.StatusCode, body)
		}
		text := log.String()
		if !strings.Contains(text, cause) || !strings.Contains(text, edgetest.RequestID) || strings.Contains(text, "hidden") {
			t.Errorf("%s: logged %s", path, text)
		}
	}
}

func TestTelemetry(t *testing.T) {
	spans := tracetest.NewInMemoryExporter()
	tracers := sdktrace.NewTracerProvider(sdktrace.WithSyncer(spans))
	reader := sdkmetric.NewManualReader()
	var inside trace.SpanContext
	c := start(t, func(_ *edge.Config, opts *edge.Options) {
		opts.Tracer, opts.Meter = tracers, sdkmetric.NewMeterProvider(sdkmetric.WithReader(reader))
	}, family("f", func(_ http.ResponseWriter, r *http.Request) { inside = trace.SpanContextFromContext(r.Context()) },
		[]string{""}, route("GET", "/x/{id}")))
	theirs := "0af7651916cd43dd8448eb211c80319c"
	c.do(t, "GET", "/x/secret", "", "Traceparent", "00-"+theirs+"-b7ad6b7169203331-01", "Baggage", "a=b")
	if err := tracers.ForceFlush(t.Context()); err != nil {
		t.Fatal(err)
	}
	got := spans.GetSpans()
	if len(got) != 1 {
		t.Fatalf("%d spans", len(got))
	}
	span := got[0]
	if span.Name != "GET /x/{id}" || span.Parent.IsValid() || span.SpanContext.TraceID() != inside.TraceID() ||
		len(span.Links) != 1 || span.Links[0].SpanContext.TraceID().String() != theirs {
		t.Errorf("got %+v", span)
	}
	var metrics metricdata.ResourceMetrics
	if err := reader.Collect(t.Context(), &metrics); err != nil {
		t.Fatal(err)
	}
	points := metrics.ScopeMetrics[0].Metrics[0].Data.(metricdata.Histogram[float64]).DataPoints
	want := attribute.NewSet(attribute.String("http.request.method", "GET"), attribute.String("http.route", "/x/{id}"),
		attribute.Int("http.response.status_code", 200), attribute.String("ventanilla.family", "f"))
	if len(points) != 1 || points[0].Count != 1 || !points[0].Attributes.Equals(&want) {
		t.Errorf("got %+v", points)
	}
}
