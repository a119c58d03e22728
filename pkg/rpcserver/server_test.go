package rpcserver_test

import (
	"context"
	"crypto/tls"
	"slices"
	"strings"
	"testing"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials"
	healthpb "google.golang.org/grpc/health/grpc_health_v1"
	reflectionpb "google.golang.org/grpc/reflection/grpc_reflection_v1"
	"google.golang.org/grpc/status"

	"github.com/ventanilla/ventanilla/pkg/pki"
	"github.com/ventanilla/ventanilla/pkg/rpcserver"
	authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"
)

func TestChainOrder(t *testing.T) {
	p := newPlatform(t).start(t)
	want := []string{"telemetry", "recovery", "errors", "deadline", "peer", "identity", "roles", "validation"}
	if got := p.server.Chain(); !slices.Equal(got, want) {
		t.Errorf("the chain is %v, want %v", got, want)
	}
}

func TestDefaultDeny(t *testing.T) {
	t.Run("method without rule", func(t *testing.T) {
		p := newPlatform(t)
		opts := p.options(t)
		delete(opts.Rules, authv1.TokenService_Revoke_FullMethodName)
		server, err := rpcserver.New(p.cfg, opts)
		if err != nil {
			t.Fatal(err)
		}
		authv1.RegisterTokenServiceServer(server, p.tokens)
		if err := server.Listen(t.Context()); err == nil || !strings.Contains(err.Error(), "Revoke") {
			t.Errorf("%v", err)
		}
		if err := server.Close(); err != nil {
			t.Error(err)
		}
	})
	t.Run("rule without method", func(t *testing.T) {
		p := newPlatform(t)
		server, err := rpcserver.New(p.cfg, p.options(t))
		if err != nil {
			t.Fatal(err)
		}
		if err := server.Listen(t.Context()); err == nil {
			t.Error("listens")
		}
	})
	t.Run("rule for a method that no contract has", func(t *testing.T) {
		p := newPlatform(t)
		opts := p.options(t)
		opts.Rules["/ventanilla.auth.v1.TokenService/Steal"] = p.rule
		if _, err := rpcserver.New(p.cfg, opts); err == nil {
			t.Error("made a server")
		}
	})
	t.Run("caller without verifier", func(t *testing.T) {
		p := newPlatform(t)
		p.rule.Caller = rpcserver.ClientCaller
		opts := p.options(t)
		opts.Verifier = nil
		if _, err := rpcserver.New(p.cfg, opts); err == nil {
			t.Error("made a server")
		}
	})
	for name, config := range map[string]*tls.Config{
		"no TLS":                 nil,
		"no client certificates": {MinVersion: tls.VersionTLS13},
		"unverified":             {MinVersion: tls.VersionTLS13, ClientAuth: tls.RequireAnyClientCert},
		"TLS 1.2":                {MinVersion: tls.VersionTLS12, ClientAuth: tls.RequireAndVerifyClientCert},
	} {
		t.Run(name, func(t *testing.T) {
			p := newPlatform(t)
			opts := p.options(t)
			opts.TLS = config
			if _, err := rpcserver.New(p.cfg, opts); err == nil {
				t.Error("made a server")
			}
		})
	}
}

func TestHealthIsForEveryPeerOfThePlatform(t *testing.T) {
	p := newPlatform(t).start(t)
	watch, err := healthpb.NewHealthClient(p.dial(t, "benefits")).Watch(t.Context(), &healthpb.HealthCheckRequest{})
	if err != nil {
		t.Fatal(err)
	}
	for _, serving := range []bool{true, false, true} {
		p.server.SetServing(serving)
		want := healthpb.HealthCheckResponse_NOT_SERVING
		if serving {
			want = healthpb.HealthCheckResponse_SERVING
		}
		if got, err := watch.Recv(); err != nil || got.GetStatus() != want {
			t.Fatalf("%v %v, want %v", got, err, want)
		}
	}

	stranger := newPlatform(t)
	for name, config := range map[string]*tls.Config{
		"no certificate":      {RootCAs: p.ca.Pool(), ServerName: pki.RoleDNS("auth"), MinVersion: tls.VersionTLS13},
		"another CA's":        strangersTLS(stranger.source(t, "gateway"), p.ca),
		"no role in the name": strangersTLS(namelessSource(t, p.ca), p.ca),
	} {
		t.Run(name, func(t *testing.T) {
			conn, err := grpc.NewClient(p.server.Addr().String(), grpc.WithTransportCredentials(credentials.NewTLS(config)))
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close()
			if _, err := healthpb.NewHealthClient(conn).Check(t.Context(), &healthpb.HealthCheckRequest{}); err == nil {
				t.Error("answered")
			}
		})
	}
}

// strangersTLS shows the source's certificate to servers of ca.
func strangersTLS(source pki.Source, ca *pki.CA) *tls.Config {
	return &tls.Config{
		MinVersion: tls.VersionTLS13, RootCAs: ca.Pool(), ServerName: pki.RoleDNS("auth"),
		GetClientCertificate: func(*tls.CertificateRequestInfo) (*tls.Certificate, error) { return source.Certificate() },
	}
}

