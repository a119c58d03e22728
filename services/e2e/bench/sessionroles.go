package main

import (
	"context"
	"log/slog"
	"path/filepath"
	"sync"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"

	"github.com/ventanilla/ventanilla/pkg/pki"
)

// gatewayRole is whose certificate calls session as the edge does.
const gatewayRole = "gateway"

// sessionRoles are the roles that sessions and pass keys take, each a process of its own.
type sessionRoles struct {
	roles
	edge *server
	// at are the RPC addresses of services by their role.
	at   map[string]string
	pids []int
}

// startSessionRoles starts them; they end with ctx. The gateway believes who says for whom it calls, so that failed logins come from many addresses.
func (p platform) startSessionRoles(ctx context.Context, running *sync.WaitGroup) (*sessionRoles, error) {
	p.dir = filepath.Join(p.dir, "sessions")
	services := []string{"auth", "identity", "session"}
	if err := p.certificates(ctx, services[1:]...); err != nil {
		return nil, err
	}
	free, err := freeAddresses(ctx, 5+2*len(services))
	if err != nil {
		return nil, err
	}
	take := func() (address string) {
		address, free = free[0], free[1:]
		return address
	}
	r := &sessionRoles{roles: roles{p, running, take()}, at: make(map[string]string)}
	if _, err := r.run(ctx, "etcd", take(), "--data", r.path("etcd-data"), "--set", "etcd.listen="+r.etcdAt); err != nil {
		return nil, err
	}
	for _, service := range services {
		if err := r.serve(ctx, service, take(), take()); err != nil {
			return nil, err
		}
	}
	edgeAt := take()
	r.edge, err = r.run(ctx, gatewayRole, take(), "--set", "edge.listen="+edgeAt, "--set", "edge.http_listen=", "--set", "admin.rpc_listen="+take(),
		"--set", "edge.tls.cert_file="+r.path("edge.pem"), "--set", "edge.tls.key_file="+r.path("edge-key.pem"),
		"--set", "edge.rate.per_second=1000000", "--set", "edge.rate.burst=1000000", "--set", "edge.trusted_proxies=127.0.0.0/8")
	if err != nil {
		return nil, err
	}
	r.edge.name = platformName
	return r, r.connect(r.edge, access{BaseURL: "https://" + edgeAt, CAFile: r.path("ca.pem")})
}

// serve starts a service on an empty database.
func (r *sessionRoles) serve(ctx context.Context, service, adminAt, at string) error {
	url := "sqlite:" + r.path(service+".db")
	if r.postgres != "" {
		url = r.postgres
	}
	settings := []string{"--set", service + ".store.url=" + url, "--set", service + ".kek.file=" + r.path("kek")}
	if service == "identity" {
		settings = append(settings, "--set", "identity.cards.validator=https://bench.example/c", "--set", "identity.cards.staging_validator=https://bench.example/cs")
	}
	if err := r.call(ctx, append([]string{"migrate", service}, settings...)...); err != nil {
		return err
	}
	r.at[service] = at
	_, err := r.run(ctx, service, adminAt, append(settings, "--set", "rpc.listen="+at)...)
	return err
}

// run starts a role, whose CPU is counted.
func (r *sessionRoles) run(ctx context.Context, role, adminAt string, args ...string) (*server, error) {
	started, err := r.start(ctx, role, adminAt, args...)
	if err == nil {
		r.pids = append(r.pids, started.pid)
	}
	return started, err
}

// callee is how a service is called as a role.
type callee struct {
	Service string `json:"service"`
	Address string `json:"address"`
	// As is whose certificate is shown.
	As pki.Config `json:"as"`
}

func (r *sessionRoles) callee(service, as string) callee {
	return callee{service, r.at[service], pki.Config{CA: r.path("ca.pem"), Cert: r.path(as + ".pem"), Key: r.path(as + "-key.pem")}}
}

// dial connects to the service.
func (c callee) dial() (*grpc.ClientConn, error) {
	as, err := c.source()
	if err != nil {
		return nil, err
	}
	return grpc.NewClient(c.Address, grpc.WithTransportCredentials(credentials.NewTLS(pki.ClientTLS(as, c.Service))))
}

// source gives the certificate.
func (c callee) source() (pki.Source, error) {
	return pki.NewFiles(c.As, time.Now, slog.New(slog.DiscardHandler))
}
