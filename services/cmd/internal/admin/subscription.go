package admin

import (
	"context"
	"fmt"

	"google.golang.org/grpc"

	notificationsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/notifications/v1"
)

// Subscriptions are the commands about which provider consumes which service.
type Subscriptions struct {
	Create CreateSubscription `cmd:"" help:"Let a provider consume a service, and show the service token, this once."`
	List   ListSubscriptions  `cmd:"" help:"List a provider's subscriptions, oldest first."`
	End    EndSubscription    `cmd:"" help:"Refuse a subscription's token from now on."`
}

// CreateSubscription lets a provider consume a service.
type CreateSubscription struct {
	Provider int64 `arg:"" help:"The provider's number."`
	Service  int32 `arg:"" help:"The service's number."`
}

// Help explains how tokens are replaced.
func (CreateSubscription) Help() string {
	return `The token goes with every dispatch of a client (service_token). To replace one, create another subscription to the same service, let the provider change over, and end the old one: both are good until then.`
}

// Run does it.
func (c CreateSubscription) Run(ctx context.Context, conn *grpc.ClientConn, out Output) error {
	answer, err := notificationsv1.NewProviderServiceClient(conn).CreateSubscription(ctx, &notificationsv1.CreateSubscriptionRequest{
		ProviderId: c.Provider, ServiceId: c.Service,
	})
	if err != nil {
		return err
	}
	sub := answer.GetSubscription()
	return out.record(answer, [][2]string{
		{"id", sub.GetSubscriptionId()},
		{"service token", answer.GetServiceToken()},
		{"provider", fmt.Sprint(sub.GetProviderId())},
		{"service", fmt.Sprint(sub.GetServiceId())},
		{"created", moment(sub.GetCreatedAt())},
	})
}

// ListSubscriptions lists a provider's subscriptions.
type ListSubscriptions struct {
	Provider int64 `arg:"" help:"The provider's number."`
}

// Run does it.
func (c ListSubscriptions) Run(ctx context.Context, conn *grpc.ClientConn, out Output) error {
	answer, err := notificationsv1.NewProviderServiceClient(conn).ListSubscriptions(ctx, &notificationsv1.ListSubscriptionsRequest{ProviderId: c.Provider})
	if err != nil {
		return err
	}
	var rows [][]string
	for _, sub := range answer.GetSubscriptions() {
		rows = append(rows, subscriptionRow(sub))
	}
	return out.table(answer, subscriptionHeading(), rows)
}

// EndSubscription ends a subscription.
type EndSubscription struct {
	ID string `arg:"" help:"The subscription's identifier, as \"admin subscription list\" shows it."`
}

// Run does it.
func (c EndSubscription) Run(ctx context.Context, conn *grpc.ClientConn, out Output) error {
	answer, err := notificationsv1.NewProviderServiceClient(conn).EndSubscription(ctx, &notificationsv1.EndSubscriptionRequest{SubscriptionId: c.ID})
	if err != nil {
		return err
	}
	return out.table(answer, subscriptionHeading(), [][]string{subscriptionRow(answer.GetSubscription())})
}

func subscriptionHeading() []string { return []string{"ID", "PROVIDER", "SERVICE", "CREATED", "ENDED"} }

func subscriptionRow(sub *notificationsv1.Subscription) []string {
	return []string{
		sub.GetSubscriptionId(), fmt.Sprint(sub.GetProviderId()), fmt.Sprint(sub.GetServiceId()), moment(sub.GetCreatedAt()), moment(sub.GetEndedAt()),
	}
}
