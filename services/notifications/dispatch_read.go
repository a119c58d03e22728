package notifications

import (
	"context"
	"slices"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/ventanilla/ventanilla/pkg/authn"
	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
	notificationsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/notifications/v1"
	"github.com/ventanilla/ventanilla/services/notifications/internal/message"
	"github.com/ventanilla/ventanilla/services/notifications/internal/store"
)

func dispatchNotFound() error {
	return rpcerr.New(errorsv1.Reason_REASON_DISPATCH_NOT_FOUND, "no dispatch has the identifier")
}

// GetDispatch returns one, with its parts and attempts.
func (s *dispatchService) GetDispatch(ctx context.Context, req *notificationsv1.GetDispatchRequest) (*notificationsv1.GetDispatchResponse, error) {
	caller := authn.CallerOf(ctx)
	d, err := s.dispatchFor(ctx, caller, req.GetDispatchId())
	if err != nil {
		return nil, err
	}
	return &notificationsv1.GetDispatchResponse{Dispatch: s.dispatchToProto(caller, d)}, nil
}

// dispatchFor is a dispatch that exists for the caller.
func (s *dispatchService) dispatchFor(ctx context.Context, caller authn.Caller, id string) (*store.Snapshot, error) {
	own, all, err := s.providersOf(ctx, caller)
	if err != nil {
		return nil, err
	}
	found, err := s.store.Whole(ctx, []string{id})
	if err != nil {
		return nil, sqlstore.Failure(err, "reading a dispatch")
	}
	if len(found) == 0 || !all && !slices.Contains(own, found[0].ProviderID) {
		return nil, dispatchNotFound()
	}
	return found[0], nil
}

// ListDispatches returns a page, newest first.
func (s *dispatchService) ListDispatches(ctx context.Context, req *notificationsv1.ListDispatchesRequest) (*notificationsv1.ListDispatchesResponse, error) {
	caller := authn.CallerOf(ctx)
	page, size := int(max(req.GetPage(), 1)), pageSize(req.GetPageSize())
	if page*size > store.MaxListed {
		return nil, rpcerr.Invalid("page", "only the first 10,000 dispatches can be paged through: narrow the filter")
	}
	filter, err := s.filterFor(ctx, caller, req.GetFilter())
	if err != nil {
		return nil, err
	}
	offset := (page - 1) * size
	found, err := s.store.Dispatches(ctx, filter, offset, size)
	if err != nil {
		return nil, sqlstore.Failure(err, "listing dispatches")
	}
	total, capped, err := s.store.CountDispatches(ctx, filter)
	if err != nil {
		return nil, sqlstore.Failure(err, "counting dispatches")
	}
	answer := &notificationsv1.ListDispatchesResponse{Total: int32(total), TotalCapped: capped}
	for _, d := range found {
		answer.Dispatches = append(answer.Dispatches, s.dispatchToProto(caller, d))
	}
	return answer, nil
}

// filterFor is a filter within what exists for the caller.
func (s *dispatchService) filterFor(ctx context.Context, caller authn.Caller, asked *notificationsv1.DispatchFilter) (store.DispatchFilter, error) {
	own, all, err := s.providersOf(ctx, caller)
	if err != nil {
		return store.DispatchFilter{}, err
	}
	filter := store.DispatchFilter{
		Status: message.StatusOf(asked.GetStatus()), Channel: message.ChannelOf(asked.GetChannel()), Reference: asked.GetReference(),
	}
	if filter.From, filter.To, err = span(asked.GetFrom(), asked.GetTo()); err != nil {
		return store.DispatchFilter{}, err
	}
	wanted := asked.GetProviderId()
	switch {
	case wanted != 0 && (all || slices.Contains(own, wanted)):
		filter.Providers = []int64{wanted}
	case wanted != 0:
		filter.Providers = []int64{}
	case all:
	case len(own) > store.MaxProviders:
		return store.DispatchFilter{}, rpcerr.New(errorsv1.Reason_REASON_FIELD_MISSING, "a field is missing",
			rpcerr.Field("filter.provider_id", "required of who is more than 16 providers"))
	default:
		filter.Providers = append([]int64{}, own...)
	}
	return filter, nil
}

// span is the time from one on until another; zero for what is absent.
func span(from, to *timestamppb.Timestamp) (begin, end time.Time, err error) {
	if from != nil {
		if from.CheckValid() != nil {
			return begin, end, rpcerr.Invalid("filter.from", "no time")
		}
		begin = from.AsTime()
	}
	if to != nil {
		if to.CheckValid() != nil {
			return begin, end, rpcerr.Invalid("filter.to", "no time")
		}
		end = to.AsTime()
	}
	if from != nil && to != nil && !begin.Before(end) {
		return begin, end, rpcerr.Invalid("filter.to", "not after filter.from")
	}
	return begin, end, nil
}
