package platform

import (
	"context"
	"fmt"
	"time"

	"github.com/ventanilla/ventanilla/pkg/discovery"
	"github.com/ventanilla/ventanilla/pkg/pki"
	authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"
	"github.com/ventanilla/ventanilla/services/auth"
	"github.com/ventanilla/ventanilla/services/cmd/internal/demo"
)

const (
	// startTimeout bounds what `up` asks of its own roles while it starts.
	startTimeout = 20 * time.Second
	// serviceCALife outlasts any process.
	serviceCALife = 10 * 365 * 24 * time.Hour
)

// Up runs every role in the process. The roles reach each other as they would on a cluster:
// through etcd, over gRPC and mutual TLS. With withDemo it returns the demo's file, written.
func Up(ctx context.Context, p *Process, withDemo bool) (demo.File, error) {
	folder, err := OpenFolder(p.Settings.Data, withDemo)
	if err != nil {
		return demo.File{}, err
	}
	p.Group.Defer("data folder", folder.Close)
	if err := EnsureKEK(p.Settings, folder); err != nil {
		return demo.File{}, err
	}
	if withDemo && len(p.Settings.InternalRoles) == 0 {
		p.Settings.InternalRoles = []string{demo.InternalRole}
	}
	var sites *demoSites
	if withDemo {
		withSandbox(&p.Settings)
		withPartnerEndpoint(&p.Settings)
		if sites, err = startDemoSites(ctx, p, folder); err != nil {
			return demo.File{}, err
		}
	}
	mesh, err := localMesh(ctx, p, folder)
	if err != nil {
		return demo.File{}, err
	}
	for _, service := range Services() {
		if _, err := Migrate(ctx, p, service); err != nil {
			return demo.File{}, err
		}
		if err := StartService(ctx, mesh, service); err != nil {
			return demo.File{}, err
		}
	}
	certificate, err := laptopCertificate(p, folder)
	if err != nil {
		return demo.File{}, err
	}
	gateway, err := StartGateway(ctx, p, mesh, certificate)
	if err != nil {
		return demo.File{}, err
	}
	return settle(ctx, p, mesh, folder, gateway, sites)
}

// localMesh starts etcd and clears what an earlier process, killed, left in it.
func localMesh(ctx context.Context, p *Process, folder *Folder) (*Mesh, error) {
	endpoints, err := StartEtcd(ctx, p, false)
	if err != nil {
		return nil, err
	}
	p.Settings.Discovery.Endpoints = endpoints
	ca, err := pki.NewCA("Ventanilla roles of this process", serviceCALife, time.Now)
	if err != nil {
		return nil, err
	}
	if err := issueInternal(ca, folder, p.Settings.InternalRoles); err != nil {
		return nil, err
	}
	mesh, err := Join(p, IssuedIdentity(ca), nil)
	if err != nil {
		return nil, err
	}
	if err := discovery.ClearStale(ctx, mesh.etcd, p.Settings.Discovery.Prefix); err != nil {
		return nil, fmt.Errorf("clearing stale endpoints: %w", err)
	}
	return mesh, nil
}

// settle does, as the bootstrap peer, what a new platform needs: the local operator and, with its sites, the demo.
func settle(ctx context.Context, p *Process, mesh *Mesh, folder *Folder, gateway Gateway, sites *demoSites) (demo.File, error) {
	starting, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	conn, err := mesh.Dial(BootstrapRole, auth.Role)
	if err != nil {
		return demo.File{}, err
	}
	operators := authv1.NewOperatorServiceClient(conn)
	if err := EnsureOperator(starting, operators); err != nil {
		return demo.File{}, err
	}
	local := &localCredential{operators: operators, path: folder.Path("operator.pem"), logger: p.Log()}
	local.renew(starting)
	p.Group.Go(ctx, "operator credential", local.keep)
	if sites == nil {
		return demo.File{}, nil
	}
	file, err := fillDemo(starting, conn, mesh, folder, gateway, sites)
	if err != nil {
		return file, err
	}
	return file, sites.openPage(p, folder, file)
}
