package platform

import (
	"context"
	"time"

	"google.golang.org/grpc"

	"github.com/ventanilla/ventanilla/pkg/keyring"
	"github.com/ventanilla/ventanilla/pkg/rpcserver"
	"github.com/ventanilla/ventanilla/pkg/store"
	identityv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/identity/v1"
	"github.com/ventanilla/ventanilla/services/identity"
)

func identityService() Service {
	return Service{
		Role: identity.Role,
		Section: func(s *Settings) Section {
			return Section{Store: &s.Identity.Store, KEK: &s.Identity.KEK, Validate: s.Identity.Validate}
		},
		schema: identity.Schema, migrations: identity.Migrations, rules: identity.Rules, open: openIdentity,
		operators: []grpc.ServiceDesc{
			identityv1.PersonService_ServiceDesc,
			identityv1.MembershipService_ServiceDesc,
			identityv1.CatalogueService_ServiceDesc,
			identityv1.CardService_ServiceDesc,
			identityv1.CardKeyService_ServiceDesc,
			identityv1.HouseholdService_ServiceDesc,
			identityv1.FactService_ServiceDesc,
			identityv1.AccessLogService_ServiceDesc,
			identityv1.DataProtectionService_ServiceDesc,
			identityv1.ImportService_ServiceDesc,
		},
	}
}

func openIdentity(ctx context.Context, mesh *Mesh, db *store.DB, kek *keyring.KEK) (registrar, rpcserver.Verifier, error) {
	p := mesh.process
	verifier, err := mesh.verifier(ctx, identity.Role)
	if err != nil {
		return nil, nil, err
	}
	service, err := identity.New(ctx, p.Settings.Identity, identity.Deps{DB: db, KEK: kek, Now: time.Now, Logger: p.Log()})
	if err != nil {
		return nil, nil, err
	}
	p.Group.Go(ctx, "identity", service.Run)
	return service, verifier, nil
}
