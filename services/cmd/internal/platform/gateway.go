package platform

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"sync/atomic"
	"time"

	"google.golang.org/grpc"

	"github.com/ventanilla/ventanilla/gateway/adminwindow"
	"github.com/ventanilla/ventanilla/gateway/credential"
	"github.com/ventanilla/ventanilla/gateway/dialect/cmp"
	"github.com/ventanilla/ventanilla/gateway/dialect/native"
	"github.com/ventanilla/ventanilla/gateway/dialect/tuidd"
	"github.com/ventanilla/ventanilla/gateway/edge"
	"github.com/ventanilla/ventanilla/gateway/web"
	"github.com/ventanilla/ventanilla/pkg/authn"
	"github.com/ventanilla/ventanilla/pkg/pki"
	"github.com/ventanilla/ventanilla/pkg/probe"
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
	conn, err := mesh.Dial(GatewayRole, auth.Role)
	if err != nil {
		return Gateway{}, err
	}
	tokens := authv1.NewTokenServiceClient(conn)
	revocations := authn.NewRevocations(tokens, time.Now, p.Log())
	p.Group.Go(ctx, "revocations", revocations.Run)
	p.Probe.Add("auth", heardOnce(revocations))

	families, err := families(tokens, revocations, p.Settings.Auth.Issuer)
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

	window, err := startAdminWindow(ctx, p, conn, certificate)
	if err != nil {
		return Gateway{}, err
	}
	started := Gateway{Edge: server.Addr().String(), AdminRPC: window}
	if address := server.HTTPAddr(); address != nil {
		started.HTTP = address.String()
	}
	return started, nil
}

// heardOnce is ready from the first word of auth on. A gateway that loses auth later stays in
// service, since its refusals, in each family's shape, are better than a load balancer's.
func heardOnce(revocations *authn.Revocations) probe.Check {
	var heard atomic.Bool
	return func(context.Context) error {
		if heard.Load() || revocations.Fresh() {
			heard.Store(true)
			return nil
		}
		return errors.New("auth has not been heard of yet")
	}
}

// partners are the families that this platform serves, the native one apart. Their clients can be registered.
func partners() []string { return []string{cmp.Name, tuidd.Name} }

// families are those of the edge.
func families(tokens authv1.TokenServiceClient, revocations *authn.Revocations, issuer string) ([]edge.Family, error) {
	exchanger, err := credential.NewExchanger(tokens, revocations, edge.Callers{}, time.Now)
	if err != nil {
		return nil, err
	}
	paced, err := credential.NewPaced(tokens, edge.Callers{}, time.Now)
	if err != nil {
		return nil, err
	}
	redProteccionSocial, err := cmp.New(paced, tuidd.Name)
	if err != nil {
		return nil, err
	}
	mobileConnect, err := tuidd.New(tokens, exchanger, issuer)
	if err != nil {
		return nil, err
	}
	everyone, err := native.New(paced, exchanger, issuer, partners()...)
	if err != nil {
		return nil, err
	}
	pages, err := web.New(everyone.WriteError)
	if err != nil {
		return nil, err
	}
	return []edge.Family{redProteccionSocial, mobileConnect, everyone, pages}, nil
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

func startAdminWindow(ctx context.Context, p *Process, conn *grpc.ClientConn, certificate func() (*tls.Certificate, error)) (string, error) {
	window := adminwindow.New(certificate, authv1.NewTokenServiceClient(conn), p.Log(), p.Settings.RPC.DrainTime, adminwindow.Backend{
		Role: auth.Role, Conn: conn,
		Services: []grpc.ServiceDesc{
			authv1.ClientService_ServiceDesc,
			authv1.ApiKeyService_ServiceDesc,
			authv1.KeyService_ServiceDesc,
			authv1.OperatorService_ServiceDesc,
			authv1.LogService_ServiceDesc,
			authv1.SwitchService_ServiceDesc,
		},
	})
	var listen net.ListenConfig
	listener, err := listen.Listen(ctx, "tcp", p.Settings.Admin.RPCListen)
	if err != nil {
		return "", fmt.Errorf("admin.rpc_listen: %w", err)
	}
	p.Group.Go(ctx, "admin window", func(ctx context.Context) error { return window.Serve(ctx, listener) })
	return listener.Addr().String(), nil
}
