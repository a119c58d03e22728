package main

import (
	"context"
	"fmt"

	authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"
	identityv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/identity/v1"
	notificationsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/notifications/v1"
)

// provider is who asks for a service, and for whom: one person, who can be reached by every channel.
type provider struct {
	client      client
	id          int64
	service     int32
	token       string
	destination string
}

// introduce enters them.
func (m *dispatchesMeasure) introduce(ctx context.Context, to access) (err error) {
	if m.to.client, err = m.register(ctx, to.AdminRPC, "--family", "tuidd"); err != nil {
		return err
	}
	window, err := m.window(to)
	if err != nil {
		return err
	}
	defer window.Close()
	p := inventedPerson(0, false)
	person, err := identityv1.NewPersonServiceClient(window).CreatePerson(ctx, &identityv1.CreatePersonRequest{Person: &identityv1.Person{
		DataSet: authv1.DataSet_DATA_SET_PRODUCTION, UniqueKey: p.key, GivenNames: p.given, FirstSurname: p.first, SecondSurname: p.second, BirthDate: p.birth,
		Contacts: []*identityv1.Contact{
			{Kind: identityv1.ContactKind_CONTACT_KIND_EMAIL, Value: p.email}, {Kind: identityv1.ContactKind_CONTACT_KIND_PHONE, Value: p.phone},
		},
	}})
	if err != nil {
		return fmt.Errorf("entering the recipient: %w", err)
	}
	m.to.destination = person.GetPerson().GetPersonId()
	recipients := notificationsv1.NewRecipientServiceClient(window)
	for channel, value := range map[notificationsv1.Channel]string{
		notificationsv1.Channel_CHANNEL_FCM: "bench:device", notificationsv1.Channel_CHANNEL_WEBHOOK: "https://" + m.peers.hookAt + "/hook",
	} {
		if _, err := recipients.PutAddress(ctx, &notificationsv1.PutAddressRequest{
			DataSet: authv1.DataSet_DATA_SET_PRODUCTION, PersonId: m.to.destination, Address: &notificationsv1.Address{Channel: channel, Value: value},
		}); err != nil {
			return fmt.Errorf("entering the recipient's addresses: %w", err)
		}
	}
	return m.subscribe(ctx, notificationsv1.NewProviderServiceClient(window))
}

// subscribe enters the provider, with a service that takes everything.
func (m *dispatchesMeasure) subscribe(ctx context.Context, at notificationsv1.ProviderServiceClient) error {
	provider, err := at.CreateProvider(ctx, &notificationsv1.CreateProviderRequest{Provider: &notificationsv1.Provider{Name: "bench", ClientId: m.to.client.ID}})
	if err != nil {
		return fmt.Errorf("entering the provider: %w", err)
	}
	const optional = notificationsv1.PartRule_PART_RULE_OPTIONAL
	service, err := at.CreateService(ctx, &notificationsv1.CreateServiceRequest{Service: &notificationsv1.Service{
		Name: "bench", Destination: notificationsv1.PartRule_PART_RULE_REQUIRED, Notification: optional, Advertisement: optional, QrCode: optional, MicroPayment: optional,
	}})
	if err != nil {
		return fmt.Errorf("entering the service: %w", err)
	}
	m.to.id, m.to.service = provider.GetProvider().GetProviderId(), service.GetService().GetServiceId()
	made, err := at.CreateSubscription(ctx, &notificationsv1.CreateSubscriptionRequest{ProviderId: m.to.id, ServiceId: m.to.service})
	if err != nil {
		return fmt.Errorf("entering the subscription: %w", err)
	}
	m.to.token = made.GetServiceToken()
	return nil
}
