package notifications

import (
	"context"

	"github.com/ventanilla/ventanilla/pkg/authn"
	notificationsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/notifications/v1"
)

// Dispatch stores a dispatch and answers when it is durable.
func (s *dispatchService) Dispatch(ctx context.Context, in *notificationsv1.DispatchRequest) (*notificationsv1.DispatchResponse, error) {
	return s.acceptor.Dispatch(ctx, authn.CallerOf(ctx), in)
}

// DispatchBatch does so for many, each by itself.
func (s *dispatchService) DispatchBatch(ctx context.Context, in *notificationsv1.DispatchBatchRequest) (*notificationsv1.DispatchBatchResponse, error) {
	return &notificationsv1.DispatchBatchResponse{Items: s.acceptor.DispatchBatch(ctx, authn.CallerOf(ctx), in.GetItems())}, nil
}