// namelessSource has a certificate of ca that is no role's.
func namelessSource(t *testing.T, ca *pki.CA) pki.Source {
	t.Helper()
	leaf, err := ca.IssueServer("localhost")
	if err != nil {
		t.Fatal(err)
	}
	return pki.Static(leaf, ca.Pool())
}

func TestReflectionOnlyWhenConfigured(t *testing.T) {
	for configured, want := range map[bool]codes.Code{true: codes.OK, false: codes.Unimplemented} {
		p := newPlatform(t)
		p.cfg.Reflection = configured
		conn := p.start(t).dial(t, "gateway")
		stream, err := reflectionpb.NewServerReflectionClient(conn).ServerReflectionInfo(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		list := &reflectionpb.ServerReflectionRequest{MessageRequest: &reflectionpb.ServerReflectionRequest_ListServices{}}
		if err := stream.Send(list); err != nil {
			t.Fatal(err)
		}
		if _, err := stream.Recv(); status.Code(err) != want {
			t.Errorf("configured %v: %v", configured, err)
		}
	}
}

func TestDrain(t *testing.T) {
	p := newPlatform(t)
	entered, release := make(chan struct{}, 2), make(chan struct{})
	p.tokens.introspect = func(context.Context, *authv1.IntrospectRequest) (*authv1.IntrospectResponse, error) {
		entered <- struct{}{}
		<-release
		return &authv1.IntrospectResponse{Active: true}, nil
	}
	p.tokens.watch = func(_ *authv1.WatchRevocationsRequest, stream grpc.ServerStreamingServer[authv1.WatchRevocationsResponse]) error {
		entered <- struct{}{}
		<-stream.Context().Done()
		return stream.Context().Err()
	}
	client := p.start(t).client(t, "gateway")
	unary, stream := make(chan error, 1), make(chan error, 1)
	go func() {
		resp, err := client.Introspect(t.Context(), request)
		if err == nil && !resp.GetActive() {
			t.Error("the answer is lost")
		}
		unary <- err
	}()
	go func() { stream <- streamed(t.Context(), client, &authv1.WatchRevocationsRequest{}) }()
	<-entered
	<-entered
	p.stop()
	expect(t, <-stream, unavailable)
	close(release)
	expect(t, <-unary, admitted)
	if err := <-p.ended; err != nil {
		t.Error(err)
	}
}

func TestDrainIsBounded(t *testing.T) {
	p := newPlatform(t)
	p.cfg.DrainTime = time.Millisecond
	entered := make(chan struct{})
	p.tokens.introspect = func(ctx context.Context, _ *authv1.IntrospectRequest) (*authv1.IntrospectResponse, error) {
		close(entered)
		<-ctx.Done()
		return nil, ctx.Err()
	}
	client := p.start(t).client(t, "gateway")
	unary := make(chan error, 1)
	go func() {
		_, err := client.Introspect(t.Context(), request)
		unary <- err
	}()
	<-entered
	p.stop()
	if err := <-p.ended; err != nil {
		t.Error(err)
	}
	if err := <-unary; err == nil {
		t.Error("a call outlived the drain")
	}
}

func TestConfigNamesTheKey(t *testing.T) {
	if err := rpcserver.DefaultConfig().Validate(); err != nil {
		t.Error(err)
	}
	for key, change := range map[string]func(*rpcserver.Config){
		"listen":            func(c *rpcserver.Config) { c.Listen = "nowhere" },
		"advertise is":      func(c *rpcserver.Config) { c.Listen = "0.0.0.0:1" },
		"advertise must":    func(c *rpcserver.Config) { c.Advertise = "nowhere" },
		"max_message_bytes": func(c *rpcserver.Config) { c.MaxMessageBytes = 0 },
		"max_streams":       func(c *rpcserver.Config) { c.MaxStreams = 0 },
		"default_timeout":   func(c *rpcserver.Config) { c.DefaultTimeout = 0 },
		"drain_time":        func(c *rpcserver.Config) { c.DrainTime = 0 },
	} {
		cfg := rpcserver.DefaultConfig()
		change(&cfg)
		if err := cfg.Validate(); err == nil || !strings.HasPrefix(err.Error(), key) {
			t.Errorf("%s: %v", key, err)
		}
	}
}

func TestAdvertised(t *testing.T) {
	p := newPlatform(t).start(t)
	if got, want := p.server.Advertised(), p.server.Addr().String(); got != want {
		t.Errorf("%s, want %s", got, want)
	}
	// Whoever does not know of which kind an address is, puts it into brackets.
	for setting, host := range map[string]string{
		"auth.example:0": "auth.example", "[192.0.2.1]:0": "192.0.2.1", "[2001:db8::1]:0": "[2001:db8::1]",
	} {
		p = newPlatform(t)
		p.cfg.Advertise = setting
		p.start(t)
		_, port, _ := strings.Cut(p.server.Addr().String(), ":")
		if got, want := p.server.Advertised(), host+":"+port; got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}

// Whether gRPC had begun to serve when the end came is a matter of luck, so it is tried a few times.
func TestEndBeforeTheBeginning(t *testing.T) {
	for range 20 {
		p := newPlatform(t).start(t)
		p.stop()
		if err := <-p.ended; err != nil {
			t.Fatal(err)
		}
	}
}
