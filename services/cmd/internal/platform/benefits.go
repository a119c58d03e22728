package platform

import (
	"context"
	"time"

	"google.golang.org/grpc"

	"github.com/ventanilla/ventanilla/pkg/keyring"
	"github.com/ventanilla/ventanilla/pkg/rpcserver"
	"github.com/ventanilla/ventanilla/pkg/store"
	benefitsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/benefits/v1"
	identityv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/identity/v1"
	"github.com/ventanilla/ventanilla/services/benefits"
	"github.com/ventanilla/ventanilla/services/identity"
)

func benefitsService() Service {
	return Service{
		Role: benefits.Role,
		Section: func(s *Settings) Section {
			return Section{Store: &s.Benefits.Store, Validate: s.Benefits.Validate}
		},
		schema: benefits.Schema, migrations: benefits.Migrations, rules: benefits.Rules, open: openBenefits,
		operators: []grpc.ServiceDesc{
			benefitsv1.CatalogueService_ServiceDesc,
			benefitsv1.EvaluationService_ServiceDesc,
			benefitsv1.SimulationService_ServiceDesc,
		},
	}
}

// openBenefits has the replica ask identity in its own name: those whom it serves need no right to read facts.
func openBenefits(ctx context.Context, mesh *Mesh, db *store.DB, _ *keyring.KEK) (registrar, rpcserver.Verifier, error) {
	p := mesh.process
	verifier, err := mesh.verifier(ctx, benefits.Role)
	if err != nil {
		return nil, nil, err
	}
	identities, err := mesh.DialAs(benefits.Role, identity.Role)
	if err != nil {
		return nil, nil, err
	}
	service, err := benefits.New(ctx, p.Settings.Benefits, benefits.Deps{
		DB: db, Situations: identityv1.NewSituationServiceClient(identities), Now: time.Now,
		Logger: p.Log(), Meter: p.Telemetry.Meter.Meter("github.com/ventanilla/ventanilla/services/benefits"),
	})
	if err != nil {
		return nil, nil, err
	}
	p.Group.Go(ctx, "benefits", service.Run)
	return service, verifier, nil
}
