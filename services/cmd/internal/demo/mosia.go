package demo

import (
	"context"
	"fmt"
	"time"

	"google.golang.org/protobuf/types/known/durationpb"

	authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"
	sessionv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/session/v1"
	"github.com/ventanilla/ventanilla/services/cmd/internal/hostpage"
)

// passKeyLife outlasts a demo.
const passKeyLife = 366 * 24 * time.Hour

// Mosia holds what a partner needs whose pages app users are handed over to with a pass key. What begins with Sandbox is of the staging data set.
type Mosia struct {
	ClientID     string `json:"client_id"`
	ClientSecret string `json:"client_secret"`
	// Token is the client's token, for every API.
	Token string `json:"token"`
	// InstanciaApp is production.
	InstanciaApp string `json:"instanciaApp"`
	// ChavePasse is a pass key for the functionality ChaveFuncionalidade, opened by the beneficiary ChaveUnica.
	ChavePasse          string `json:"chavePasse"`
	ChaveFuncionalidade string `json:"chaveFuncionalidade"`
	ChaveUnica          string `json:"chaveUnica"`
	// Pagina is the page that pass keys lead to.
	Pagina string `json:"pagina"`
	// ChaveIntegracao is the integration that logs Usuario in with Senha, and tells about the beneficiary.
	ChaveIntegracao string `json:"chaveIntegracao"`
	Usuario         string `json:"usuario"`
	Senha           string `json:"senha"`

	SandboxClientID            string `json:"sandbox_client_id"`
	SandboxClientSecret        string `json:"sandbox_client_secret"`
	SandboxToken               string `json:"sandbox_token"`
	SandboxInstanciaApp        string `json:"sandbox_instanciaApp"`
	SandboxChavePasse          string `json:"sandbox_chavePasse"`
	SandboxChaveFuncionalidade string `json:"sandbox_chaveFuncionalidade"`
	SandboxChaveUnica          string `json:"sandbox_chaveUnica"`
}

// Partner is whom SeedMosia calls.
type Partner struct {
	Clients         authv1.ClientServiceClient
	Keys            authv1.ApiKeyServiceClient
	Functionalities sessionv1.FunctionalityServiceClient
	Integrations    sessionv1.IntegrationServiceClient
	// PassKeys and Beneficiaries are called as the gateway calls them. ByClient is for calls of the client whose token it is.
	PassKeys      sessionv1.PassKeyServiceClient
	Beneficiaries sessionv1.BeneficiaryServiceClient
	ByClient      func(ctx context.Context, token string, set authv1.DataSet) (context.Context, error)
}

// shop is a client with its page, in one data set.
type shop struct {
	set                   authv1.DataSet
	instance, uniqueKey   string
	client, secret, token *string
	instanceOut, keyOut   *string
	functionality         *string
	passKey               *string
	integrated            bool
}

func (f *Mosia) shops() []shop {
	return []shop{
		{
			set: authv1.DataSet_DATA_SET_PRODUCTION, instance: "2", uniqueKey: "44444444-4", integrated: true,
			client: &f.ClientID, secret: &f.ClientSecret, token: &f.Token, instanceOut: &f.InstanciaApp, keyOut: &f.ChaveUnica,
			functionality: &f.ChaveFuncionalidade, passKey: &f.ChavePasse,
		},
		{
			set: authv1.DataSet_DATA_SET_STAGING, instance: "1", uniqueKey: "55555555-5",
			client: &f.SandboxClientID, secret: &f.SandboxClientSecret, token: &f.SandboxToken, instanceOut: &f.SandboxInstanciaApp, keyOut: &f.SandboxChaveUnica,
			functionality: &f.SandboxChaveFuncionalidade, passKey: &f.SandboxChavePasse,
		},
	}
}

// SeedMosia is Seed for pass keys: in each data set a client with a token and a functionality at the page of an origin, which a
// beneficiary has opened whom SeedCitizens entered; in production also an integration with the PartnerEndpoint of the origin. It keeps what an
// earlier run made, but for the pass keys, which are new.
func SeedMosia(ctx context.Context, to Partner, origin string, f *Mosia) error {
	f.Pagina = origin + hostpage.FunctionalityPath
	for _, s := range f.shops() {
		if err := to.ensureShop(ctx, origin, s, f); err != nil {
			return err
		}
	}
	return nil
}

func (to Partner) ensureShop(ctx context.Context, origin string, s shop, f *Mosia) error {
	*s.instanceOut, *s.keyOut = s.instance, s.uniqueKey
	err := seeder{to.Clients}.ensure(ctx, s.client, s.secret, func() *authv1.Client {
		return &authv1.Client{
			Name: "Demo app (instanciaApp " + s.instance + ")", Family: "mosia", Kind: authv1.ClientKind_CLIENT_KIND_PARTNER, DataSet: s.set,
			Scopes: []string{"chavePasse", "seguranca", "mensageria"},
		}
	})
	if err != nil {
		return err
	}
	if err := to.ensureToken(ctx, *s.client, s.token); err != nil {
		return err
	}
	wanted := &sessionv1.Functionality{
		Name: "Demo page", ClientId: *s.client, DataSet: s.set, RedirectUri: f.Pagina + "?instanciaApp=" + s.instance, PassKeyLife: durationpb.New(passKeyLife),
	}
	if s.integrated {
		f.Usuario, f.Senha = partnerLogin, partnerPassword
		if err := to.ensureIntegration(ctx, origin, *s.client, &f.ChaveIntegracao); err != nil {
			return err
		}
		wanted.IntegrationKey = f.ChaveIntegracao
	}
	if err := to.ensureFunctionality(ctx, wanted, s.functionality); err != nil {
		return err
	}
	calling, err := to.ByClient(ctx, *s.token, s.set)
	if err != nil {
		return fmt.Errorf("calling as the demo's app: %w", err)
	}
	token, err := to.signIn(calling, s, f)
	if err != nil {
		return fmt.Errorf("signing in the demo's beneficiary: %w", err)
	}
	opened, err := to.PassKeys.OpenFunctionality(ctx, &sessionv1.OpenFunctionalityRequest{
		BeneficiaryToken: token, FunctionalityKey: *s.functionality, DataSet: s.set,
		Device:   &sessionv1.Device{Platform: "android", Model: "Demo", OsVersion: "16", AppVersion: "1.0.0"},
		Location: &sessionv1.Location{Latitude: -33.4378, Longitude: -70.6504, Accuracy: 25},
	})
	if err != nil {
		return fmt.Errorf("opening the demo's functionality: %w", err)
	}
	*s.passKey = opened.GetPassKey()
	return nil
}

// signIn returns a token of the beneficiary: who comes through an integration is told about.
func (to Partner) signIn(ctx context.Context, s shop, f *Mosia) (string, error) {
	if s.integrated {
		answer, err := to.Beneficiaries.LogInBeneficiary(ctx, &sessionv1.LogInBeneficiaryRequest{
			IntegrationKey: f.ChaveIntegracao, Login: f.Usuario, Password: f.Senha,
		})
		return answer.GetToken().GetToken(), err
	}
	answer, err := to.Beneficiaries.AuthenticateBeneficiary(ctx, &sessionv1.AuthenticateBeneficiaryRequest{UniqueKey: s.uniqueKey})
	return answer.GetToken().GetToken(), err
}
