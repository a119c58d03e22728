package platform

import (
	"context"
	"fmt"
	"time"

	"github.com/google/renameio/v2"
	"google.golang.org/grpc"

	"github.com/ventanilla/ventanilla/pkg/discovery"
	"github.com/ventanilla/ventanilla/pkg/pki"
	authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"
	identityv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/identity/v1"
	"github.com/ventanilla/ventanilla/services/auth"
	"github.com/ventanilla/ventanilla/services/cmd/internal/demo"
	"github.com/ventanilla/ventanilla/services/identity"
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
	mesh, err := localMesh(ctx, p)
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
	return settle(ctx, p, mesh, folder, gateway, withDemo)
}

// localMesh starts etcd and clears what an earlier process, killed, left in it.
func localMesh(ctx context.Context, p *Process) (*Mesh, error) {
	endpoints, err := StartEtcd(ctx, p, false)
	if err != nil {
		return nil, err
	}
	p.Settings.Discovery.Endpoints = endpoints
	ca, err := pki.NewCA("Ventanilla roles of this process", serviceCALife, time.Now)
	if err != nil {
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

// settle does, as the bootstrap peer, what a new platform needs: the local operator and the demo.
func settle(ctx context.Context, p *Process, mesh *Mesh, folder *Folder, gateway Gateway, withDemo bool) (demo.File, error) {
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
	if !withDemo {
		return demo.File{}, nil
	}
	identities, err := mesh.Dial(BootstrapRole, identity.Role)
	if err != nil {
		return demo.File{}, err
	}
	return writeDemo(starting, conn, identities, p, folder, gateway)
}

func writeDemo(ctx context.Context, auths, identities grpc.ClientConnInterface, p *Process, folder *Folder, gateway Gateway) (demo.File, error) {
	path := folder.Path("demo.json")
	file, err := demo.Read(path)
	if err != nil {
		return file, err
	}
	file.BaseURL, file.HTTPURL, file.AdminURL = "https://"+gateway.Edge, "http://"+gateway.HTTP, "http://"+p.Settings.Admin.Listen
	file.AdminRPC, file.CAFile = gateway.AdminRPC, folder.Path("ca.pem")
	clients := authv1.NewClientServiceClient(auths)
	if err := demo.Seed(ctx, clients, &file); err != nil {
		return file, err
	}
	if err := demo.SeedIDDI(ctx, demo.Identity{
		Clients: clients, Keys: authv1.NewApiKeyServiceClient(auths),
		Persons: identityv1.NewPersonServiceClient(identities), Memberships: identityv1.NewMembershipServiceClient(identities),
		Catalogues: identityv1.NewCatalogueServiceClient(identities), Cards: identityv1.NewCardServiceClient(identities),
	}, &file.IDDI); err != nil {
		return file, err
	}
	text, err := file.Encode()
	if err != nil {
		return file, err
	}
	if err := renameio.WriteFile(path, text, 0o600); err != nil {
		return file, fmt.Errorf("writing the demo file: %w", err)
	}
	return file, nil
}
