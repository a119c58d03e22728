package main

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"

	"google.golang.org/grpc"
	"google.golang.org/protobuf/types/known/durationpb"

	"github.com/ventanilla/ventanilla/pkg/authn"
	authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"
	identityv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/identity/v1"
	sessionv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/session/v1"
)

const (
	// customers are those of the organisation, provinces among how many of theirs they are spread.
	customers = 500
	provinces = 10
	// passKeys are how many pass keys are redeemed, one after the other, over and over.
	passKeys = 100
)

// parties are who calls: a developer with a user and its organisation, and an app's client with the pass keys of a beneficiary.
type parties struct {
	developer      *sessionv1.DeveloperCredential
	user, password string                 // who logs in over and over, so that its oldest sessions end
	session        *sessionv1.UserSession // of another user
	organisation   int64
	token          string // the client's
	functionality  string
	passKeys       []string
}

// reception is how parties are entered: what keep is for as the bootstrap peer does, the rest as the gateway.
type reception struct {
	clients         authv1.ClientServiceClient
	keys            authv1.ApiKeyServiceClient
	persons         identityv1.PersonServiceClient
	accounts        sessionv1.AccountServiceClient
	organisations   sessionv1.OrganisationServiceClient
	functionalities sessionv1.FunctionalityServiceClient

	tokens        authv1.TokenServiceClient
	sessions      sessionv1.SessionServiceClient
	workspace     sessionv1.WorkspaceServiceClient
	beneficiaries sessionv1.BeneficiaryServiceClient
	opening       sessionv1.PassKeyServiceClient
}

// receive connects to the services; close hangs up.
func (r *sessionRoles) receive() (to reception, hangUp func(), err error) {
	var open []*grpc.ClientConn
	hangUp = func() {
		for _, conn := range open {
			conn.Close()
		}
	}
	dial := func(service, as string) (conn *grpc.ClientConn) {
		if err != nil {
			return nil
		}
		if conn, err = r.callee(service, as).dial(); err == nil {
			open = append(open, conn)
		}
		return conn
	}
	auth, identity, keeping := dial("auth", "bootstrap"), dial("identity", "bootstrap"), dial("session", "bootstrap")
	tokens, calling := dial("auth", gatewayRole), dial("session", gatewayRole)
	if err != nil {
		hangUp()
		return reception{}, nil, err
	}
	return reception{
		clients: authv1.NewClientServiceClient(auth), keys: authv1.NewApiKeyServiceClient(auth), persons: identityv1.NewPersonServiceClient(identity),
		accounts: sessionv1.NewAccountServiceClient(keeping), organisations: sessionv1.NewOrganisationServiceClient(keeping),
		functionalities: sessionv1.NewFunctionalityServiceClient(keeping),
		tokens:          authv1.NewTokenServiceClient(tokens), sessions: sessionv1.NewSessionServiceClient(calling),
		workspace: sessionv1.NewWorkspaceServiceClient(calling), beneficiaries: sessionv1.NewBeneficiaryServiceClient(calling),
		opening: sessionv1.NewPassKeyServiceClient(calling),
	}, hangUp, nil
}

// enter enters the parties.
func (to reception) enter(ctx context.Context) (p parties, err error) {
	if err := to.enterOffice(ctx, &p); err != nil {
		return p, err
	}
	return p, to.enterApp(ctx, &p)
}

// account makes one with a new password.
func (to reception) account(ctx context.Context, kind sessionv1.AccountKind, login string) (id, password string, err error) {
	var random [16]byte
	_, _ = rand.Read(random[:]) // never fails
	password = hex.EncodeToString(random[:])
	made, err := to.accounts.CreateAccount(ctx, &sessionv1.CreateAccountRequest{Account: &sessionv1.Account{
		DataSet: authv1.DataSet_DATA_SET_PRODUCTION, Kind: kind, Login: login,
	}, Password: password})
	if err != nil {
		return "", "", fmt.Errorf("entering an account: %w", err)
	}
	return made.GetAccount().GetAccountId(), password, nil
}

func (to reception) enterOffice(ctx context.Context, p *parties) error {
	p.developer, p.user = &sessionv1.DeveloperCredential{Login: "desarrollo@bench.example", DataSet: authv1.DataSet_DATA_SET_PRODUCTION}, "visitante@bench.example"
	var err error
	if _, p.developer.Password, err = to.account(ctx, sessionv1.AccountKind_ACCOUNT_KIND_DEVELOPER, p.developer.GetLogin()); err != nil {
		return err
	}
	if _, p.password, err = to.account(ctx, sessionv1.AccountKind_ACCOUNT_KIND_USER, p.user); err != nil {
		return err
	}
	const member = "usuario@bench.example"
	user, password, err := to.account(ctx, sessionv1.AccountKind_ACCOUNT_KIND_USER, member)
	if err != nil {
		return err
	}
	made, err := to.organisations.CreateOrganisation(ctx, &sessionv1.CreateOrganisationRequest{Organisation: &sessionv1.Organisation{
		DataSet: authv1.DataSet_DATA_SET_PRODUCTION, LegalName: "Distribuidora Inventada S.R.L.", TradeName: "Distribuidora Inventada", Cuit: "30-98700001-1",
		PlanId: 7, Type: "pyme", FiscalYearEnd: "12-31", Activity: "Venta al por mayor de alimentos",
	}})
	if err != nil {
		return fmt.Errorf("entering an organisation: %w", err)
	}
	p.organisation = made.GetOrganisation().GetOrganisationId()
	if _, err := to.organisations.PutMember(ctx, &sessionv1.PutMemberRequest{
		OrganisationId: p.organisation, Member: &sessionv1.Member{AccountId: user, Administrator: true},
	}); err != nil {
		return fmt.Errorf("entering a member: %w", err)
	}
	opened, err := to.sessions.OpenSession(ctx, &sessionv1.OpenSessionRequest{Developer: p.developer, User: member, Password: password})
	if err != nil {
		return fmt.Errorf("opening a session: %w", err)
	}
	p.session = &sessionv1.UserSession{Developer: p.developer, User: member, SessionKey: opened.GetSessionKey()}
	_, _, err = each(ctx, 8, customers, func(ctx context.Context, i int) error {
		_, err := to.workspace.CreateCustomer(ctx, &sessionv1.CreateCustomerRequest{Session: p.session, Customer: inventedCustomer(p.organisation, i)})
		return err
	})()
	if err != nil {
		return fmt.Errorf("entering customers: %w", err)
	}
	return nil
}

