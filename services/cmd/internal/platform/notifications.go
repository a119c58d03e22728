package platform

import (
	"context"
	"time"

	"google.golang.org/grpc"

	"github.com/ventanilla/ventanilla/pkg/keyring"
	"github.com/ventanilla/ventanilla/pkg/rpcserver"
	"github.com/ventanilla/ventanilla/pkg/store"
	identityv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/identity/v1"
	notificationsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/notifications/v1"
	"github.com/ventanilla/ventanilla/services/identity"
	"github.com/ventanilla/ventanilla/services/notifications"
)

func notificationsService() Service {
	return Service{
		Role: notifications.Role,
		Section: func(s *Settings) Section {
			return Section{Store: &s.Notifications.Store, KEK: &s.Notifications.KEK, Validate: s.Notifications.Validate}
		},
		schema: notifications.Schema, migrations: notifications.Migrations, rules: notifications.Rules, open: openNotifications,
		operators: []grpc.ServiceDesc{
			notificationsv1.ProviderService_ServiceDesc,
			notificationsv1.DispatchService_ServiceDesc,
			notificationsv1.DeadLetterService_ServiceDesc,
			notificationsv1.TemplateService_ServiceDesc,
			notificationsv1.RecipientService_ServiceDesc,
			notificationsv1.CodeService_ServiceDesc,
			notificationsv1.PaymentService_ServiceDesc,
		},
	}
}

// openNotifications has the replica ask identity in its own name: those whom it serves need no right to know addresses.
func openNotifications(ctx context.Context, mesh *Mesh, db *store.DB, kek *keyring.KEK) (registrar, rpcserver.Verifier, error) {
	p := mesh.process
	verifier, err := mesh.verifier(ctx, notifications.Role)
	if err != nil {
		return nil, nil, err
	}
	identities, err := mesh.DialAs(notifications.Role, identity.Role)
	if err != nil {
		return nil, nil, err
	}
	service, err := notifications.New(ctx, p.Settings.Notifications, notifications.Deps{
		DB: db, KEK: kek, Contacts: identityv1.NewContactServiceClient(identities), Now: time.Now,
		Logger: p.Log(), Meter: p.Telemetry.Meter.Meter("github.com/ventanilla/ventanilla/services/notifications"),
	})
	if err != nil {
		return nil, nil, err
	}
	p.Group.Go(ctx, "notifications", service.Run)
	return service, verifier, nil
}

// withSandbox has a carrier that reaches nobody take everything, unless there are carriers.
func withSandbox(s *Settings) {
	if len(s.Notifications.Carriers) == 0 {
		s.Notifications.Carriers = map[string]notifications.CarrierConfig{"sandbox": notifications.SandboxCarrier()}
	}
}
