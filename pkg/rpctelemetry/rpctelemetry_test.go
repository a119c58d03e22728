package rpctelemetry_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/http/httptest"
	"strings"
	"testing"

	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.opentelemetry.io/otel/trace"
	"go.uber.org/goleak"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/health"
	healthpb "google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/status"

	"github.com/ventanilla/ventanilla/pkg/rpctelemetry"
	"github.com/ventanilla/ventanilla/pkg/telemetry"
	authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// auth notes the traces that calls arrive with.
type auth struct {
	authv1.UnimplementedTokenServiceServer
	seen chan trace.SpanContext
}

func (a auth) Introspect(ctx context.Context, r *authv1.IntrospectRequest) (*authv1.IntrospectResponse, error) {
	a.seen <- trace.SpanContextFromContext(ctx)
	if r.GetToken() == "" {
		return nil, status.Error(codes.Unavailable, "away")
	}
	return &authv1.IntrospectResponse{Active: true}, nil
}

func (a auth) WatchRevocations(_ *authv1.WatchRevocationsRequest, out grpc.ServerStreamingServer[authv1.WatchRevocationsResponse]) error {
	a.seen <- trace.SpanContextFromContext(out.Context())
	return out.Send(&authv1.WatchRevocationsResponse{})
}

type world struct {
	conn      *grpc.ClientConn
	spans     *tracetest.SpanRecorder
	telemetry *telemetry.Telemetry
	seen      chan trace.SpanContext
}

func start(t *testing.T) world {
	t.Helper()
	w := world{spans: tracetest.NewSpanRecorder(), seen: make(chan trace.SpanContext, 1)}
	var err error
	w.telemetry, err = telemetry.Setup(t.Context(), telemetry.DefaultConfig(), "test", "v1", &bytes.Buffer{}, telemetry.WithSpanProcessor(w.spans))
	check(t, err)
	unary, stream, err := rpctelemetry.Server(w.telemetry)
	check(t, err)
	server := grpc.NewServer(grpc.UnaryInterceptor(unary), grpc.StreamInterceptor(stream), grpc.WaitForHandlers(true))
	authv1.RegisterTokenServiceServer(server, auth{seen: w.seen})
	healthpb.RegisterHealthServer(server, health.NewServer())
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	check(t, err)
	served := make(chan error, 1)
	go func() { served <- server.Serve(listener) }()

	callUnary, callStream, err := rpctelemetry.Client(w.telemetry)
	check(t, err)
	w.conn, err = grpc.NewClient(listener.Addr().String(), grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithUnaryInterceptor(callUnary), grpc.WithStreamInterceptor(callStream))
	check(t, err)
	t.Cleanup(func() {
		check(t, w.conn.Close())
		server.Stop()
		check(t, <-served)
		check(t, w.telemetry.Shutdown(context.Background()))
	})
	return w
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// spanOf finds an ended span by kind.
func (w world) spanOf(t *testing.T, kind trace.SpanKind) sdktrace.ReadOnlySpan {
	t.Helper()
	for _, span := range w.spans.Ended() {
		if span.SpanKind() == kind {
			return span
		}
	}
	t.Fatalf("no %v span", kind)
	return nil
}

func TestATraceGoesOnInTheCallee(t *testing.T) {
	w := start(t)
	ctx, root := w.telemetry.Tracer.Tracer("test").Start(t.Context(), "root")
	_, err := authv1.NewTokenServiceClient(w.conn).Introspect(ctx, &authv1.IntrospectRequest{Token: "t"})
	check(t, err)
	root.End()
	client, server := w.spanOf(t, trace.SpanKindClient), w.spanOf(t, trace.SpanKindServer)
	if client.Parent().SpanID() != root.SpanContext().SpanID() || server.Parent().SpanID() != client.SpanContext().SpanID() {
		t.Errorf("the spans are no chain: %v, %v, %v", root.SpanContext(), client.Parent(), server.Parent())
	}
	if seen := <-w.seen; seen.TraceID() != root.SpanContext().TraceID() {
		t.Error("the handler is in another trace")
	}
	if client.Name() != "ventanilla.auth.v1.TokenService/Introspect" {
		t.Errorf("span name %q", client.Name())
	}
}

func TestStreamsAreMeasuredToTheirEnd(t *testing.T) {
	w := start(t)
	ctx, root := w.telemetry.Tracer.Tracer("test").Start(t.Context(), "root")
	stream, err := authv1.NewTokenServiceClient(w.conn).WatchRevocations(ctx, &authv1.WatchRevocationsRequest{})
	check(t, err)
	_, err = stream.Recv()
	check(t, err)
	if _, err := stream.Recv(); !errors.Is(err, io.EOF) {
		t.Fatal(err)
	}
	if seen := <-w.seen; seen.TraceID() != root.SpanContext().TraceID() {
		t.Error("the handler is in another trace")
	}
	if got := w.spanOf(t, trace.SpanKindClient); got.Parent().SpanID() != root.SpanContext().SpanID() {
		t.Error("the stream's span has another parent")
	}
}

func TestMetricsSayMethodAndStatus(t *testing.T) {
	w := start(t)
	client := authv1.NewTokenServiceClient(w.conn)
	_, err := client.Introspect(t.Context(), &authv1.IntrospectRequest{Token: "t"})
	check(t, err)
	<-w.seen
	_, _ = client.Introspect(t.Context(), &authv1.IntrospectRequest{})
	<-w.seen
	_, err = healthpb.NewHealthClient(w.conn).Check(t.Context(), &healthpb.HealthCheckRequest{})
	check(t, err)

	answer := httptest.NewRecorder()
	w.telemetry.Metrics.ServeHTTP(answer, httptest.NewRequest("GET", "/metrics", nil))
	text := answer.Body.String()
	for _, side := range []string{"rpc_client_call_duration_seconds_count", "rpc_server_call_duration_seconds_count"} {
		for _, code := range []string{"OK", "Unavailable"} {
			found := false
			for line := range strings.Lines(text) {
				found = found || strings.HasPrefix(line, side) && strings.HasSuffix(line, " 1\n") &&
					strings.Contains(line, `rpc_method="ventanilla.auth.v1.TokenService/Introspect"`) &&
					strings.Contains(line, `rpc_response_status_code="`+code+`"`)
			}
			if !found {
				t.Errorf("no %s of one call with %s", side, code)
			}
		}
	}
	if strings.Contains(text, "Health") {
		t.Error("health checks are measured")
	}
}
