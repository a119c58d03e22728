package platform

import (
	"context"
	"time"

	"google.golang.org/grpc"

	"github.com/ventanilla/ventanilla/pkg/keyring"
	"github.com/ventanilla/ventanilla/pkg/rpcserver"
	"github.com/ventanilla/ventanilla/pkg/store"
	sessionv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/session/v1"
	"github.com/ventanilla/ventanilla/services/benefits"
	"github.com/ventanilla/ventanilla/services/identity"
	"github.com/ventanilla/ventanilla/services/notifications"
	"github.com/ventanilla/ventanilla/services/session"
)

func sessionService() Service {
	return Service{
		Role: session.Role,
		Section: func(s *Settings) Section {
			return Section{Store: &s.Session.Store, KEK: &s.Session.KEK, Validate: s.Session.Validate}
		},
		schema: session.Schema, migrations: session.Migrations, rules: session.Rules, open: openSession,
		operators: []grpc.ServiceDesc{
			sessionv1.AccountService_ServiceDesc,
			sessionv1.SessionService_ServiceDesc,
			sessionv1.OrganisationService_ServiceDesc,
			sessionv1.FunctionalityService_ServiceDesc,
			sessionv1.IntegrationService_ServiceDesc,
			sessionv1.BeneficiaryService_ServiceDesc,
			sessionv1.EventService_ServiceDesc,
		},
	}
}

// openSession has the replica ask the other services in its own name: those whom it serves need no rights there.
func openSession(ctx context.Context, mesh *Mesh, db *store.DB, kek *keyring.KEK) (registrar, rpcserver.Verifier, error) {
	p := mesh.process
	verifier, err := mesh.verifier(ctx, session.Role)
	if err != nil {
		return nil, nil, err
	}
	asked := make(map[string]*grpc.ClientConn)
	for _, role := range []string{identity.Role, benefits.Role, notifications.Role} {
		if asked[role], err = mesh.DialAs(session.Role, role); err != nil {
			return nil, nil, err
		}
	}
	service, err := session.New(ctx, p.Settings.Session, session.Deps{
		DB: db, KEK: kek, Now: time.Now,
		Identity: asked[identity.Role], Benefits: asked[benefits.Role], Notifications: asked[notifications.Role],
		Logger: p.Log(), Meter: p.Telemetry.Meter.Meter("github.com/ventanilla/ventanilla/services/session"),
	})
	if err != nil {
		return nil, nil, err
	}
	p.Group.Go(ctx, "session", service.Run)
	return service, verifier, nil
}
