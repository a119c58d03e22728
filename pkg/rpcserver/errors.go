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
		return nil, s.translate(ctx, info.FullMethod, err)
	}
	return resp, nil
}

func (s *Server) translateStream(srv any, stream grpc.ServerStream, info *grpc.StreamServerInfo, handler grpc.StreamHandler) error {
	err := handler(srv, stream)
	if err != nil {
		return s.translate(stream.Context(), info.FullMethod, err)
	}
	return nil
}

// translate logs err with its cause and returns what the caller may see. Requests are never logged.
func (s *Server) translate(ctx context.Context, method string, err error) error {
	level := slog.LevelDebug
	switch rpcerr.Reason(err) {
	case errorsv1.Reason_REASON_INTERNAL:
		level = slog.LevelError
	case errorsv1.Reason_REASON_UNAVAILABLE, errorsv1.Reason_REASON_DEADLINE_EXCEEDED, errorsv1.Reason_REASON_PEER_REFUSED:
		level = slog.LevelWarn
	}
	if s.log.Enabled(ctx, level) {
		role, _ := peerRole(ctx)
		s.log.Log(ctx, level, "call failed", "method", method, "peer", role, "error", err)
	}
	return rpcerr.Public(err).Err()
}
