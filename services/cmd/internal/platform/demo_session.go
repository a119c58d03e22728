package platform

import (
	"context"

	"google.golang.org/grpc"

	"github.com/ventanilla/ventanilla/pkg/authn"
	authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"
	identityv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/identity/v1"
	sessionv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/session/v1"
	"github.com/ventanilla/ventanilla/services/auth"
	"github.com/ventanilla/ventanilla/services/cmd/internal/demo"
	"github.com/ventanilla/ventanilla/services/identity"
	"github.com/ventanilla/ventanilla/services/session"
)

// loopback are the networks of this machine alone.
var loopback = []string{"127.0.0.0/8", "::1/128"}

// withPartnerEndpoint lets integrations call the demo's partner, unless the settings say whom they may call.
func withPartnerEndpoint(s *Settings) {
	if len(s.Session.Integrations.AllowNetworks) == 0 {
		s.Session.Integrations.AllowNetworks = loopback
	}
}

// seedSessions enters what the demo has in session: as the bootstrap peer, and as the gateway what users and apps do.
func seedSessions(ctx context.Context, auths grpc.ClientConnInterface, mesh *Mesh, file *demo.File, sites *demoSites) error {
	identities, err := mesh.Dial(BootstrapRole, identity.Role)
	if err != nil {
		return err
	}
	keeping, err := mesh.Dial(BootstrapRole, session.Role)
	if err != nil {
		return err
	}
	calling, err := mesh.Dial(GatewayRole, session.Role)
	if err != nil {
		return err
	}
	verifying, err := mesh.Dial(GatewayRole, auth.Role)
	if err != nil {
		return err
	}
	if err := demo.SeedColppy(ctx, demo.Workplace{
		Persons: identityv1.NewPersonServiceClient(identities), Accounts: sessionv1.NewAccountServiceClient(keeping),
		Organisations: sessionv1.NewOrganisationServiceClient(keeping), Sessions: sessionv1.NewSessionServiceClient(calling),
		Customers: sessionv1.NewWorkspaceServiceClient(calling),
	}, &file.Colppy); err != nil {
		return err
	}
	return demo.SeedMosia(ctx, demo.Partner{
		Clients: authv1.NewClientServiceClient(auths), Keys: authv1.NewApiKeyServiceClient(auths),
		Functionalities: sessionv1.NewFunctionalityServiceClient(keeping), Integrations: sessionv1.NewIntegrationServiceClient(keeping),
		PassKeys: sessionv1.NewPassKeyServiceClient(calling), Beneficiaries: sessionv1.NewBeneficiaryServiceClient(calling),
		ByClient: byClient(authv1.NewTokenServiceClient(verifying)),
	}, sites.page.origin(), &file.Mosia)
}

// byClient has auth vouch for the client of a token, as gateways do.
func byClient(tokens authv1.TokenServiceClient) func(context.Context, string, authv1.DataSet) (context.Context, error) {
	return func(ctx context.Context, token string, set authv1.DataSet) (context.Context, error) {
		answer, err := tokens.Exchange(ctx, &authv1.ExchangeRequest{
			Credential: &authv1.ExchangeRequest_ApiKey{ApiKey: token}, Audience: session.Role, Families: []string{"mosia"}, DataSets: []authv1.DataSet{set},
		})
		if err != nil {
			return nil, err
		}
		return authn.Outgoing(ctx, answer.GetInternalToken()), nil
	}
}
