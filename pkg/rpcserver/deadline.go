package rpcserver

import (
	"context"
	"errors"
	"time"

	"google.golang.org/grpc"

	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
)

// maxShave is the most that is kept back of a caller's deadline for the answer's way home.
const maxShave = 50 * time.Millisecond

// errDraining ends the streams of a server that is to end.
var errDraining = errors.New("the server is draining")

// deadlineUnary ends the handler's context a tenth before the caller's, 50 ms at most, so that the caller
// hears what was waited for and not only that time ran out. A call without a deadline gets the default one.
func (s *Server) deadlineUnary(ctx context.Context, req any, _ *grpc.UnaryServerInfo, handler grpc.UnaryHandler) (any, error) {
	timeout := s.cfg.DefaultTimeout
	if deadline, ok := ctx.Deadline(); ok {
		left := time.Until(deadline)
		timeout = left - min(left/10, maxShave)
	}
	if timeout <= 0 {
		return nil, rpcerr.New(errorsv1.Reason_REASON_DEADLINE_EXCEEDED, "the deadline had passed on arrival")
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	return handler(ctx, req)
}

// endStreamOnDrain lets streams live as long as they want, but not longer than the server.
func (s *Server) endStreamOnDrain(srv any, stream grpc.ServerStream, _ *grpc.StreamServerInfo, handler grpc.StreamHandler) error {
	ctx, cancel := context.WithCancelCause(stream.Context())
	defer cancel(nil)
	defer context.AfterFunc(s.draining, func() { cancel(errDraining) })()

	err := handler(srv, streamWithContext{stream, ctx})
	if err != nil && errors.Is(context.Cause(ctx), errDraining) {
		return rpcerr.New(errorsv1.Reason_REASON_UNAVAILABLE, errDraining.Error())
	}
	return err
}
