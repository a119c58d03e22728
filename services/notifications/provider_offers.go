package notifications

import (
	"context"
	"errors"
	"strconv"

	"google.golang.org/protobuf/proto"

	"github.com/ventanilla/ventanilla/pkg/authn"
	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
	"github.com/ventanilla/ventanilla/pkg/updatemask"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
	notificationsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/notifications/v1"
	"github.com/ventanilla/ventanilla/services/notifications/internal/store"
)

// changeableOfService are the fields of a service that an update may name.
func changeableOfService() []string {
	return []string{
		"name", "destination", "notification", "advertisement", "qr_code", "micro_payment", "channels", "daily_quota", "daily_recipient_quota",
		"life", "retention", "quiet_hours",
	}
}

// CreateService defines a service.
func (s *providerService) CreateService(ctx context.Context, req *notificationsv1.CreateServiceRequest) (*notificationsv1.CreateServiceResponse, error) {
	service := proto.CloneOf(req.GetService())
	if err := decideService(service); err != nil {
		return nil, err
	}
	stored, err := s.store.CreateService(ctx, authn.CallerOf(ctx).Actor(), service)
	if err != nil {
		return nil, sqlstore.Failure(err, "defining a service")
	}
	return &notificationsv1.CreateServiceResponse{Service: stored}, nil
}

// ListServices returns a page.
func (s *providerService) ListServices(ctx context.Context, req *notificationsv1.ListServicesRequest) (*notificationsv1.ListServicesResponse, error) {
	after, err := pageAfter(req.GetPageToken(), 32)
	if err != nil {
		return nil, err
	}
	size := pageSize(req.GetPageSize())
	services, err := s.store.Services(ctx, int32(after), size+1) // one more shows whether there is more
	if err != nil {
		return nil, sqlstore.Failure(err, "listing services")
	}
	answer := &notificationsv1.ListServicesResponse{}
	if len(services) > size {
		services = services[:size]
		answer.NextPageToken = strconv.Itoa(int(services[size-1].GetServiceId()))
	}
	answer.Services = services
	return answer, nil
}

// UpdateService changes the fields of the mask.
func (s *providerService) UpdateService(ctx context.Context, req *notificationsv1.UpdateServiceRequest) (*notificationsv1.UpdateServiceResponse, error) {
	id, mask := req.GetService().GetServiceId(), req.GetUpdateMask()
	if id <= 0 {
		return nil, rpcerr.Missing("service.service_id")
	}
	if err := updatemask.Check(mask, changeableOfService()); err != nil {
		return nil, err
	}
	service, err := s.store.UpdateService(ctx, authn.CallerOf(ctx).Actor(), id, func(merged *notificationsv1.Service) error {
		updatemask.Assign(merged, req.GetService(), mask)
		if err := s.valid(&notificationsv1.CreateServiceRequest{Service: merged}); err != nil {
			return err
		}
		return decideService(merged)
	})
	if err != nil {
		return nil, offerFailure(err, "changing a service")
	}
	return &notificationsv1.UpdateServiceResponse{Service: service}, nil
}

// offerFailure is sqlstore.Failure for what is about a provider, a service or both.
func offerFailure(err error, doing string) error {
	switch {
	case errors.Is(err, store.ErrNoService):
		return rpcerr.New(errorsv1.Reason_REASON_SERVICE_NOT_FOUND, "no service has the identifier")
	case errors.Is(err, store.ErrTooMany):
		return rpcerr.Invalid("provider_id", "the provider has 100 subscriptions: end one that it needs no more")
	}
	return providerFailure(err, doing)
}
