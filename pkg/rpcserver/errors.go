package rpcserver

import (
	"context"
	"fmt"
	"log/slog"
	"runtime/debug"

	"google.golang.org/grpc"

	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
)

func (s *Server) recoverUnary(ctx context.Context, req any, info *grpc.UnaryServerInfo, handler grpc.UnaryHandler) (_ any, err error) {
	defer func() {
		if cause := recover(); cause != nil {
			err = s.panicked(ctx, info.FullMethod, cause)
		}
	}()
	return handler(ctx, req)
}

func (s *Server) recoverStream(srv any, stream grpc.ServerStream, info *grpc.StreamServerInfo, handler grpc.StreamHandler) (err error) {
	defer func() {
		if cause := recover(); cause != nil {
			err = s.panicked(stream.Context(), info.FullMethod, cause)
		}
	}()
	return handler(srv, stream)
}

func (s *Server) panicked(ctx context.Context, method string, cause any) error {
	s.log.ErrorContext(ctx, "a handler panicked", "method", method, "panic", fmt.Sprint(cause), "stack", string(debug.Stack()))
	return rpcerr.Public(rpcerr.New(errorsv1.Reason_REASON_INTERNAL, "")).Err()
}

func (s *Server) translateUnary(ctx context.Context, req any, info *grpc.UnaryServerInfo, handler grpc.UnaryHandler) (any, error) {
	resp, err := handler(ctx, req)
	if err != nil {
		return nil, s.translate(ctx, logLevel(err), info.FullMethod, err)
	}
	return resp, nil
}

func (s *Server) translateStream(srv any, stream grpc.ServerStream, info *grpc.StreamServerInfo, handler grpc.StreamHandler) error {
	err := handler(srv, stream)
	if err == nil {
		return nil
	}
	level := logLevel(err)
	if s.draining.Err() != nil {
		level = slog.LevelDebug // streams without an end of their own are ended by us
	}
	return s.translate(stream.Context(), level, info.FullMethod, err)
}

// logLevel is for an operator's eyes: what the caller did wrong is no event.
func logLevel(err error) slog.Level {
	switch rpcerr.Reason(err) {
	case errorsv1.Reason_REASON_INTERNAL:
		return slog.LevelError
	case errorsv1.Reason_REASON_UNAVAILABLE, errorsv1.Reason_REASON_DEADLINE_EXCEEDED, errorsv1.Reason_REASON_PEER_REFUSED:
		return slog.LevelWarn
	}
	return slog.LevelDebug
}

// translate logs err with its cause and returns what the caller may see. Requests are never logged.
func (s *Server) translate(ctx context.Context, level slog.Level, method string, err error) error {
	if s.log.Enabled(ctx, level) {
		role, _ := peerRole(ctx)
		s.log.Log(ctx, level, "call failed", "method", method, "peer", role, "error", err)
	}
	return rpcerr.Public(err).Err()
}