func inventedCustomer(organisation int64, i int) *sessionv1.Customer {
	person := inventedPerson(i, false)
	return &sessionv1.Customer{
		OrganisationId: organisation, LegalName: person.first + " " + person.second + " " + person.given, Dni: fmt.Sprint(20_000_000 + i),
		Email: person.email, Phone: person.phone, Since: "2026-01-02", VatRate: "21",
		PostalAddress: &sessionv1.PostalAddress{
			Street: fmt.Sprintf("Calle %d", i), City: fmt.Sprintf("Ciudad %d", i%37), PostalCode: fmt.Sprint(1000 + i%900), Province: province(i), Country: "Argentina",
		},
	}
}

func province(i int) string { return fmt.Sprintf("Provincia %d", i%provinces) }

func (to reception) enterApp(ctx context.Context, p *parties) error {
	made, err := to.clients.CreateClient(ctx, &authv1.CreateClientRequest{Client: &authv1.Client{
		Name: "bench", Family: "mosia", Kind: authv1.ClientKind_CLIENT_KIND_PARTNER, DataSet: authv1.DataSet_DATA_SET_PRODUCTION,
		Scopes: []string{"chavePasse", "seguranca"},
	}})
	if err != nil {
		return fmt.Errorf("registering a client: %w", err)
	}
	id := made.GetClient().GetClientId()
	key, err := to.keys.CreateApiKey(ctx, &authv1.CreateApiKeyRequest{ClientId: id, Name: "bench", Form: authv1.ApiKeyForm_API_KEY_FORM_JWT, Apis: []string{"chavePasse", "segurança"}})
	if err != nil {
		return fmt.Errorf("making a client's token: %w", err)
	}
	p.token = key.GetKey()
	functionality, err := to.functionalities.CreateFunctionality(ctx, &sessionv1.CreateFunctionalityRequest{Functionality: &sessionv1.Functionality{
		DataSet: authv1.DataSet_DATA_SET_PRODUCTION, ClientId: id, Name: "bench", RedirectUri: "https://bench.example/pagina", PassKeyLife: durationpb.New(2 * timeLimit),
	}})
	if err != nil {
		return fmt.Errorf("entering a functionality: %w", err)
	}
	p.functionality = functionality.GetFunctionality().GetFunctionalityKey()
	person := inventedPerson(0, false)
	if _, err := to.persons.CreatePerson(ctx, &identityv1.CreatePersonRequest{Person: &identityv1.Person{
		DataSet: authv1.DataSet_DATA_SET_PRODUCTION, UniqueKey: person.key, GivenNames: person.given, FirstSurname: person.first, BirthDate: person.birth,
	}}); err != nil {
		return fmt.Errorf("entering the beneficiary: %w", err)
	}
	internal, err := to.internal(ctx, p.token)
	if err != nil {
		return err
	}
	answer, err := to.beneficiaries.AuthenticateBeneficiary(authn.Outgoing(ctx, internal), &sessionv1.AuthenticateBeneficiaryRequest{UniqueKey: person.key})
	if err != nil {
		return fmt.Errorf("signing the beneficiary in: %w", err)
	}
	for range passKeys {
		opened, err := to.opening.OpenFunctionality(ctx, &sessionv1.OpenFunctionalityRequest{
			BeneficiaryToken: answer.GetToken().GetToken(), FunctionalityKey: p.functionality, DataSet: authv1.DataSet_DATA_SET_PRODUCTION,
		})
		if err != nil {
			return fmt.Errorf("opening a functionality: %w", err)
		}
		p.passKeys = append(p.passKeys, opened.GetPassKey())
	}
	return nil
}

// internal has auth vouch for the client of a token to session, as the gateway does. It is good for five minutes.
func (to reception) internal(ctx context.Context, token string) (string, error) {
	answer, err := to.tokens.Exchange(ctx, &authv1.ExchangeRequest{
		Credential: &authv1.ExchangeRequest_ApiKey{ApiKey: token}, Audience: "session", Families: []string{"mosia"},
		DataSets: []authv1.DataSet{authv1.DataSet_DATA_SET_PRODUCTION},
	})
	if err != nil {
		return "", fmt.Errorf("exchanging a client's token: %w", err)
	}
	return answer.GetInternalToken(), nil
}
