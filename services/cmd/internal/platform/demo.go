package platform

import (
	"context"
	"fmt"

	"github.com/google/renameio/v2"
	"google.golang.org/grpc"

	authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"
	benefitsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/benefits/v1"
	identityv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/identity/v1"
	notificationsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/notifications/v1"
	"github.com/ventanilla/ventanilla/services/benefits"
	"github.com/ventanilla/ventanilla/services/cmd/internal/demo"
	"github.com/ventanilla/ventanilla/services/identity"
	"github.com/ventanilla/ventanilla/services/notifications"
)

// fillDemo seeds the demo and writes its file.
func fillDemo(ctx context.Context, auths grpc.ClientConnInterface, mesh *Mesh, folder *Folder, gateway Gateway, sites *demoSites) (demo.File, error) {
	path := folder.Path("demo.json")
	file, err := demo.Read(path)
	if err != nil {
		return file, err
	}
	file.BaseURL, file.HTTPURL, file.AdminURL = "https://"+gateway.Edge, "http://"+gateway.HTTP, "http://"+mesh.process.Settings.Admin.Listen
	file.AdminRPC, file.CAFile = gateway.AdminRPC, folder.Path("ca.pem")
	file.Internal = internalClient(mesh, folder)
	if err := seedDemo(ctx, auths, mesh, &file, sites); err != nil {
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

// seedDemo enters what the demo has in each service, and puts it into the file.
func seedDemo(ctx context.Context, auths grpc.ClientConnInterface, mesh *Mesh, file *demo.File, sites *demoSites) error {
	identities, err := mesh.Dial(BootstrapRole, identity.Role)
	if err != nil {
		return err
	}
	catalogue, err := mesh.Dial(BootstrapRole, benefits.Role)
	if err != nil {
		return err
	}
	dispatcher, err := mesh.Dial(BootstrapRole, notifications.Role)
	if err != nil {
		return err
	}
	clients, persons := authv1.NewClientServiceClient(auths), identityv1.NewPersonServiceClient(identities)
	if err := demo.Seed(ctx, clients, file); err != nil {
		return err
	}
	if err := demo.SeedIDDI(ctx, demo.Identity{
		Clients: clients, Keys: authv1.NewApiKeyServiceClient(auths),
		Persons: persons, Memberships: identityv1.NewMembershipServiceClient(identities),
		Catalogues: identityv1.NewCatalogueServiceClient(identities), Cards: identityv1.NewCardServiceClient(identities),
	}, &file.IDDI); err != nil {
		return err
	}
	if err := demo.SeedCMP(ctx, clients, sites.page.origin(), &file.CMP); err != nil {
		return err
	}
	if err := demo.SeedCitizens(ctx, demo.Register{
		Persons: persons, Households: identityv1.NewHouseholdServiceClient(identities), Facts: identityv1.NewFactServiceClient(identities),
	}); err != nil {
		return err
	}
	if err := demo.SeedCatalogue(ctx, benefitsv1.NewCatalogueServiceClient(catalogue)); err != nil {
		return err
	}
	services := demo.Dispatcher{
		Persons: persons, Providers: notificationsv1.NewProviderServiceClient(dispatcher), Recipients: notificationsv1.NewRecipientServiceClient(dispatcher),
	}
	if err := demo.SeedServices(ctx, services, &file.TUIDD); err != nil {
		return err
	}
	if err := demo.SeedSessionProviders(ctx, services, file.TUIDD.ServiceID); err != nil {
		return err
	}
	if err := sites.claveUnica.SignIn(sites.login.origin(), &file.CMP); err != nil {
		return err
	}
	return seedSessions(ctx, auths, mesh, file, sites)
}
