package rpcserver

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net"
	"time"

	"buf.build/go/protovalidate"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/health"
	healthpb "google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/keepalive"
	"google.golang.org/grpc/reflection"

	"github.com/ventanilla/ventanilla/pkg/authn"
	"github.com/ventanilla/ventanilla/pkg/telemetry"
)

const (
	// connectTimeout bounds TLS and HTTP/2 handshakes.
	connectTimeout = 5 * time.Second
	// maxHeaderBytes bounds a call's metadata; the internal token is most of it.
	maxHeaderBytes = 32 << 10
)

// Verifier tells who is behind an internal token; *authn.Verifier is one.
type Verifier interface {
	Verify(ctx context.Context, token string) (*authn.Claims, error)
}

// Options is what a server works with.
type Options struct {
	// TLS must demand and verify client certificates over TLS 1.3; pki.ServerTLS does.
	TLS *tls.Config
	// Rules has one for each method that will be registered, by full name ("/package.Service/Method").
	Rules map[string]Rule
	// Verifier may be nil when no rule needs a caller.
	Verifier  Verifier
	Telemetry *telemetry.Telemetry
}

// Server is a gRPC server: register services, Listen, Serve.
type Server struct {
	cfg       Config
	opts      Options
	log       *slog.Logger
	rules     map[string]Rule
	validator protovalidate.Validator
	links     []link
	grpc      *grpc.Server
	health    *health.Server
	listener  net.Listener
	draining  context.Context
	drain     context.CancelFunc
}

// New makes a server. It refuses what would leave it open: TLS without client certificates, incomplete rules.
func New(cfg Config, opts Options) (*Server, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	if opts.Telemetry == nil {
		return nil, errors.New("gRPC server: telemetry is needed")
	}
	if opts.TLS == nil || opts.TLS.ClientAuth != tls.RequireAndVerifyClientCert || opts.TLS.MinVersion < tls.VersionTLS13 {
		return nil, errors.New("gRPC server: TLS 1.3 with verified client certificates is needed")
	}
	s := &Server{cfg: cfg, opts: opts, log: opts.Telemetry.Logger, rules: ownRules(cfg.Reflection), health: health.NewServer()}
	maps.Copy(s.rules, opts.Rules)
	for method, rule := range s.rules {
		if err := rule.validate(); err != nil {
			return nil, fmt.Errorf("gRPC server: the rule for %s: %w", method, err)
		}
		if rule.Caller != NoCaller && opts.Verifier == nil {
			return nil, fmt.Errorf("gRPC server: %s needs a caller, but no verifier is given", method)
		}
	}
	var err error
	if s.validator, err = newValidator(s.rules); err != nil {
		return nil, fmt.Errorf("gRPC server: %w", err)
	}
	if s.links, err = s.chain(); err != nil {
		return nil, fmt.Errorf("gRPC server: %w", err)
	}
	s.draining, s.drain = context.WithCancel(context.Background())
	s.grpc = grpc.NewServer(append(s.transportOptions(), s.chainOptions()...)...)
	healthpb.RegisterHealthServer(s.grpc, s.health)
	if cfg.Reflection {
		reflection.RegisterV1(s.grpc)
	}
	return s, nil
}

func (s *Server) transportOptions() []grpc.ServerOption {
	return []grpc.ServerOption{
		grpc.Creds(credentials.NewTLS(s.opts.TLS)),
		grpc.ConnectionTimeout(connectTimeout),
		grpc.MaxConcurrentStreams(s.cfg.MaxStreams),
		grpc.MaxRecvMsgSize(s.cfg.MaxMessageBytes),
		grpc.MaxSendMsgSize(answerFactor * s.cfg.MaxMessageBytes),
		grpc.MaxHeaderListSize(maxHeaderBytes),
		grpc.KeepaliveEnforcementPolicy(keepalive.EnforcementPolicy{MinTime: 5 * time.Second, PermitWithoutStream: true}),
		grpc.KeepaliveParams(keepalive.ServerParameters{Time: 15 * time.Second, Timeout: 5 * time.Second}),
		// Serve returns after the handlers have.
		grpc.WaitForHandlers(true),
	}
}

// RegisterService implements grpc.ServiceRegistrar. It is for before Listen.
func (s *Server) RegisterService(desc *grpc.ServiceDesc, impl any) {
	s.grpc.RegisterService(desc, impl)
}

// SetServing tells clients, through the health service, whether to send calls here. It starts as true.
func (s *Server) SetServing(serving bool) {
	status := healthpb.HealthCheckResponse_NOT_SERVING
	if serving {
		status = healthpb.HealthCheckResponse_SERVING
	}
	s.health.SetServingStatus("", status)
}

// Listen opens the listener. It refuses when registered methods and rules do not match one to one.
func (s *Server) Listen(ctx context.Context) error {
	if err := s.matchRules(); err != nil {
		return err
	}
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", s.cfg.Listen)
	if err != nil {
		return fmt.Errorf("opening the gRPC listener: %w", err)
	}
	s.listener = listener
	return nil
}

func (s *Server) matchRules() error {
	unused := maps.Clone(s.rules)
	for service, info := range s.grpc.GetServiceInfo() {
		for _, method := range info.Methods {
			name := "/" + service + "/" + method.Name
			if _, ok := s.rules[name]; !ok {
				return fmt.Errorf("gRPC server: %s has no rule", name)
			}
			delete(unused, name)
		}
	}
	for name := range unused {
		return fmt.Errorf("gRPC server: there is a rule for %s, which is not registered", name)
	}
	return nil
}

// Addr is where it listens; call Listen first.
func (s *Server) Addr() net.Addr { return s.listener.Addr() }

// Advertised is the host:port for other roles; call Listen first.
func (s *Server) Advertised() string {
	if s.cfg.Advertise == "" {
		return s.listener.Addr().String()
	}
	host, port, _ := net.SplitHostPort(s.cfg.Advertise)
	if port == "0" {
		_, port, _ = net.SplitHostPort(s.listener.Addr().String())
	}
	return net.JoinHostPort(host, port)
}

// Close ends a server that is not served.
func (s *Server) Close() error {
	s.drain()
	s.grpc.Stop()
	if s.listener == nil {
		return nil
	}
	if err := s.listener.Close(); err != nil && !errors.Is(err, net.ErrClosed) {
		return fmt.Errorf("closing the gRPC listener: %w", err)
	}
	return nil
}

// Serve answers calls until ctx ends. Then health says NOT_SERVING, streams end, and unary calls may go on for the
// drain time before they are cancelled. It returns after all handlers have, with nil when ctx ended it.
func (s *Server) Serve(ctx context.Context) error {
	served := make(chan error, 1)
	go func() { served <- s.grpc.Serve(s.listener) }()
	select {
	case err := <-served:
		s.drain()
		s.grpc.Stop()
		return fmt.Errorf("serving gRPC: %w", err)
	case <-ctx.Done():
	}
	s.health.Shutdown()
	s.drain()
	graceful := make(chan struct{})
	go func() {
		defer close(graceful)
		s.grpc.GracefulStop()
	}()
	select {
	case <-graceful:
	case <-time.After(s.cfg.DrainTime):
		s.grpc.Stop()
		<-graceful
	}
	// A server that is stopped before it began to serve says so, which is as it was asked.
	if err := <-served; err != nil && !errors.Is(err, grpc.ErrServerStopped) {
		return fmt.Errorf("ending gRPC: %w", err)
	}
	return nil
}
