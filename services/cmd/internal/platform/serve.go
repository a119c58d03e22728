package platform

import (
	"context"
	"errors"
	"fmt"

	"github.com/ventanilla/ventanilla/pkg/keyring"
	"github.com/ventanilla/ventanilla/pkg/pki"
	"github.com/ventanilla/ventanilla/pkg/rpcserver"
	"github.com/ventanilla/ventanilla/pkg/store"
)

// StartService runs a service's role in the process. Its database must be migrated.
func StartService(ctx context.Context, mesh *Mesh, service Service) error {
	p, role := mesh.process, service.Role
	db, err := openStore(ctx, p, service)
	if err != nil {
		return err
	}
	p.Group.Defer(role+"'s store", db.Close)
	p.Probe.Add(role+" schema", func(ctx context.Context) error { return store.Supported(ctx, db, service.migrations()) })

	kek, err := loadKEK(p, service)
	if err != nil {
		return err
	}
	rpcs, verifier, err := service.open(ctx, mesh, db, kek)
	if err != nil {
		return err
	}
	source, err := mesh.identity(role)
	if err != nil {
		return err
	}
	server, err := rpcserver.New(p.Settings.RPC, rpcserver.Options{
		TLS: pki.ServerTLS(source), Rules: service.rules(p.Settings.InternalRoles...), Verifier: verifier, Telemetry: p.Telemetry,
	})
	if err != nil {
		return fmt.Errorf("starting %s's server: %w", role, err)
	}
	rpcs.Register(server)
	if err := server.Listen(ctx); err != nil {
		return fmt.Errorf("rpc.listen: %w", err)
	}
	p.Group.Go(ctx, role+" server", server.Serve)
	mesh.announce(ctx, role, server.Advertised())
	return nil
}

func loadKEK(p *Process, service Service) (*keyring.KEK, error) {
	config := service.Section(&p.Settings).KEK
	if config == nil {
		return nil, nil //nolint:nilnil // the service has no private keys
	}
	kek, err := keyring.LoadKEK(*config)
	if err != nil {
		return nil, fmt.Errorf("%s.kek: %w", service.Role, err)
	}
	return kek, nil
}

// Migrate brings a service's database to the revision that this version needs, and returns it. It uses a handle of its own.
func Migrate(ctx context.Context, p *Process, service Service) (revision int64, err error) {
	db, err := openStore(ctx, p, service)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	if err := store.Migrate(ctx, db, service.migrations()); err != nil {
		return 0, fmt.Errorf("migrating %s's store: %w", service.Role, err)
	}
	return store.Revision(ctx, db)
}

// openStore leaves closing to the caller.
func openStore(ctx context.Context, p *Process, service Service) (*store.DB, error) {
	db, err := store.Open(ctx, *service.Section(&p.Settings).Store, store.Options{
		Schema: service.schema, Tracer: p.Telemetry.Tracer, Meter: p.Telemetry.Meter,
	})
	if err != nil {
		return nil, fmt.Errorf("opening %s's store: %w", service.Role, err)
	}
	return db, nil
}
