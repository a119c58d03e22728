package platform

import (
	"context"
	"time"

	"google.golang.org/grpc"

	"github.com/ventanilla/ventanilla/pkg/keyring"
	"github.com/ventanilla/ventanilla/pkg/rpcserver"
	"github.com/ventanilla/ventanilla/pkg/store"
	authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"
	"github.com/ventanilla/ventanilla/services/auth"
)

func authService() Service {
	return Service{
		Role: auth.Role,
		Section: func(s *Settings) Section {
			return Section{Store: &s.Auth.Store, KEK: &s.Auth.KEK, Validate: s.Auth.Validate}
		},
		schema: auth.Schema, migrations: auth.Migrations, rules: auth.Rules, open: openAuth,
		operators: []grpc.ServiceDesc{
			authv1.ClientService_ServiceDesc,
			authv1.ApiKeyService_ServiceDesc,
			authv1.KeyService_ServiceDesc,
			authv1.OperatorService_ServiceDesc,
			authv1.LogService_ServiceDesc,
			authv1.SwitchService_ServiceDesc,
		},
	}
}

// openAuth verifies with the replica's own keys and view.
func openAuth(ctx context.Context, mesh *Mesh, db *store.DB, kek *keyring.KEK) (registrar, rpcserver.Verifier, error) {
	p := mesh.process
	switches, err := mesh.switches()
	if err != nil {
		return nil, nil, err
	}
	service, err := auth.New(ctx, p.Settings.Auth, auth.Deps{
		DB: db, KEK: kek, Switches: switches, Limiter: p.Limiter, Now: time.Now, Meter: p.Telemetry.Meter,
		Logger: p.Log(),
	})
	if err != nil {
		return nil, nil, err
	}
	p.Group.Go(ctx, "auth", service.Run)
	p.Group.Go(ctx, "auth log", service.KeepLog)
	p.Probe.Add("auth view", service.Ready)
	verifier, err := service.Verifier()
	return service, verifier, err
}
