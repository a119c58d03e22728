package rpcclient_test

import (
	"context"
	"errors"
	"io"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.uber.org/goleak"
	"google.golang.org/grpc"
	"google.golang.org/grpc/resolver"
	"google.golang.org/grpc/resolver/manual"

	"github.com/ventanilla/ventanilla/pkg/pki"
	"github.com/ventanilla/ventanilla/pkg/rpcclient"
	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	"github.com/ventanilla/ventanilla/pkg/rpcserver"
	"github.com/ventanilla/ventanilla/pkg/telemetry"
	authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var request = &authv1.IntrospectRequest{Token: "t"}

// tokens counts calls, fails the first ones, and keeps the last deadline.
type tokens struct {
	authv1.UnimplementedTokenServiceServer
	calls    atomic.Int32
	fail     atomic.Int32
	failWith errorsv1.Reason
	deadline atomic.Bool
}

func (s *tokens) called(ctx context.Context) error {
	s.calls.Add(1)
	_, ok := ctx.Deadline()
	s.deadline.Store(ok)
	if s.fail.Add(-1) >= 0 {
		return rpcerr.New(s.failWith, "as told")
	}
	return nil
}

func (s *tokens) Introspect(ctx context.Context, _ *authv1.IntrospectRequest) (*authv1.IntrospectResponse, error) {
	return &authv1.IntrospectResponse{}, s.called(ctx)
}

func (s *tokens) WatchRevocations(_ *authv1.WatchRevocationsRequest, stream grpc.ServerStreamingServer[authv1.WatchRevocationsResponse]) error {
	return s.called(stream.Context())
}

// platform is a CA and how its roles record.
type platform struct {
	ca        *pki.CA
	telemetry *telemetry.Telemetry
}

func newPlatform(t *testing.T, opts ...telemetry.Option) *platform {
	t.Helper()
	ca, err := pki.NewCA("test", time.Hour, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	tel, err := telemetry.Setup(t.Context(), telemetry.DefaultConfig(), "test", "test", io.Discard, opts...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = tel.Shutdown(context.Background()) })
	return &platform{ca, tel}
}

func (p *platform) source(t *testing.T, role string) pki.Source {
	t.Helper()
	leaf, err := p.ca.IssueRole(role)
	if err != nil {
		t.Fatal(err)
	}
	return pki.Static(leaf, p.ca.Pool())
}

// serve runs a server that shows the certificate of role, until the test ends.
func (p *platform) serve(t *testing.T, role string, service authv1.TokenServiceServer) *rpcserver.Server {
	t.Helper()
	rules := make(map[string]rpcserver.Rule)
	open := rpcserver.Rule{Peers: []string{"gateway"}, Caller: rpcserver.NoCaller}
	desc := authv1.TokenService_ServiceDesc
	for _, m := range desc.Methods {
		rules["/"+desc.ServiceName+"/"+m.MethodName] = open
	}
	for _, m := range desc.Streams {
		rules["/"+desc.ServiceName+"/"+m.StreamName] = open
	}
	server, err := rpcserver.New(rpcserver.DefaultConfig(), rpcserver.Options{
		TLS: pki.ServerTLS(p.source(t, role)), Rules: rules, Telemetry: p.telemetry,
	})
	if err != nil {
		t.Fatal(err)
	}
	authv1.RegisterTokenServiceServer(server, service)
	if err := server.Listen(t.Context()); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() {
		if err := server.Serve(ctx); err != nil {
			t.Error(err)
		}
	})
	t.Cleanup(func() {
		cancel()
		running.Wait()
	})
	return server
}

func (p *platform) options(t *testing.T, servers ...*rpcserver.Server) rpcclient.Options {
	t.Helper()
	var state resolver.State
	for _, s := range servers {
		endpoint := resolver.Endpoint{Addresses: []resolver.Address{{Addr: s.Addr().String()}}}
		state.Endpoints = append(state.Endpoints, endpoint)
	}
	found := manual.NewBuilderWithScheme("ventanilla")
	found.InitialState(state)
	return rpcclient.Options{
		Config: rpcclient.DefaultConfig(), TLS: pki.ClientTLS(p.source(t, "gateway"), "auth"),
		Resolvers: []resolver.Builder{found}, Telemetry: p.telemetry,
	}
}

