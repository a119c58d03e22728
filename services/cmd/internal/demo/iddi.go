package demo

import (
	"context"
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"
	"google.golang.org/protobuf/types/known/durationpb"

	authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"
	identityv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/identity/v1"
)

// An API key is the prefix, its identifier, and the secret part.
const (
	keyPrefix   = "vtk_"
	keyIDLength = 16
)

// IDDI holds what callers of the university digital identity need. What begins with Stag is of the staging data set.
type IDDI struct {
	ClientID     string `json:"client_id"`
	ClientSecret string `json:"client_secret"`
	// APIKey has the scopes perfil and catalogo, APIKeyExtendido also perfil:extendido.
	APIKey          string `json:"api_key"`
	APIKeyExtendido string `json:"api_key_extendido"`
	// Folio and FirmaDigital are those of a live card, QR is the text of its code, PublicKey what verifies it.
	Folio        string `json:"folio"`
	FirmaDigital string `json:"firma_digital"`
	QR           string `json:"qr"`
	PublicKey    string `json:"public_key"`
	// RevokedFolio is a card that was revoked.
	RevokedFolio        string `json:"revoked_folio"`
	RevokedFirmaDigital string `json:"revoked_firma_digital"`

	StagClientID     string `json:"stag_client_id"`
	StagClientSecret string `json:"stag_client_secret"`
	StagAPIKey       string `json:"stag_api_key"`
	StagFolio        string `json:"stag_folio"`
	StagFirmaDigital string `json:"stag_firma_digital"`
}

// Identity is whom SeedIDDI calls.
type Identity struct {
	Clients     authv1.ClientServiceClient
	Keys        authv1.ApiKeyServiceClient
	Persons     identityv1.PersonServiceClient
	Memberships identityv1.MembershipServiceClient
	Catalogues  identityv1.CatalogueServiceClient
	Cards       identityv1.CardServiceClient
}

// SeedIDDI is Seed for the university digital identity: clients with API keys, invented persons, and their cards.
func SeedIDDI(ctx context.Context, to Identity, f *IDDI) error {
	s := seeder{to.Clients}
	client := func(set authv1.DataSet) func() *authv1.Client {
		return func() *authv1.Client {
			return &authv1.Client{
				Name: "Demo developer (" + strings.ToLower(strings.TrimPrefix(set.String(), "DATA_SET_")) + ")", Family: "iddi",
				Kind: authv1.ClientKind_CLIENT_KIND_PARTNER, DataSet: set, TokenLife: durationpb.New(24 * time.Hour),
				Scopes: []string{"perfil", "perfil:extendido", "catalogo"},
			}
		}
	}
	if err := s.ensure(ctx, &f.ClientID, &f.ClientSecret, client(authv1.DataSet_DATA_SET_PRODUCTION)); err != nil {
		return err
	}
	if err := s.ensure(ctx, &f.StagClientID, &f.StagClientSecret, client(authv1.DataSet_DATA_SET_STAGING)); err != nil {
		return err
	}
	for _, key := range []struct {
		client, name string
		key          *string
		scopes       []string
	}{
		{f.ClientID, "Demo key", &f.APIKey, []string{"perfil", "catalogo"}},
		{f.ClientID, "Demo key for extended profiles", &f.APIKeyExtendido, []string{"perfil", "perfil:extendido", "catalogo"}},
		{f.StagClientID, "Demo key for staging", &f.StagAPIKey, []string{"perfil", "perfil:extendido", "catalogo"}},
	} {
		if err := to.ensureKey(ctx, key.client, key.name, key.key, key.scopes); err != nil {
			return err
		}
	}
	if err := to.seedProduction(ctx, f); err != nil {
		return err
	}
	return to.seedStaging(ctx, f)
}

// ensureKey keeps a key that is still there; one that was deleted is made anew.
func (to Identity) ensureKey(ctx context.Context, client, name string, key *string, scopes []string) error {
	known, err := to.Keys.ListApiKeys(ctx, &authv1.ListApiKeysRequest{ClientId: client})
	if err != nil {
		return fmt.Errorf("looking for a demo key: %w", err)
	}
	id := strings.TrimPrefix(*key, keyPrefix)
	if slices.ContainsFunc(known.GetApiKeys(), func(k *authv1.ApiKey) bool {
		return len(id) > keyIDLength && k.GetApiKeyId() == id[:keyIDLength]
	}) {
		return nil
	}
	made, err := to.Keys.CreateApiKey(ctx, &authv1.CreateApiKeyRequest{ClientId: client, Name: name, Scopes: scopes})
	if err != nil {
		return fmt.Errorf("making %q: %w", name, err)
	}
	*key = made.GetKey()
	return nil
}

// publicKey is the key that verifies a card, in base64.
func (to Identity) publicKey(ctx context.Context, card *identityv1.Card) (string, error) {
	answer, err := to.Cards.GetCardKeys(ctx, &identityv1.GetCardKeysRequest{DataSet: card.GetDataSet()})
	if err != nil {
		return "", fmt.Errorf("fetching the keys of cards: %w", err)
	}
	var set jose.JSONWebKeySet
	if err := json.Unmarshal(answer.GetJwks(), &set); err != nil {
		return "", fmt.Errorf("reading the keys of cards: %w", err)
	}
	for _, key := range set.Key(card.GetKeyId()) {
		if public, ok := key.Key.(ed25519.PublicKey); ok {
			return base64.StdEncoding.EncodeToString(public), nil
		}
	}
	return "", fmt.Errorf("the key of card %s is not published", card.GetFolio())
}
