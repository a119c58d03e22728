package platform

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"time"

	"google.golang.org/grpc"

	"github.com/ventanilla/ventanilla/gateway/adminwindow"
	"github.com/ventanilla/ventanilla/gateway/edge"
	"github.com/ventanilla/ventanilla/pkg/pki"
	authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"
	"github.com/ventanilla/ventanilla/services/auth"
)

// GatewayRole is the name under which the gateway calls the others.
const GatewayRole = "gateway"

// Gateway tells where a started gateway can be reached.
type Gateway struct {
	Edge, HTTP, AdminRPC string
}

// StartGateway runs the gateway role in the process. Certificate is what partners and operators see.
func StartGateway(ctx context.Context, p *Process, mesh *Mesh, certificate func() (*tls.Certificate, error)) (Gateway, error) {
	conns := make(map[string]*grpc.ClientConn)
	for _, service := range Services() {
		conn, err := mesh.Dial(GatewayRole, service.Role)
		if err != nil {
			return Gateway{}, err
		}
		conns[service.Role] = conn
	}
	clients := clientsOf(conns)
	families, err := families(clients, mesh.follow(ctx, GatewayRole, clients.tokens), p.Settings)
	if err != nil {
		return Gateway{}, fmt.Errorf("making the dialects: %w", err)
	}
	server, err := edge.New(p.Settings.Edge, edge.Options{
		TLS: &tls.Config{
			MinVersion:     tls.VersionTLS12,
			GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) { return certificate() },
		},
		Logger: p.Log(), Tracer: p.Telemetry.Tracer, Meter: p.Telemetry.Meter, Clock: time.Now,
		Limiter: p.Limiter, Switches: mesh.obeySwitches(ctx),
	}, families...)
	if err != nil {
		return Gateway{}, fmt.Errorf("starting the edge: %w", err)
	}
	if err := server.Listen(ctx); err != nil {
		return Gateway{}, fmt.Errorf("starting the edge: %w", err)
	}
	p.Group.Go(ctx, "edge", server.Run)

	window, err := startAdminWindow(ctx, p, conns, certificate)
	if err != nil {
		return Gateway{}, err
	}
	started := Gateway{Edge: server.Addr().String(), AdminRPC: window}
	if address := server.HTTPAddr(); address != nil {
		started.HTTP = address.String()
	}
	return started, nil
}

// EdgeFiles gives the edge's certificate from the files of the settings, read again when they change.
func EdgeFiles(p *Process) (func() (*tls.Certificate, error), error) {
	files := p.Settings.Edge.TLS
	if files.CertFile == "" {
		return nil, errors.New("edge.tls.cert_file: required; `ventanilla pki issue edge` makes one for trying out")
	}
	// Partners are not asked for certificates, so the source's authorities are never looked at.
	source, err := pki.NewFiles(pki.Config{CA: files.CertFile, Cert: files.CertFile, Key: files.KeyFile}, time.Now, p.Log())
	if err != nil {
		return nil, fmt.Errorf("edge.tls: %w", err)
	}
	return source.Certificate, nil
}

func startAdminWindow(
	ctx context.Context, p *Process, conns map[string]*grpc.ClientConn, certificate func() (*tls.Certificate, error),
) (string, error) {
	var backends []adminwindow.Backend
	for _, service := range Services() {
		backends = append(backends, adminwindow.Backend{Role: service.Role, Conn: conns[service.Role], Services: service.operators})
	}
	tokens := authv1.NewTokenServiceClient(conns[auth.Role])
	window := adminwindow.New(certificate, tokens, p.Log(), p.Settings.RPC.DrainTime, backends...)
	var listen net.ListenConfig
	listener, err := listen.Listen(ctx, "tcp", p.Settings.Admin.RPCListen)
	if err != nil {
		return "", fmt.Errorf("admin.rpc_listen: %w", err)
	}
	p.Group.Go(ctx, "admin window", func(ctx context.Context) error { return window.Serve(ctx, listener) })
	return listener.Addr().String(), nil
}
