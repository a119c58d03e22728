package platform

import (
	"context"
	"fmt"
	"time"

	"github.com/ventanilla/ventanilla/pkg/keyring"
	"github.com/ventanilla/ventanilla/pkg/pki"
	"github.com/ventanilla/ventanilla/pkg/rpcserver"
	"github.com/ventanilla/ventanilla/pkg/store"
	"github.com/ventanilla/ventanilla/services/auth"
)

// StartAuth runs the auth role in the process. Its store must be migrated.
func StartAuth(ctx context.Context, p *Process, mesh *Mesh) error {
	db, err := OpenAuthStore(ctx, p)
	if err != nil {
		return err
	}
	p.Probe.Add("auth schema", func(ctx context.Context) error { return store.Supported(ctx, db, auth.Migrations()) })

	kek, err := keyring.LoadKEK(p.Settings.Auth.KEK)
	if err != nil {
		return fmt.Errorf("auth.kek: %w", err)
	}
	switches, err := mesh.switches()
	if err != nil {
		return err
	}
	service, err := auth.New(ctx, p.Settings.Auth, auth.Deps{
		DB: db, KEK: kek, Switches: switches, Limiter: p.Limiter, Now: time.Now, Logger: p.Log(),
	})
	if err != nil {
		return err
	}
	p.Group.Go(ctx, "auth", service.Run)
	p.Group.Go(ctx, "auth log", service.KeepLog)
	p.Probe.Add("auth view", service.Ready)

	verifier, err := service.Verifier()
	if err != nil {
		return err
	}
	source, err := mesh.identity(auth.Role)
	if err != nil {
		return err
	}
	server, err := rpcserver.New(p.Settings.RPC, rpcserver.Options{
		TLS: pki.ServerTLS(source), Rules: auth.Rules(), Verifier: verifier, Telemetry: p.Telemetry,
	})
	if err != nil {
		return fmt.Errorf("starting auth's server: %w", err)
	}
	service.Register(server)
	if err := server.Listen(ctx); err != nil {
		return fmt.Errorf("rpc.listen: %w", err)
	}
	p.Group.Go(ctx, "auth server", server.Serve)
	mesh.announce(ctx, auth.Role, server.Advertised())
	return nil
}

// OpenAuthStore opens auth's database; it is closed when the process stops.
func OpenAuthStore(ctx context.Context, p *Process) (*store.DB, error) {
	db, err := openAuthStore(ctx, p)
	if err != nil {
		return nil, err
	}
	p.Group.Defer("auth's store", db.Close)
	return db, nil
}

// openAuthStore leaves closing to the caller.
func openAuthStore(ctx context.Context, p *Process) (*store.DB, error) {
	db, err := store.Open(ctx, p.Settings.Auth.Store, store.Options{
		Schema: auth.Schema, Tracer: p.Telemetry.Tracer, Meter: p.Telemetry.Meter,
	})
	if err != nil {
		return nil, fmt.Errorf("opening auth's store: %w", err)
	}
	return db, nil
}
