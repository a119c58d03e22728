package accept

import (
	"context"
	"strings"
	"sync"

	"github.com/ventanilla/ventanilla/pkg/authn"
	"github.com/ventanilla/ventanilla/pkg/groupcommit"
	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	"github.com/ventanilla/ventanilla/pkg/rpcserver"
	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
	notificationsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/notifications/v1"
	"github.com/ventanilla/ventanilla/services/notifications/internal/store"
)

// item is one of a batch, on its way.
type item struct {
	dispatch store.NewDispatch
	pending  *groupcommit.Pending[store.NewDispatch, answer]
	out      *notificationsv1.DispatchResponse
	err      error
}

// DispatchBatch is Dispatch for many, each by itself: they are looked into side by side and stored in their order.
func (a *Acceptor) DispatchBatch(ctx context.Context, caller authn.Caller, in []*notificationsv1.DispatchRequest) []*notificationsv1.DispatchBatchItem {
	items := make([]item, len(in))
	var looking sync.WaitGroup
	for i := range items {
		looking.Go(func() { a.look(ctx, caller, in[i], &items[i]) })
	}
	looking.Wait()
	for i := range items {
		if one := &items[i]; one.out == nil && one.err == nil {
			one.pending, one.err = a.committer.Start(ctx, one.dispatch)
			one.err = sqlstore.Failure(one.err, "storing a dispatch")
		}
	}
	answers := make([]*notificationsv1.DispatchBatchItem, len(items))
	for i := range items {
		answers[i] = a.answer(ctx, &items[i])
	}
	return answers
}

// look holds one against all that can be said before it is stored.
func (a *Acceptor) look(ctx context.Context, caller authn.Caller, in *notificationsv1.DispatchRequest, one *item) {
	if !keepsContract(in) {
		if one.err = rpcserver.Validate(a.contract, in); one.err != nil {
			return
		}
	}
	var first *store.Acceptance
	if one.dispatch, first, one.err = a.prepare(ctx, caller, in); first != nil {
		one.out, one.err = a.response(answer{Acceptance: *first})
	}
}

// answer waits until what becomes of one is durable.
func (a *Acceptor) answer(ctx context.Context, one *item) *notificationsv1.DispatchBatchItem {
	if one.pending != nil {
		stored, err := one.pending.Wait()
		if one.err = sqlstore.Failure(err, "storing a dispatch"); err == nil {
			one.out, one.err = a.response(stored)
		}
	}
	if one.err == nil {
		return &notificationsv1.DispatchBatchItem{Result: &notificationsv1.DispatchBatchItem_Stored{Stored: one.out}}
	}
	if rpcerr.Reason(one.err) == errorsv1.Reason_REASON_INTERNAL {
		a.Logger.ErrorContext(ctx, "one of a batch failed", "error", one.err)
	}
	return &notificationsv1.DispatchBatchItem{Result: &notificationsv1.DispatchBatchItem_Failure{Failure: failure(one.err)}}
}

// failure is an error as its caller may see it.
func failure(err error) *notificationsv1.DispatchFailure {
	out := &notificationsv1.DispatchFailure{
		Reason: strings.TrimPrefix(rpcerr.Reason(err).String(), "REASON_"), Message: rpcerr.Public(err).Message(),
	}
	for _, f := range rpcerr.Fields(err) {
		out.Fields = append(out.Fields, &notificationsv1.FieldFailure{Field: f.Field, Description: f.Description})
	}
	return out
}
