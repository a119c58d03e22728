package auth

import (
	"slices"
	"time"

	sqlstore "github.com/ventanilla/ventanilla/pkg/store"

	"google.golang.org/grpc"

	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
	"github.com/ventanilla/ventanilla/services/auth/internal/directory"
)

const (
	heartbeat = 500 * time.Millisecond
	// maxRevocations bounds one message, far below what a receiver accepts.
	maxRevocations = 1000
)

type revocationStream = grpc.ServerStreamingServer[authv1.WatchRevocationsResponse]

// WatchRevocations streams revocations: those after the cursor, a heartbeat that tells that these were
// all, then each new one. It says nothing while this replica's own view is old.
func (s *tokenService) WatchRevocations(req *authv1.WatchRevocationsRequest, stream revocationStream) error {
	// A cursor that another replica gave may be ahead of this one's view by a moment.
	if err := s.view.Poll(stream.Context()); err != nil {
		return sqlstore.Failure(err, "following the store")
	}
	snapshot, watch, err := s.view.Watch(req.GetCursor())
	if err != nil {
		return rpcerr.Wrap(errorsv1.Reason_REASON_UNAVAILABLE, err, "revocations are not known now")
	}
	defer s.view.Unwatch(watch)
	cursor := req.GetCursor()
	if err := send(stream, &cursor, snapshot); err != nil {
		return err
	}
	beat := time.NewTicker(heartbeat)
	defer beat.Stop()
	for alive := true; ; {
		if alive {
			if err := stream.Send(&authv1.WatchRevocationsResponse{Cursor: cursor}); err != nil {
				return err
			}
			alive = false
		}
		select {
		case <-stream.Context().Done():
			return stream.Context().Err()
		case <-beat.C:
			alive = s.view.Fresh()
		case batch, ok := <-watch.News:
			if !ok {
				return rpcerr.New(errorsv1.Reason_REASON_UNAVAILABLE, "the watch was cut off: continue at the cursor")
			}
			if err := send(stream, &cursor, batch); err != nil {
				return err
			}
		}
	}
}

// send writes a batch in messages of bounded size and moves the cursor on with the
// last of them: whoever loses the stream in between starts where the batch began.
func send(stream revocationStream, cursor *int64, batch directory.Batch) error {
	if batch.Reset {
		*cursor = 0
		if err := stream.Send(&authv1.WatchRevocationsResponse{Reset_: true}); err != nil {
			return err
		}
	}
	for part := range slices.Chunk(batch.Revocations, maxRevocations) {
		if err := stream.Send(&authv1.WatchRevocationsResponse{Revocations: part, Cursor: *cursor}); err != nil {
			return err
		}
	}
	*cursor = batch.Cursor
	return nil
}