func dial(t *testing.T, opts rpcclient.Options) authv1.TokenServiceClient {
	t.Helper()
	conn, err := rpcclient.Dial("auth", opts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return authv1.NewTokenServiceClient(conn)
}

func TestRetriesOnlyWhatIsIdempotent(t *testing.T) {
	const (
		unavailable = errorsv1.Reason_REASON_UNAVAILABLE
		internal    = errorsv1.Reason_REASON_INTERNAL
		success     = errorsv1.Reason_REASON_UNSPECIFIED
	)
	introspect := func(ctx context.Context, c authv1.TokenServiceClient) error {
		_, err := c.Introspect(ctx, request)
		return err
	}
	watch := func(ctx context.Context, c authv1.TokenServiceClient) error {
		stream, err := c.WatchRevocations(ctx, &authv1.WatchRevocationsRequest{})
		if err != nil {
			return err
		}
		if _, err = stream.Recv(); errors.Is(err, io.EOF) {
			return nil
		}
		return err
	}
	for name, c := range map[string]struct {
		call     func(context.Context, authv1.TokenServiceClient) error
		failures int32
		failWith errorsv1.Reason
		want     errorsv1.Reason
		calls    int32
	}{
		"idempotent":             {introspect, 2, unavailable, success, 3},
		"idempotent, to the end": {introspect, 9, unavailable, unavailable, 3},
		"idempotent, other code": {introspect, 1, internal, internal, 1},
		"not idempotent":         {watch, 1, unavailable, unavailable, 1},
	} {
		t.Run(name, func(t *testing.T) {
			p := newPlatform(t)
			service := &tokens{failWith: c.failWith}
			service.fail.Store(c.failures)
			client := dial(t, p.options(t, p.serve(t, "auth", service)))
			if got := rpcerr.Reason(c.call(t.Context(), client)); got != c.want {
				t.Errorf("%s, want %s", got, c.want)
			}
			if got := service.calls.Load(); got != c.calls {
				t.Errorf("%d calls, want %d", got, c.calls)
			}
		})
	}
}

func TestUnhealthyServerGetsNoCalls(t *testing.T) {
	p := newPlatform(t)
	services := []*tokens{{}, {}}
	servers := []*rpcserver.Server{p.serve(t, "auth", services[0]), p.serve(t, "auth", services[1])}
	client := dial(t, p.options(t, servers...))
	// counts tells where ten calls went.
	counts := func() [2]int32 {
		before := [2]int32{services[0].calls.Load(), services[1].calls.Load()}
		for range 10 {
			if _, err := client.Introspect(t.Context(), request); err != nil {
				t.Fatal(err)
			}
		}
		return [2]int32{services[0].calls.Load() - before[0], services[1].calls.Load() - before[1]}
	}
	eventually := func(want [2]int32) {
		t.Helper()
		for deadline := time.Now().Add(30 * time.Second); counts() != want; {
			if time.Now().After(deadline) {
				t.Fatalf("calls never went as %v", want)
			}
		}
	}
	eventually([2]int32{5, 5})
	servers[0].SetServing(false)
	eventually([2]int32{0, 10})
	if got := counts(); got != [2]int32{0, 10} {
		t.Errorf("calls went as %v", got)
	}
	servers[0].SetServing(true)
	eventually([2]int32{5, 5})
}

func TestDefaultDeadlineIsForUnaryCalls(t *testing.T) {
	p := newPlatform(t)
	service := &tokens{}
	opts := p.options(t, p.serve(t, "auth", service))
	client := dial(t, opts)
	stream, err := client.WatchRevocations(t.Context(), &authv1.WatchRevocationsRequest{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := stream.Recv(); err != io.EOF {
		t.Fatal(err)
	}
	if service.deadline.Load() {
		t.Error("the stream has a deadline")
	}

	opts.Config.Timeout = time.Nanosecond
	_, err = dial(t, opts).Introspect(t.Context(), request)
	if got := rpcerr.Reason(err); got != errorsv1.Reason_REASON_DEADLINE_EXCEEDED {
		t.Errorf("%s", got)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	if _, err := dial(t, opts).Introspect(ctx, request); err != nil {
		t.Errorf("the caller's own deadline does not count: %v", err)
	}
}

func TestOneTraceFromClientToServer(t *testing.T) {
	spans := tracetest.NewSpanRecorder()
	p := newPlatform(t, telemetry.WithSpanProcessor(spans))
	client := dial(t, p.options(t, p.serve(t, "auth", &tokens{})))
	ctx, span := p.telemetry.Tracer.Tracer("test").Start(t.Context(), "caller")
	if _, err := client.Introspect(ctx, request); err != nil {
		t.Fatal(err)
	}
	span.End()

	var ended []sdktrace.ReadOnlySpan
	for deadline := time.Now().Add(30 * time.Second); len(ended) < 3; ended = spans.Ended() {
		if time.Now().After(deadline) {
			t.Fatalf("%d spans", len(ended))
		}
		runtime.Gosched()
	}
	children := make(map[string]string, len(ended))
	for _, s := range ended {
		if s.SpanContext().TraceID() != span.SpanContext().TraceID() {
			t.Errorf("%s is of another trace", s.Name())
		}
		children[s.Parent().SpanID().String()] = s.SpanContext().SpanID().String()
	}
	clientSpan := children[span.SpanContext().SpanID().String()]
	if clientSpan == "" || children[clientSpan] == "" {
		t.Errorf("no chain from caller over client to server: %v", children)
	}
}

func TestServerOfAnotherRoleIsRefused(t *testing.T) {
	p := newPlatform(t)
	service := &tokens{}
	_, err := dial(t, p.options(t, p.serve(t, "benefits", service))).Introspect(t.Context(), request)
	if got := rpcerr.Reason(err); got != errorsv1.Reason_REASON_UNAVAILABLE {
		t.Errorf("%s", got)
	}
	if n := service.calls.Load(); n != 0 {
		t.Errorf("%d calls", n)
	}
}

func TestDialRefuses(t *testing.T) {
	p := newPlatform(t)
	for name, change := range map[string]func(*rpcclient.Options) (role string){
		"no TLS":       func(o *rpcclient.Options) string { o.TLS = nil; return "auth" },
		"no resolver":  func(o *rpcclient.Options) string { o.Resolvers = nil; return "auth" },
		"no telemetry": func(o *rpcclient.Options) string { o.Telemetry = nil; return "auth" },
		"no timeout":   func(o *rpcclient.Options) string { o.Config.Timeout = 0; return "auth" },
		"no limit":     func(o *rpcclient.Options) string { o.Config.MaxMessageBytes = 0; return "auth" },
		"unknown role": func(*rpcclient.Options) string { return "nobody" },
	} {
		opts := p.options(t)
		role := change(&opts)
		if conn, err := rpcclient.Dial(role, opts); err == nil || !strings.Contains(err.Error(), role) {
			t.Errorf("%s: %v %v", name, conn, err)
		}
	}
}
