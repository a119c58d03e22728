package e2e

import (
	"context"
	"encoding/hex"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	collectortrace "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	tracev1 "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/grpc"
)

// collector takes spans as an OpenTelemetry collector does.
type collector struct {
	collectortrace.UnimplementedTraceServiceServer
	mu    sync.Mutex
	spans []*tracev1.Span
}

func (c *collector) Export(_ context.Context, r *collectortrace.ExportTraceServiceRequest) (*collectortrace.ExportTraceServiceResponse, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, resource := range r.GetResourceSpans() {
		for _, scope := range resource.GetScopeSpans() {
			c.spans = append(c.spans, scope.GetSpans()...)
		}
	}
	return &collectortrace.ExportTraceServiceResponse{}, nil
}

// trace returns the spans of the trace that a span of this name is part of.
func (c *collector) trace(name string) []*tracev1.Span {
	c.mu.Lock()
	defer c.mu.Unlock()
	i := slices.IndexFunc(c.spans, func(s *tracev1.Span) bool { return s.GetName() == name })
	if i < 0 {
		return nil
	}
	id := string(c.spans[i].GetTraceId())
	return slices.DeleteFunc(slices.Clone(c.spans), func(s *tracev1.Span) bool { return string(s.GetTraceId()) != id })
}

func collect(t *testing.T) (*collector, string) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	c := &collector{}
	server := grpc.NewServer(grpc.WaitForHandlers(true))
	collectortrace.RegisterTraceServiceServer(server, c)
	served := make(chan error, 1)
	go func() { served <- server.Serve(listener) }()
	t.Cleanup(func() {
		server.Stop()
		if err := <-served; err != nil {
			t.Error(err)
		}
	})
	return c, listener.Addr().String()
}

// TestOneTraceFromEdgeToSQL follows a revocation, which is stored before it is answered. The partner's own trace is
// linked, and what it carries as baggage is dropped.
func TestOneTraceFromEdgeToSQL(t *testing.T) {
	const theirs = "0af7651916cd43dd8448eb211c80319c"
	c, address := collect(t)
	p := up(t, t.TempDir(), "--set", "telemetry.otlp.endpoint="+address, "--set", "telemetry.otlp.insecure=true")
	token := p.issue(t, p.partner)
	revocation := revoking(token, p.partner)
	revocation.header = http.Header{
		"Traceparent": {"00-" + theirs + "-b7ad6b7169203331-01"},
		"Baggage":     {"who=somebody"},
	}
	if a := p.send(t, revocation); a.status != http.StatusOK {
		t.Fatalf("status %d: %s", a.status, a.body)
	}
	if code := p.process.terminate(t); code != 0 {
		t.Fatalf("exit code %d", code)
	}

	spans := c.trace("POST " + revokePath)
	var names []string
	for _, span := range spans {
		names = append(names, span.GetName())
		if text := span.String(); strings.Contains(text, token) || strings.Contains(text, p.partner.secret) || strings.Contains(text, "somebody") {
			t.Errorf("the span %s tells a secret", span.GetName())
		}
	}
	for _, part := range []string{"POST " + revokePath, "ventanilla.auth.v1.TokenService/Revoke", "sql."} {
		if !slices.ContainsFunc(names, func(name string) bool { return strings.HasPrefix(name, part) }) {
			t.Errorf("no span %s in the trace: %v", part, names)
		}
	}
	root := spans[slices.IndexFunc(spans, func(s *tracev1.Span) bool { return len(s.GetParentSpanId()) == 0 })]
	if hex.EncodeToString(root.GetTraceId()) == theirs {
		t.Error("the partner's trace was continued")
	}
	if links := root.GetLinks(); len(links) != 1 || hex.EncodeToString(links[0].GetTraceId()) != theirs {
		t.Errorf("the partner's trace is not linked: %v", links)
	}
}
