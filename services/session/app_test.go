package session_test

import (
	"context"
	"fmt"
	"sync"

	"google.golang.org/grpc"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/durationpb"

	"github.com/ventanilla/ventanilla/pkg/roletest"
	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
	identityv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/identity/v1"
	notificationsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/notifications/v1"
	sessionv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/session/v1"
)

const (
	production = authv1.DataSet_DATA_SET_PRODUCTION
	staging    = authv1.DataSet_DATA_SET_STAGING
)

// callees stand for identity and notifications, as far as apps' users need them.
type callees struct {
	grpc.ClientConnInterface
	mu        sync.Mutex
	persons   []*identityv1.Person // by their unique keys and identifiers
	household []*identityv1.HouseholdMember
	asked     []proto.Message
	fails     error // what they answer instead
}

// Invoke answers what session asks.
func (c *callees) Invoke(_ context.Context, method string, args, reply any, _ ...grpc.CallOption) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.asked = append(c.asked, args.(proto.Message))
	if c.fails != nil {
		return c.fails
	}
	answer, err := c.answer(args)
	if err != nil {
		return fmt.Errorf("%s: %w", method, err)
	}
	proto.Merge(reply.(proto.Message), answer)
	return nil
}

func (c *callees) answer(args any) (proto.Message, error) {
	switch in := args.(type) {
	case *identityv1.FindPersonRequest:
		for _, p := range c.persons {
			if p.GetUniqueKey() == in.GetUniqueKey() && p.GetDataSet() == in.GetDataSet() {
				return &identityv1.FindPersonResponse{Person: p}, nil
			}
		}
	case *identityv1.GetPersonRequest:
		for _, p := range c.persons {
			if p.GetPersonId() == in.GetPersonId() {
				return &identityv1.GetPersonResponse{Person: p}, nil
			}
		}
	case *identityv1.FindHouseholdRequest:
		if c.household == nil {
			return nil, rpcerr.New(errorsv1.Reason_REASON_HOUSEHOLD_NOT_FOUND, "there is no household")
		}
		return &identityv1.FindHouseholdResponse{Household: &identityv1.Household{Members: c.household}}, nil
	case *notificationsv1.ListProvidersRequest:
		return &notificationsv1.ListProvidersResponse{Providers: []*notificationsv1.Provider{{ProviderId: 3, DataSet: production, Role: "session"}}}, nil
	case *notificationsv1.ListSubscriptionsRequest:
		return &notificationsv1.ListSubscriptionsResponse{Subscriptions: []*notificationsv1.Subscription{{ServiceId: 4}}}, nil
	case *notificationsv1.DispatchRequest:
		if in.GetDestination() != "p-ana" {
			return nil, rpcerr.New(errorsv1.Reason_REASON_DESTINATION_UNREACHABLE, "no device")
		}
		return &notificationsv1.DispatchResponse{DispatchId: "d-1"}, nil
	}
	return nil, rpcerr.New(errorsv1.Reason_REASON_PERSON_NOT_FOUND, "nobody has it")
}

// app is what a client's app does with a replica.
type app struct {
	*roletest.Replica
	*callees
	clientID string
	set      authv1.DataSet
}

func (p *platform) callees() *callees {
	c := &callees{persons: []*identityv1.Person{
		{PersonId: "p-ana", UniqueKey: "ana@example.org", DataSet: production, GivenNames: "Ana Inventada", FirstSurname: "Souza"},
		{PersonId: "p-rui", UniqueKey: "rui@example.org", DataSet: production, GivenNames: "Rui", FirstSurname: "Souza", SecondSurname: "Lima"},
		{PersonId: "p-eva", UniqueKey: "ana@example.org", DataSet: staging, GivenNames: "Eva"},
	}}
	p.identity, p.notifications = c, c
	return c
}

// app is a client's with a replica of its own, among persons whom identity knows.
func (p *platform) app(clientID string, set authv1.DataSet) *app {
	known := p.callees()
	return &app{p.replica(), known, clientID, set}
}

// of is another client's app with the same replica.
func (a *app) of(clientID string, set authv1.DataSet) *app {
	return &app{a.Replica, a.callees, clientID, set}
}

func (a *app) by(scopes ...string) context.Context {
	return a.ByClient(a.clientID, "mosia", a.set, scopes...)
}

func (a *app) functionalities() sessionv1.FunctionalityServiceClient {
	return sessionv1.NewFunctionalityServiceClient(a.As("gateway"))
}

func (a *app) passKeys() sessionv1.PassKeyServiceClient {
	return sessionv1.NewPassKeyServiceClient(a.As("gateway"))
}

func (a *app) beneficiaries() sessionv1.BeneficiaryServiceClient {
	return sessionv1.NewBeneficiaryServiceClient(a.As("gateway"))
}

// page is a functionality of the client.
func (a *app) page(change func(*sessionv1.Functionality)) *sessionv1.Functionality {
	a.T.Helper()
	in := &sessionv1.Functionality{
		DataSet: a.set, ClientId: a.clientID, Name: "Carteirinha", RedirectUri: "https://example.org/c?a=b", PassKeyLife: durationpb.New(tenMinutes),
	}
	if change != nil {
		change(in)
	}
	made, err := a.functionalities().CreateFunctionality(a.ByOperator("editor"), &sessionv1.CreateFunctionalityRequest{Functionality: in})
	roletest.Check(a.T, err)
	return made.GetFunctionality()
}

// token is one for Ana.
func (a *app) token() string {
	a.T.Helper()
	answer, err := a.beneficiaries().AuthenticateBeneficiary(a.by("seguranca"), &sessionv1.AuthenticateBeneficiaryRequest{UniqueKey: "ana@example.org"})
	roletest.Check(a.T, err)
	return answer.GetToken().GetToken()
}

// open opens a functionality of the client.
func (a *app) open(token, functionalityKey string) (*sessionv1.OpenFunctionalityResponse, error) {
	return a.passKeys().OpenFunctionality(a.T.Context(), &sessionv1.OpenFunctionalityRequest{
		BeneficiaryToken: token, FunctionalityKey: functionalityKey, DataSet: a.set,
		Device:   &sessionv1.Device{Platform: "android", Model: "Inventado 7", OsVersion: "16", AppVersion: "2.3"},
		Location: &sessionv1.Location{Latitude: -22.9, Longitude: -43.2, Accuracy: 12.5},
	})
}

func (a *app) redeem(in *sessionv1.PassKey) (*sessionv1.RedeemPassKeyResponse, error) {
	return a.passKeys().RedeemPassKey(a.by("chavePasse"), &sessionv1.RedeemPassKeyRequest{PassKey: in})
}
