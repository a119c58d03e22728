package notifications

import (
	"context"
	"crypto/sha256"
	"errors"

	"github.com/google/uuid"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/ventanilla/ventanilla/pkg/authn"
	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
	notificationsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/notifications/v1"
	"github.com/ventanilla/ventanilla/services/notifications/internal/store"
)

// CreateSubscription lets a provider consume a service.
func (s *providerService) CreateSubscription(ctx context.Context, req *notificationsv1.CreateSubscriptionRequest) (*notificationsv1.CreateSubscriptionResponse, error) {
	token, err := uuid.NewRandom()
	if err != nil {
		return nil, err
	}
	hash := sha256.Sum256([]byte(token.String()))
	sub, err := s.store.CreateSubscription(ctx, authn.CallerOf(ctx).Actor(), req.GetProviderId(), req.GetServiceId(), hash[:])
	if err != nil {
		return nil, offerFailure(err, "entering a subscription")
	}
	return &notificationsv1.CreateSubscriptionResponse{Subscription: subscriptionToProto(sub), ServiceToken: token.String()}, nil
}

// ListSubscriptions returns a provider's.
func (s *providerService) ListSubscriptions(ctx context.Context, req *notificationsv1.ListSubscriptionsRequest) (*notificationsv1.ListSubscriptionsResponse, error) {
	role, err := sightOf(authn.CallerOf(ctx))
	if err != nil {
		return nil, err
	}
	provider, err := s.store.Provider(ctx, req.GetProviderId())
	if err == nil && role != "" && provider.Role != role {
		err = sqlstore.ErrNotFound
	}
	if err != nil {
		return nil, providerFailure(err, "reading a provider")
	}
	subs, err := s.store.Subscriptions(ctx, req.GetProviderId())
	if err != nil {
		return nil, sqlstore.Failure(err, "listing subscriptions")
	}
	answer := &notificationsv1.ListSubscriptionsResponse{}
	for _, sub := range subs {
		answer.Subscriptions = append(answer.Subscriptions, subscriptionToProto(sub))
	}
	return answer, nil
}

// EndSubscription refuses its token.
func (s *providerService) EndSubscription(ctx context.Context, req *notificationsv1.EndSubscriptionRequest) (*notificationsv1.EndSubscriptionResponse, error) {
	var sub store.Subscription
	id, err := uuid.Parse(req.GetSubscriptionId())
	if err != nil {
		err = sqlstore.ErrNotFound
	} else {
		sub, err = s.store.EndSubscription(ctx, authn.CallerOf(ctx).Actor(), id.String())
	}
	if errors.Is(err, sqlstore.ErrNotFound) {
		return nil, rpcerr.New(errorsv1.Reason_REASON_SUBSCRIPTION_NOT_FOUND, "no subscription has the identifier")
	}
	if err != nil {
		return nil, sqlstore.Failure(err, "ending a subscription")
	}
	return &notificationsv1.EndSubscriptionResponse{Subscription: subscriptionToProto(sub)}, nil
}

func subscriptionToProto(sub store.Subscription) *notificationsv1.Subscription {
	out := &notificationsv1.Subscription{
		SubscriptionId: sub.ID, ProviderId: sub.ProviderID, ServiceId: sub.ServiceID, CreatedAt: timestamppb.New(sub.CreatedAt),
	}
	if !sub.EndedAt.IsZero() {
		out.EndedAt = timestamppb.New(sub.EndedAt)
	}
	return out
}
