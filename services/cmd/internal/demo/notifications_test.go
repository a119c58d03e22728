package demo_test

import (
	"context"
	"maps"
	"slices"
	"strconv"
	"testing"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/timestamppb"

	identityv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/identity/v1"
	notificationsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/notifications/v1"
	"github.com/ventanilla/ventanilla/services/cmd/internal/demo"
)

// providers keeps providers, services and subscriptions, and addresses.
type providers struct {
	notificationsv1.ProviderServiceClient
	notificationsv1.RecipientServiceClient
	providers map[int64]*notificationsv1.Provider
	services  []*notificationsv1.Service
	subs      []*notificationsv1.Subscription
	addresses map[string]*notificationsv1.Address
}

func (p *providers) CreateProvider(_ context.Context, in *notificationsv1.CreateProviderRequest, _ ...grpc.CallOption) (*notificationsv1.CreateProviderResponse, error) {
	made := in.GetProvider()
	made.ProviderId = int64(len(p.providers)) + 1
	p.providers[made.GetProviderId()] = made
	return &notificationsv1.CreateProviderResponse{Provider: made}, nil
}

func (p *providers) GetProvider(_ context.Context, in *notificationsv1.GetProviderRequest, _ ...grpc.CallOption) (*notificationsv1.GetProviderResponse, error) {
	known, ok := p.providers[in.GetProviderId()]
	if !ok {
		return nil, status.Error(codes.NotFound, "no such provider")
	}
	return &notificationsv1.GetProviderResponse{Provider: known}, nil
}

func (p *providers) CreateService(_ context.Context, in *notificationsv1.CreateServiceRequest, _ ...grpc.CallOption) (*notificationsv1.CreateServiceResponse, error) {
	made := in.GetService()
	made.ServiceId = int32(len(p.services)) + 1
	p.services = append(p.services, made)
	return &notificationsv1.CreateServiceResponse{Service: made}, nil
}

// ListServices gives one a page.
func (p *providers) ListServices(_ context.Context, in *notificationsv1.ListServicesRequest, _ ...grpc.CallOption) (*notificationsv1.ListServicesResponse, error) {
	at, _ := strconv.Atoi(in.GetPageToken())
	page := &notificationsv1.ListServicesResponse{}
	if at < len(p.services) {
		page.Services, page.NextPageToken = p.services[at:at+1], strconv.Itoa(at+1)
	}
	return page, nil
}

func (p *providers) CreateSubscription(_ context.Context, in *notificationsv1.CreateSubscriptionRequest, _ ...grpc.CallOption) (*notificationsv1.CreateSubscriptionResponse, error) {
	made := &notificationsv1.Subscription{ProviderId: in.GetProviderId(), ServiceId: in.GetServiceId()}
	p.subs = append(p.subs, made)
	return &notificationsv1.CreateSubscriptionResponse{Subscription: made, ServiceToken: "token-" + strconv.Itoa(len(p.subs))}, nil
}

func (p *providers) ListSubscriptions(_ context.Context, in *notificationsv1.ListSubscriptionsRequest, _ ...grpc.CallOption) (*notificationsv1.ListSubscriptionsResponse, error) {
	answer := &notificationsv1.ListSubscriptionsResponse{}
	for _, sub := range p.subs {
		if sub.GetProviderId() == in.GetProviderId() {
			answer.Subscriptions = append(answer.Subscriptions, sub)
		}
	}
	return answer, nil
}

func (p *providers) PutAddress(_ context.Context, in *notificationsv1.PutAddressRequest, _ ...grpc.CallOption) (*notificationsv1.PutAddressResponse, error) {
	p.addresses[in.GetPersonId()+in.GetAddress().GetValue()] = in.GetAddress()
	return &notificationsv1.PutAddressResponse{Address: in.GetAddress()}, nil
}

// everybody knows a person for each key.
type everybody struct{ identityv1.PersonServiceClient }

func (everybody) FindPerson(_ context.Context, in *identityv1.FindPersonRequest, _ ...grpc.CallOption) (*identityv1.FindPersonResponse, error) {
	return &identityv1.FindPersonResponse{Person: &identityv1.Person{PersonId: "id-" + in.GetUniqueKey()}}, nil
}

func TestTheDemosProviderIsKept(t *testing.T) {
	p := &providers{providers: make(map[int64]*notificationsv1.Provider), addresses: make(map[string]*notificationsv1.Address)}
	f := demo.TUIDD{ProviderClientID: "c1"}
	seed := func() demo.TUIDD {
		t.Helper()
		if err := demo.SeedServices(t.Context(), demo.Dispatcher{Persons: everybody{}, Providers: p, Recipients: p}, &f); err != nil {
			t.Fatal(err)
		}
		return f
	}
	first := seed()
	if first.ProviderID != 1 || first.ServiceID != 1 || first.ServiceToken != "token-1" || first.Destination == "" {
		t.Errorf("seeded %+v", first)
	}
	if p.services[0].GetDestination() != notificationsv1.PartRule_PART_RULE_REQUIRED || len(p.services[0].GetChannels()) != 0 {
		t.Errorf("the service is %v", p.services[0])
	}
	if again := seed(); again != first || len(p.subs) != 1 || len(p.addresses) != 1 {
		t.Errorf("seeded again %+v, with %d subscriptions and %d addresses", again, len(p.subs), len(p.addresses))
	}
	p.subs[0].EndedAt = timestamppb.Now()
	if renewed := seed(); renewed.ServiceToken != "token-2" || renewed.ProviderID != first.ProviderID {
		t.Errorf("after its end %+v", renewed)
	}
	f.ProviderClientID = "c2" // the client was made anew
	if moved := seed(); moved.ProviderID != 2 || moved.ServiceID != 1 || moved.ServiceToken != "token-3" {
		t.Errorf("for another client %+v", moved)
	}
	f.ProviderID, f.ServiceID = 99, 99 // of another data folder
	if lost := seed(); lost.ProviderID != 3 || lost.ServiceID != 2 {
		t.Errorf("in another folder %+v", lost)
	}
	if owners := slices.Sorted(maps.Keys(p.providers)); len(owners) != 3 {
		t.Errorf("there are %v", owners)
	}
}
