package demo_test

import (
	"context"
	"encoding/base64"
	"errors"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"

	"google.golang.org/grpc"
	"google.golang.org/protobuf/types/known/fieldmaskpb"

	"github.com/ventanilla/ventanilla/pkg/nationalid"
	"github.com/ventanilla/ventanilla/pkg/roletest"
	"github.com/ventanilla/ventanilla/pkg/telemetry"
	authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"
	identityv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/identity/v1"
	sessionv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/session/v1"
	"github.com/ventanilla/ventanilla/services/cmd/internal/demo"
	"github.com/ventanilla/ventanilla/services/session"
)

// register is identity as the service of the test asks it: everybody is on record, in either data set.
type register struct{}

func (register) Invoke(_ context.Context, method string, args, reply any, _ ...grpc.CallOption) error {
	switch in := args.(type) {
	case *identityv1.FindPersonRequest:
		reply.(*identityv1.FindPersonResponse).Person = &identityv1.Person{PersonId: "id-" + in.GetUniqueKey(), UniqueKey: in.GetUniqueKey(), DataSet: in.GetDataSet()}
	case *identityv1.GetPersonRequest:
		set := authv1.DataSet_DATA_SET_PRODUCTION
		if strings.HasPrefix(in.GetPersonId(), "id-P") {
			set = authv1.DataSet_DATA_SET_STAGING
		}
		reply.(*identityv1.GetPersonResponse).Person = &identityv1.Person{PersonId: in.GetPersonId(), DataSet: set}
	default:
		return errors.New("nobody asks " + method)
	}
	return nil
}

func (register) NewStream(context.Context, *grpc.StreamDesc, string, ...grpc.CallOption) (grpc.ClientStream, error) {
	return nil, errors.New("no streams")
}

// replica is a session service with as little work as can be.
func replica(t *testing.T) *roletest.Replica {
	p := roletest.New(t, roletest.Role{Name: session.Role, Schema: session.Schema, Migrations: session.Migrations(), Rules: session.Rules})
	return p.Start(func(tele *telemetry.Telemetry) (roletest.Service, error) {
		cfg := session.DefaultConfig()
		cfg.Passwords.MemoryKiB, cfg.Passwords.Passes = 8, 1
		cfg.Integrations.AllowNetworks = []string{"127.0.0.0/8"}
		return session.New(t.Context(), cfg, session.Deps{
			DB: p.DB, KEK: p.KEK, Identity: register{}, Benefits: register{}, Notifications: register{},
			Now: p.Clock.Now, Logger: tele.Logger, Meter: tele.Meter.Meter("test"),
		})
	})
}

func TestTheDemosOrganisationsAreKept(t *testing.T) {
	r := replica(t)
	keeping, calling := r.As("bootstrap"), r.As("gateway")
	to := demo.Workplace{
		Persons: everybody{}, Accounts: sessionv1.NewAccountServiceClient(keeping), Organisations: sessionv1.NewOrganisationServiceClient(keeping),
		Sessions: sessionv1.NewSessionServiceClient(calling), Customers: sessionv1.NewWorkspaceServiceClient(calling),
	}
	var f demo.Colppy
	seed := func() demo.Colppy {
		t.Helper()
		if err := demo.SeedColppy(t.Context(), to, &f); err != nil {
			t.Fatal(err)
		}
		return f
	}
	first := seed()
	customers := func(of demo.Colppy) []*sessionv1.Customer {
		t.Helper()
		developer := &sessionv1.DeveloperCredential{Login: of.Auth.Usuario, Password: of.Auth.Password}
		opened, err := to.Sessions.OpenSession(t.Context(), &sessionv1.OpenSessionRequest{Developer: developer, User: of.User.Usuario, Password: of.User.Password})
		roletest.Check(t, err)
		list, err := to.Customers.ListCustomers(t.Context(), &sessionv1.ListCustomersRequest{
			Session:        &sessionv1.UserSession{Developer: developer, User: of.User.Usuario, SessionKey: opened.GetSessionKey()},
			OrganisationId: of.IDEmpresa, Query: &sessionv1.ListQuery{Limit: 500},
		})
		roletest.Check(t, err)
		return list.GetCustomers()
	}
	entered := customers(first)
	if len(entered) != 30 {
		t.Errorf("there are %d customers", len(entered))
	}
	for _, c := range entered {
		if cuit, err := nationalid.Parse(nationalid.CUIT, c.GetCuit()); err != nil || cuit != c.GetCuit() {
			t.Errorf("%s: %s, %v", c.GetLegalName(), c.GetCuit(), err)
		}
		if c.GetLinked() != (c.GetCustomerId() == first.IDCliente) {
			t.Errorf("%s is linked: %v", c.GetLegalName(), c.GetLinked())
		}
	}
	if again := seed(); again != first || len(customers(again)) != 30 {
		t.Errorf("seeded again %+v", again)
	}

	// What was done to its accounts is undone.
	found, err := to.Accounts.GetAccount(t.Context(), &sessionv1.GetAccountRequest{Account: &sessionv1.GetAccountRequest_Login{
		Login: &sessionv1.AccountLogin{Kind: sessionv1.AccountKind_ACCOUNT_KIND_USER, Login: first.User.Usuario},
	}})
	roletest.Check(t, err)
	account := found.GetAccount()
	account.Disabled = true
	_, err = to.Accounts.UpdateAccount(t.Context(), &sessionv1.UpdateAccountRequest{Account: account, UpdateMask: &fieldmaskpb.FieldMask{Paths: []string{"disabled"}}})
	roletest.Check(t, err)
	_, err = to.Accounts.SetPassword(t.Context(), &sessionv1.SetPasswordRequest{AccountId: account.GetAccountId(), Password: "another password"})
	roletest.Check(t, err)
	if mended := seed(); mended.User == first.User || mended.IDEmpresa != first.IDEmpresa || len(customers(mended)) != 30 {
		t.Errorf("mended to %+v", mended)
	}
	f = demo.Colppy{} // the file was deleted
	if found := seed(); found.IDEmpresa != first.IDEmpresa || found.IDCliente != first.IDCliente || len(customers(found)) != 30 {
		t.Errorf("without its file %+v", found)
	}
}

