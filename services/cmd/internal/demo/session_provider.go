package demo

import (
	"context"
	"fmt"
	"slices"

	authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"
	identityv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/identity/v1"
	notificationsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/notifications/v1"
)

// sessionRole is the role of the platform that notifies in the name of organisations and apps.
const sessionRole = "session"

// SeedSessionProviders has the role session notify persons of both data sets through the service that SeedServices defined, and gives the
// demo's beneficiaries devices.
func SeedSessionProviders(ctx context.Context, to Dispatcher, service int32) error {
	for set, key := range map[authv1.DataSet]string{
		authv1.DataSet_DATA_SET_PRODUCTION: "44444444-4", authv1.DataSet_DATA_SET_STAGING: "55555555-5",
	} {
		provider, err := to.ensureRoleProvider(ctx, set)
		if err != nil {
			return err
		}
		if err := to.ensureRoleSubscription(ctx, provider, service); err != nil {
			return err
		}
		found, err := to.Persons.FindPerson(ctx, &identityv1.FindPersonRequest{
			Key: &identityv1.FindPersonRequest_UniqueKey{UniqueKey: key}, DataSet: set, Access: access,
		})
		if err != nil {
			return fmt.Errorf("looking for a demo's beneficiary: %w", err)
		}
		if _, err := to.Recipients.PutAddress(ctx, &notificationsv1.PutAddressRequest{
			DataSet: set, PersonId: found.GetPerson().GetPersonId(),
			Address: &notificationsv1.Address{Channel: notificationsv1.Channel_CHANNEL_FCM, Value: device + "-" + key}, // an app's token is one person's
		}); err != nil {
			return fmt.Errorf("giving a demo's beneficiary a device: %w", err)
		}
	}
	return nil
}

// ensureRoleProvider keeps the provider of the role in a data set.
func (to Dispatcher) ensureRoleProvider(ctx context.Context, set authv1.DataSet) (int64, error) {
	request := &notificationsv1.ListProvidersRequest{PageSize: 500}
	for {
		page, err := to.Providers.ListProviders(ctx, request)
		if err != nil {
			return 0, fmt.Errorf("looking for the provider of session: %w", err)
		}
		for _, p := range page.GetProviders() {
			if p.GetRole() == sessionRole && p.GetDataSet() == set && !p.GetDisabled() {
				return p.GetProviderId(), nil
			}
		}
		if request.PageToken = page.GetNextPageToken(); request.PageToken == "" {
			break
		}
	}
	made, err := to.Providers.CreateProvider(ctx, &notificationsv1.CreateProviderRequest{
		Provider: &notificationsv1.Provider{Name: "Session", Role: sessionRole, DataSet: set},
	})
	if err != nil {
		return 0, fmt.Errorf("entering the provider of session: %w", err)
	}
	return made.GetProvider().GetProviderId(), nil
}

// ensureRoleSubscription keeps any that is good: a role's dispatches need no token of it.
func (to Dispatcher) ensureRoleSubscription(ctx context.Context, provider int64, service int32) error {
	known, err := to.Providers.ListSubscriptions(ctx, &notificationsv1.ListSubscriptionsRequest{ProviderId: provider})
	if err != nil {
		return fmt.Errorf("looking for the subscription of session: %w", err)
	}
	if slices.ContainsFunc(known.GetSubscriptions(), func(s *notificationsv1.Subscription) bool { return s.GetEndedAt() == nil }) {
		return nil
	}
	if _, err := to.Providers.CreateSubscription(ctx, &notificationsv1.CreateSubscriptionRequest{ProviderId: provider, ServiceId: service}); err != nil {
		return fmt.Errorf("entering the subscription of session: %w", err)
	}
	return nil
}
