package notifications

import (
	"context"
	"errors"

	"github.com/ventanilla/ventanilla/pkg/authn"
	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
	notificationsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/notifications/v1"
	"github.com/ventanilla/ventanilla/services/notifications/internal/store"
)

// CancelDispatch takes back what is not being sent.
func (s *dispatchService) CancelDispatch(ctx context.Context, req *notificationsv1.CancelDispatchRequest) (*notificationsv1.CancelDispatchResponse, error) {
	caller := authn.CallerOf(ctx)
	if _, err := s.dispatchFor(ctx, caller, req.GetDispatchId()); err != nil {
		return nil, err
	}
	operator := ""
	if caller.IsOperator() {
		operator = caller.Actor()
	}
	err := s.store.CancelDispatch(ctx, req.GetDispatchId(), operator)
	if errors.Is(err, store.ErrNothingToCancel) {
		return nil, rpcerr.New(errorsv1.Reason_REASON_NOTHING_TO_CANCEL, "no part can be taken back any more")
	}
	if err != nil {
		return nil, sqlstore.Failure(err, "cancelling a dispatch")
	}
	d, err := s.dispatchFor(ctx, caller, req.GetDispatchId())
	if err != nil {
		return nil, err
	}
	return &notificationsv1.CancelDispatchResponse{Dispatch: s.dispatchToProto(caller, d)}, nil
}