// jwtWith looks like a JWT with a claim.
func jwtWith(key string) string {
	return "e30." + base64.RawURLEncoding.EncodeToString([]byte(`{"key":"`+key+`"}`)) + ".e30"
}

// tokens makes client tokens that are none.
type tokens struct {
	authv1.ApiKeyServiceClient
	made []*authv1.ApiKey
}

func (k *tokens) CreateApiKey(_ context.Context, in *authv1.CreateApiKeyRequest, _ ...grpc.CallOption) (*authv1.CreateApiKeyResponse, error) { //nolint:revive,staticcheck // the contract names it so
	key := &authv1.ApiKey{ApiKeyId: "key-of-" + in.GetClientId(), ClientId: in.GetClientId(), Form: in.GetForm()}
	k.made = append(k.made, key)
	return &authv1.CreateApiKeyResponse{ApiKey: key, Key: jwtWith(key.GetApiKeyId())}, nil
}

func (k *tokens) ListApiKeys(_ context.Context, in *authv1.ListApiKeysRequest, _ ...grpc.CallOption) (*authv1.ListApiKeysResponse, error) { //nolint:revive,staticcheck // the contract names it so
	answer := &authv1.ListApiKeysResponse{}
	for _, key := range k.made {
		if key.GetClientId() == in.GetClientId() {
			answer.ApiKeys = append(answer.ApiKeys, key)
		}
	}
	return answer, nil
}

func TestTheDemosAppIsKept(t *testing.T) {
	r := replica(t)
	keeping, calling := r.As("bootstrap"), r.As("gateway")
	registered := &clients{made: make(map[string]*authv1.Client)}
	made := &tokens{}
	to := demo.Partner{
		Clients: registered, Keys: made,
		Functionalities: sessionv1.NewFunctionalityServiceClient(keeping), Integrations: sessionv1.NewIntegrationServiceClient(keeping),
		PassKeys: sessionv1.NewPassKeyServiceClient(calling), Beneficiaries: sessionv1.NewBeneficiaryServiceClient(calling),
		ByClient: func(_ context.Context, token string, set authv1.DataSet) (context.Context, error) {
			for _, key := range made.made {
				if jwtWith(key.GetApiKeyId()) == token {
					return r.ByClient(key.GetClientId(), "mosia", set, "chavePasse", "seguranca", "mensageria"), nil
				}
			}
			return nil, errors.New("no such token")
		},
	}
	partner := httptest.NewServer(demo.NewPartnerEndpoint())
	t.Cleanup(partner.Close)
	var f demo.Mosia
	seed := func() demo.Mosia {
		t.Helper()
		if err := demo.SeedMosia(t.Context(), to, partner.URL, &f); err != nil {
			t.Fatal(err)
		}
		return f
	}
	first := seed()
	redeemed, err := to.PassKeys.RedeemPassKey(r.ByClient(first.ClientID, "mosia", authv1.DataSet_DATA_SET_PRODUCTION, "chavePasse"), &sessionv1.RedeemPassKeyRequest{
		PassKey: &sessionv1.PassKey{PassKey: first.ChavePasse, FunctionalityKey: first.ChaveFuncionalidade},
	})
	if err != nil || redeemed.GetUniqueKey() != first.ChaveUnica || !strings.Contains(redeemed.GetAttributesJson(), `"abcdef":9288701`) {
		t.Errorf("redeemed %v, %v", redeemed, err)
	}
	again := seed()
	again.ChavePasse, again.SandboxChavePasse = first.ChavePasse, first.SandboxChavePasse // which are new
	if !reflect.DeepEqual(again, first) || len(made.made) != 2 || len(registered.made) != 2 {
		t.Errorf("seeded again %+v, with %d tokens", again, len(made.made))
	}
	moved := httptest.NewServer(demo.NewPartnerEndpoint()) // the page is at another port
	t.Cleanup(moved.Close)
	if err := demo.SeedMosia(t.Context(), to, moved.URL, &f); err != nil {
		t.Fatal(err)
	}
	found, err := to.Functionalities.GetFunctionality(t.Context(), &sessionv1.GetFunctionalityRequest{FunctionalityKey: first.ChaveFuncionalidade})
	if err != nil || !strings.HasPrefix(found.GetFunctionality().GetRedirectUri(), moved.URL+"/") || f.ChaveIntegracao == first.ChaveIntegracao {
		t.Errorf("moved to %v, %v", found, err)
	}
}
