package demo

import (
	"context"
	"fmt"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/durationpb"

	authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"
)

// exampleYear is the life of the tokens in document 000's example.
const exampleYear = 31536000 * time.Second

// Seed registers the demo's clients, or keeps those of an earlier run that the file names,
// and puts their credentials into the file.
func Seed(ctx context.Context, clients authv1.ClientServiceClient, f *File) error {
	s := seeder{clients}
	// The resource server comes first: the partner's tokens are meant for it.
	steps := []struct {
		id, secret *string
		client     func() *authv1.Client
	}{
		{&f.TUIDD.ClientID, &f.TUIDD.ClientSecret, func() *authv1.Client {
			return &authv1.Client{
				Name: "Demo resource server", Family: "tuidd", Kind: authv1.ClientKind_CLIENT_KIND_RESOURCE_SERVER,
				ResourceScopes: []string{"beneficios"},
			}
		}},
		{&f.TUIDD.ForeignClientID, &f.TUIDD.ForeignClientSecret, func() *authv1.Client {
			return &authv1.Client{
				Name: "Demo foreign resource server", Family: "tuidd", Kind: authv1.ClientKind_CLIENT_KIND_RESOURCE_SERVER,
			}
		}},
		{&f.TUIDD.ProviderClientID, &f.TUIDD.ProviderClientSecret, func() *authv1.Client {
			return &authv1.Client{Name: "Demo service provider", Family: "tuidd", Kind: authv1.ClientKind_CLIENT_KIND_PARTNER}
		}},
		{&f.CMP.ClientID, &f.CMP.ClientSecret, func() *authv1.Client {
			return &authv1.Client{
				Name: "Demo partner", Family: "cmp", Kind: authv1.ClientKind_CLIENT_KIND_PARTNER,
				Scopes: []string{"beneficios"}, Audiences: []string{f.TUIDD.ClientID}, TokenLife: durationpb.New(exampleYear),
			}
		}},
	}
	for _, step := range steps {
		if err := s.ensure(ctx, step.id, step.secret, step.client); err != nil {
			return err
		}
	}
	return s.seedKeys(ctx, &f.OAuth)
}

type seeder struct{ clients authv1.ClientServiceClient }

// ensure keeps a client that still serves; one that is gone or disabled is made anew.
func (s seeder) ensure(ctx context.Context, id, secret *string, client func() *authv1.Client) error {
	if *secret != "" {
		if serves, err := s.serves(ctx, *id); err != nil || serves {
			return err
		}
	}
	made, err := s.create(ctx, client())
	if err != nil {
		return err
	}
	*id, *secret = made.GetClient().GetClientId(), made.GetClientSecret()
	return nil
}

// serves tells whether there is a client of the identifier, and it is not disabled.
func (s seeder) serves(ctx context.Context, id string) (bool, error) {
	if id == "" {
		return false, nil
	}
	answer, err := s.clients.GetClient(ctx, &authv1.GetClientRequest{ClientId: id})
	if status.Code(err) == codes.NotFound {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("looking for a demo client: %w", err)
	}
	return !answer.GetClient().GetDisabled(), nil
}

func (s seeder) create(ctx context.Context, client *authv1.Client) (*authv1.CreateClientResponse, error) {
	made, err := s.clients.CreateClient(ctx, &authv1.CreateClientRequest{Client: client})
	if err != nil {
		return nil, fmt.Errorf("making %q: %w", client.GetName(), err)
	}
	return made, nil
}
