package accept

import (
	"context"
	"errors"
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

// Dispatch stores what a caller asks for, and answers when that is durable. When ctx ends first, it may be stored or not. The request keeps the rules of
// the contract.
func (a *Acceptor) Dispatch(ctx context.Context, caller authn.Caller, in *notificationsv1.DispatchRequest) (*notificationsv1.DispatchResponse, error) {
	d, first, err := a.prepare(ctx, caller, in)
	if err != nil {
		return nil, err
	}
	if first != nil {
		return a.response(answer{Acceptance: *first})
	}
	stored, err := a.committer.Do(ctx, d)
	if err != nil {
		return nil, sqlstore.Failure(err, "storing a dispatch")
	}
	return a.response(stored)
}

// prepare returns what is to be stored, or the first answer where that cannot be stored now, and was before: what a repetition gets changes neither with
// time nor with what the provider may do since.
func (a *Acceptor) prepare(ctx context.Context, caller authn.Caller, in *notificationsv1.DispatchRequest) (store.NewDispatch, *store.Acceptance, error) {
	offer, err := a.offer(ctx, caller, in)
	if err != nil {
		return store.NewDispatch{}, nil, err
	}
	d := a.identify(in)
	refused := a.compose(ctx, &d, in, offer)
	if refused == nil {
		return d, nil, nil
	}
	if first, ok, err := a.Store.Repeated(ctx, d); err == nil && ok {
		return d, &first, nil
	}
	return d, nil, refused
}

// response says what became of a dispatch.
func (a *Acceptor) response(stored answer) (*notificationsv1.DispatchResponse, error) {
	switch {
	case stored.err != nil:
		return nil, sqlstore.Failure(stored.err, "storing a dispatch")
	case errors.Is(stored.Err, store.ErrKeyUsed):
		return nil, conflict("idempotency_key")
	case errors.Is(stored.Err, store.ErrReferenceUsed):
		return nil, conflict("reference")
	case errors.Is(stored.Err, store.ErrQuotaUsed):
		now := a.Now().UTC()
		return nil, rpcerr.New(errorsv1.Reason_REASON_QUOTA_EXCEEDED, "the quota of the day is used up",
			rpcerr.RetryAfter(now.Truncate(24*time.Hour).Add(24*time.Hour).Sub(now)))
	case stored.Err != nil:
		return nil, stored.Err
	}
	out := &notificationsv1.DispatchResponse{
		DispatchId: stored.DispatchID, Status: statuses[stored.Status], CreatedAt: timestamppb.New(stored.CreatedAt),
		PaymentId: stored.PaymentID, Replayed: stored.Replayed,
	}
	if stored.CodeID != "" {
		out.Code = a.Codes.Code(stored.CodeID)
	}
	return out, nil
}

func conflict(field string) error {
	return rpcerr.New(errorsv1.Reason_REASON_DISPATCH_CONFLICT, "another dispatch was asked for before", rpcerr.Field(field, "was used for another dispatch"))
}

// statuses are the contract's of new dispatches.
var statuses = map[message.Status]notificationsv1.Status{
	message.Accepted:  notificationsv1.Status_STATUS_ACCEPTED,
	message.Scheduled: notificationsv1.Status_STATUS_SCHEDULED,
	message.Sent:      notificationsv1.Status_STATUS_SENT,
	message.Delivered: notificationsv1.Status_STATUS_DELIVERED,
}
