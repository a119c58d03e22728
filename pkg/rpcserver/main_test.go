package rpcserver_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"

	"github.com/ventanilla/ventanilla/pkg/authn"
	"github.com/ventanilla/ventanilla/pkg/pki"
	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	"github.com/ventanilla/ventanilla/pkg/rpcserver"
	"github.com/ventanilla/ventanilla/pkg/telemetry"
	authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// tokens is the service under call. A test sets what it calls.
type tokens struct {
	authv1.UnimplementedTokenServiceServer
	introspect func(context.Context, *authv1.IntrospectRequest) (*authv1.IntrospectResponse, error)
	watch      func(*authv1.WatchRevocationsRequest, grpc.ServerStreamingServer[authv1.WatchRevocationsResponse]) error
}

func (s *tokens) Introspect(ctx context.Context, in *authv1.IntrospectRequest) (*authv1.IntrospectResponse, error) {
	if s.introspect == nil {
		return &authv1.IntrospectResponse{}, nil
	}
	return s.introspect(ctx, in)
}

func (s *tokens) WatchRevocations(in *authv1.WatchRevocationsRequest, stream grpc.ServerStreamingServer[authv1.WatchRevocationsResponse]) error {
	return s.watch(in, stream)
}

// verifier knows tokens by name.
type verifier map[string]*authn.Claims

func (v verifier) Verify(_ context.Context, token string) (*authn.Claims, error) {
	if token == "away" {
		return nil, rpcerr.New(errorsv1.Reason_REASON_UNAVAILABLE, "keys are away")
	}
	if c, ok := v[token]; ok {
		return c, nil
	}
	return nil, rpcerr.New(errorsv1.Reason_REASON_CREDENTIAL_INVALID, "not valid")
}

// log collects what a server logs from many goroutines.
type log struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *log) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *log) contains(text string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return strings.Contains(l.text.String(), text)
}

// platform is a CA and a server of the role auth.
type platform struct {
	ca     *pki.CA
	cfg    rpcserver.Config
	rule   rpcserver.Rule
	tokens *tokens
	log    *log
	server *rpcserver.Server
	stop   context.CancelFunc
	// ended yields what Serve returned.
	ended chan error
}

func newPlatform(t testing.TB) *platform {
	t.Helper()
	ca, err := pki.NewCA("test", time.Hour, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	return &platform{
		ca: ca, cfg: rpcserver.DefaultConfig(), tokens: &tokens{}, log: &log{},
		rule: rpcserver.Rule{Peers: []string{"gateway"}, Caller: rpcserver.NoCaller},
	}
}

func (p *platform) source(t testing.TB, role string) pki.Source {
	t.Helper()
	leaf, err := p.ca.IssueRole(role)
	if err != nil {
		t.Fatal(err)
	}
	return pki.Static(leaf, p.ca.Pool())
}

// rules gives every method of the token service the same rule.
func (p *platform) rules() map[string]rpcserver.Rule {
	rules := make(map[string]rpcserver.Rule)
	desc := authv1.TokenService_ServiceDesc
	for _, m := range desc.Methods {
		rules["/"+desc.ServiceName+"/"+m.MethodName] = p.rule
	}
	for _, m := range desc.Streams {
		rules["/"+desc.ServiceName+"/"+m.StreamName] = p.rule
	}
	return rules
}

func (p *platform) options(t testing.TB) rpcserver.Options {
	t.Helper()
	tel, err := telemetry.Setup(t.Context(), telemetry.DefaultConfig(), "auth", "test", p.log)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = tel.Shutdown(context.Background()) })
	return rpcserver.Options{
		TLS: pki.ServerTLS(p.source(t, "auth")), Rules: p.rules(), Telemetry: tel,
		Verifier: verifier{
			"client":   {ClientID: "c1"},
			"security": {Operator: "ana", Roles: []string{"viewer", "security"}},
			"viewer":   {Operator: "leo", Roles: []string{"viewer"}},
			"peer":     {Peer: "gateway"},
			"nobody":   {},
		},
	}
}

// start serves until the test ends, or stop.
func (p *platform) start(t testing.TB) *platform {
	t.Helper()
	server, err := rpcserver.New(p.cfg, p.options(t))
	if err != nil {
		t.Fatal(err)
	}
	authv1.RegisterTokenServiceServer(server, p.tokens)
	if err := server.Listen(t.Context()); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	p.server, p.stop, p.ended = server, cancel, make(chan error, 1)
	var running sync.WaitGroup
	running.Go(func() { p.ended <- server.Serve(ctx) })
	t.Cleanup(func() {
		cancel()
		running.Wait()
	})
	return p
}

// dial connects as role.
func (p *platform) dial(t testing.TB, role string) *grpc.ClientConn {
	t.Helper()
	return p.dialAddress(t, role, p.server.Addr().String())
}

func (p *platform) dialAddress(t testing.TB, role, address string) *grpc.ClientConn {
	t.Helper()
	creds := credentials.NewTLS(pki.ClientTLS(p.source(t, role), "auth"))
	conn, err := grpc.NewClient(address, grpc.WithTransportCredentials(creds))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return conn
}

func (p *platform) client(t testing.TB, role string) authv1.TokenServiceClient {
	t.Helper()
	return authv1.NewTokenServiceClient(p.dial(t, role))
}

var request = &authv1.IntrospectRequest{Token: "partner-secret"}

// streamed is what a watch call ends with.
func streamed(ctx context.Context, client authv1.TokenServiceClient, in *authv1.WatchRevocationsRequest) error {
	stream, err := client.WatchRevocations(ctx, in)
	if err != nil {
		return err
	}
	for {
		if _, err := stream.Recv(); err != nil {
			if errors.Is(err, io.EOF) {
				return nil
			}
			return err
		}
	}
}

func expect(t *testing.T, err error, want errorsv1.Reason) {
	t.Helper()
	if got := rpcerr.Reason(err); got != want {
		t.Errorf("%s, want %s (%v)", got, want, err)
	}
}
