package demo

import (
	"context"
	"fmt"
	"slices"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"
	identityv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/identity/v1"
	notificationsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/notifications/v1"
)

// Dispatcher is whom SeedServices calls.
type Dispatcher struct {
	Persons    identityv1.PersonServiceClient
	Providers  notificationsv1.ProviderServiceClient
	Recipients notificationsv1.RecipientServiceClient
}

// device is the registration token of a telephone that there is not.
const device = "demo-device:APA91bDemostracion"

// SeedServices enters, for the client of the service provider, a provider with a subscription to a service that takes everything, and
// gives a person whom SeedIDDI entered a device, or keeps what an earlier run did.
func SeedServices(ctx context.Context, to Dispatcher, f *TUIDD) error {
	if err := to.ensureProvider(ctx, f); err != nil {
		return err
	}
	if err := to.ensureService(ctx, f); err != nil {
		return err
	}
	if err := to.ensureSubscription(ctx, f); err != nil {
		return err
	}
	found, err := to.Persons.FindPerson(ctx, &identityv1.FindPersonRequest{
		Key: &identityv1.FindPersonRequest_UniqueKey{UniqueKey: persons()[0].GetUniqueKey()}, DataSet: authv1.DataSet_DATA_SET_PRODUCTION, Access: access,
	})
	if err != nil {
		return fmt.Errorf("looking for the demo's recipient: %w", err)
	}
	f.Destination = found.GetPerson().GetPersonId()
	if _, err := to.Recipients.PutAddress(ctx, &notificationsv1.PutAddressRequest{
		DataSet: authv1.DataSet_DATA_SET_PRODUCTION, PersonId: f.Destination,
		Address: &notificationsv1.Address{Channel: notificationsv1.Channel_CHANNEL_FCM, Value: device},
	}); err != nil {
		return fmt.Errorf("giving the demo's recipient a device: %w", err)
	}
	return nil
}

// ensureProvider keeps a provider that is the client's and not shut out.
func (to Dispatcher) ensureProvider(ctx context.Context, f *TUIDD) error {
	if f.ProviderID != 0 {
		answer, err := to.Providers.GetProvider(ctx, &notificationsv1.GetProviderRequest{ProviderId: f.ProviderID})
		if err != nil && status.Code(err) != codes.NotFound {
			return fmt.Errorf("looking for the demo's provider: %w", err)
		}
		if err == nil && answer.GetProvider().GetClientId() == f.ProviderClientID && !answer.GetProvider().GetDisabled() {
			return nil
		}
	}
	made, err := to.Providers.CreateProvider(ctx, &notificationsv1.CreateProviderRequest{
		Provider: &notificationsv1.Provider{Name: "Demo service provider", ClientId: f.ProviderClientID},
	})
	if err != nil {
		return fmt.Errorf("entering the demo's provider: %w", err)
	}
	f.ProviderID = made.GetProvider().GetProviderId()
	return nil
}

// ensureService keeps the service that there is, whatever became of it.
func (to Dispatcher) ensureService(ctx context.Context, f *TUIDD) error {
	request := &notificationsv1.ListServicesRequest{PageSize: 500}
	for f.ServiceID != 0 {
		page, err := to.Providers.ListServices(ctx, request)
		if err != nil {
			return fmt.Errorf("looking for the demo's service: %w", err)
		}
		if slices.ContainsFunc(page.GetServices(), func(s *notificationsv1.Service) bool { return s.GetServiceId() == f.ServiceID }) {
			return nil
		}
		if request.PageToken = page.GetNextPageToken(); request.PageToken == "" {
			break
		}
	}
	const optional = notificationsv1.PartRule_PART_RULE_OPTIONAL
	made, err := to.Providers.CreateService(ctx, &notificationsv1.CreateServiceRequest{Service: &notificationsv1.Service{
		Name: "Demo service", Destination: notificationsv1.PartRule_PART_RULE_REQUIRED,
		Notification: optional, Advertisement: optional, QrCode: optional, MicroPayment: optional,
		QuietHours: new(false), // there is something to see at any hour
	}})
	if err != nil {
		return fmt.Errorf("defining the demo's service: %w", err)
	}
	f.ServiceID = made.GetService().GetServiceId()
	return nil
}

// ensureSubscription keeps one that is good.
func (to Dispatcher) ensureSubscription(ctx context.Context, f *TUIDD) error {
	known, err := to.Providers.ListSubscriptions(ctx, &notificationsv1.ListSubscriptionsRequest{ProviderId: f.ProviderID})
	if err != nil {
		return fmt.Errorf("looking for the demo's subscription: %w", err)
	}
	if f.ServiceToken != "" && slices.ContainsFunc(known.GetSubscriptions(), func(s *notificationsv1.Subscription) bool {
		return s.GetServiceId() == f.ServiceID && s.GetEndedAt() == nil
	}) {
		return nil
	}
	made, err := to.Providers.CreateSubscription(ctx, &notificationsv1.CreateSubscriptionRequest{ProviderId: f.ProviderID, ServiceId: f.ServiceID})
	if err != nil {
		return fmt.Errorf("entering the demo's subscription: %w", err)
	}
	f.ServiceToken = made.GetServiceToken()
	return nil
}
