package roletest

import (
	"context"
	"sync"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"

	"github.com/ventanilla/ventanilla/pkg/authn"
	"github.com/ventanilla/ventanilla/pkg/pki"
	"github.com/ventanilla/ventanilla/pkg/rpcserver"
	"github.com/ventanilla/ventanilla/pkg/telemetry"
	authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"
)

// Service is one replica of the role.
type Service interface {
	Register(server grpc.ServiceRegistrar)
	Run(ctx context.Context) error
}

// Replica is a platform with one server that runs on it.
type Replica struct {
	*Platform
	*Server
}

// Server serves one replica, reached over mTLS.
type Server struct {
	platform *Platform
	address  string
	// Stop ends the server and what the service does by itself, and waits for it. The test's end does so too.
	Stop func()
}

// Start makes a replica and serves it.
func (p *Platform) Start(make func(tele *telemetry.Telemetry) (Service, error)) *Replica {
	p.T.Helper()
	tele, err := telemetry.Setup(p.T.Context(), telemetry.DefaultConfig(), p.Role.Name, "test", p.Logs)
	Check(p.T, err)
	service, err := make(tele)
	Check(p.T, err)
	verifier, err := authn.NewVerifier(authn.VerifierOptions{
		Issuer: issuer, Audience: p.Role.Name, Keys: p.keys, View: nothingRevoked{}, Now: p.Clock.Now,
	})
	Check(p.T, err)
	server, err := rpcserver.New(rpcserver.DefaultConfig(), rpcserver.Options{
		TLS: pki.ServerTLS(p.identity(p.Role.Name)), Rules: p.Role.Rules(), Verifier: verifier, Telemetry: tele,
	})
	Check(p.T, err)
	service.Register(server)
	Check(p.T, server.Listen(p.T.Context()))

	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	for _, run := range []func(context.Context) error{server.Serve, service.Run} {
		running.Go(func() {
			if err := run(ctx); err != nil {
				p.T.Error(err)
			}
		})
	}
	stop := sync.OnceFunc(func() {
		cancel()
		running.Wait()
		Check(p.T, tele.Shutdown(context.Background()))
	})
	p.T.Cleanup(stop)
	return &Replica{p, &Server{p, server.Addr().String(), stop}}
}

// As connects with the certificate of a role.
func (s *Server) As(role string) *grpc.ClientConn {
	p := s.platform
	p.T.Helper()
	conn, err := grpc.NewClient(s.address, grpc.WithTransportCredentials(
		credentials.NewTLS(pki.ClientTLS(p.identity(role), p.Role.Name))))
	Check(p.T, err)
	p.T.Cleanup(func() { Check(p.T, conn.Close()) })
	return conn
}

func (p *Platform) identity(role string) pki.Source {
	certificate, err := p.ca.IssueRole(role)
	Check(p.T, err)
	return pki.Static(certificate, p.ca.Pool())
}

type nothingRevoked struct{}

func (nothingRevoked) Fresh() bool                    { return true }
func (nothingRevoked) Revoked(*authv1.Principal) bool { return false }
