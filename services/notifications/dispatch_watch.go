package notifications

import (
	"context"
	"errors"
	"io"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/metadata"

	"github.com/ventanilla/ventanilla/pkg/authn"
	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
	notificationsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/notifications/v1"
	"github.com/ventanilla/ventanilla/services/notifications/internal/store"
	"github.com/ventanilla/ventanilla/services/notifications/internal/watch"
)

// maxWatch bounds a watch, so that who may not watch any more does not for long.
const maxWatch = time.Hour

type dispatchStream = grpc.ServerStreamingServer[notificationsv1.WatchDispatchesResponse]

// WatchDispatches sends dispatches as they change. Its header comes when each change from then on will be sent.
func (s *dispatchService) WatchDispatches(req *notificationsv1.WatchDispatchesRequest, stream dispatchStream) error {
	ctx, cancel := context.WithTimeoutCause(stream.Context(), maxWatch, errOldWatch)
	defer cancel()
	caller := authn.CallerOf(ctx)
	send := func(d *store.Snapshot) error {
		return stream.Send(&notificationsv1.WatchDispatchesResponse{Dispatch: s.dispatchToProto(caller, d)})
	}
	interest, first, err := s.interest(ctx, caller, req)
	if err != nil {
		return err
	}
	if first != nil {
		if err := send(first); err != nil || watch.Over(first, s.now()) {
			return err
		}
	}
	watching, err := s.watches.Watch(caller.Actor(), interest)
	if err != nil {
		return watchEnded(ctx, err)
	}
	defer watching.Close()
	if first == nil {
		select {
		case <-ctx.Done():
			return watchEnded(ctx, ctx.Err())
		case <-watching.Begun():
		}
		if err := stream.SendHeader(metadata.MD{}); err != nil {
			return err
		}
	}
	for {
		d, err := watching.Next(ctx)
		if err != nil {
			return watchEnded(ctx, err)
		}
		if err := send(d); err != nil {
			return err
		}
	}
}

// interest is what is to be watched, and a dispatch that is watched alone as it is.
func (s *dispatchService) interest(ctx context.Context, caller authn.Caller, req *notificationsv1.WatchDispatchesRequest) (watch.Interest, *store.Snapshot, error) {
	if id := req.GetDispatchId(); id != "" {
		d, err := s.dispatchFor(ctx, caller, id)
		if err != nil {
			return watch.Interest{}, nil, err
		}
		return watch.Interest{Known: d}, d, nil
	}
	filter, err := s.filterFor(ctx, caller, req.GetFilter())
	return watch.Interest{Filter: filter}, nil, err
}

var errOldWatch = errors.New("the watch is an hour old: watch again")

// watchEnded is what the watcher is told of the end.
func watchEnded(ctx context.Context, err error) error {
	switch {
	case errors.Is(err, io.EOF):
		return nil
	case errors.Is(err, watch.ErrTooMany):
		return rpcerr.New(errorsv1.Reason_REASON_RATE_LIMITED, "there are too many watches: end one of yours, or try again later")
	case errors.Is(context.Cause(ctx), errOldWatch):
		return rpcerr.New(errorsv1.Reason_REASON_UNAVAILABLE, errOldWatch.Error())
	case errors.Is(err, watch.ErrStopped), errors.Is(err, watch.ErrAway), errors.Is(err, watch.ErrSlow):
		return rpcerr.Wrap(errorsv1.Reason_REASON_UNAVAILABLE, err, err.Error())
	}
	return err
}
