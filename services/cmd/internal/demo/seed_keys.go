package demo

import (
	"context"

	"github.com/go-jose/go-jose/v4"

	authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"
)

// seedKeys is Seed for the clients that authenticate with keys: the keys are made here, and auth knows their public halves.
func (s seeder) seedKeys(ctx context.Context, f *OAuth) error {
	err := s.ensureKey(ctx, &f.ResourceServerClientID, &f.ResourceServerPrivateKey, newEdDSA, &authv1.Client{
		Name: "Demo resource server with keys", Family: "tuidd", Kind: authv1.ClientKind_CLIENT_KIND_RESOURCE_SERVER,
		ResourceScopes:         []string{"servicios"},
		IntrospectionAlgorithm: authv1.SignatureAlgorithm_SIGNATURE_ALGORITHM_EDDSA,
	})
	if err != nil {
		return err
	}
	return s.ensureKey(ctx, &f.ClientID, &f.PrivateKey, newES256, &authv1.Client{
		Name: "Demo partner with keys", Family: "tuidd", Kind: authv1.ClientKind_CLIENT_KIND_PARTNER,
		Scopes: []string{"servicios"}, Audiences: []string{f.ResourceServerClientID},
		TokenAlgorithm: authv1.SignatureAlgorithm_SIGNATURE_ALGORITHM_ES256,
	})
}

// ensureKey keeps a client that still serves, as ensure does.
func (s seeder) ensureKey(
	ctx context.Context, id *string, key **jose.JSONWebKey, newKey func() (*jose.JSONWebKey, error), client *authv1.Client,
) error {
	if *key != nil {
		if serves, err := s.serves(ctx, *id); err != nil || serves {
			return err
		}
	}
	private, err := newKey()
	if err != nil {
		return err
	}
	if client.PublicKeys, err = publicKeys(private); err != nil {
		return err
	}
	made, err := s.create(ctx, client)
	if err != nil {
		return err
	}
	*id, *key = made.GetClient().GetClientId(), private
	return nil
}
