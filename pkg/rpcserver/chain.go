package rpcserver

import (
	"context"

	"google.golang.org/grpc"

	"github.com/ventanilla/ventanilla/pkg/rpctelemetry"
)

// link is a part of the chain that each call goes through.
type link struct {
	name   string
	unary  grpc.UnaryServerInterceptor
	stream grpc.StreamServerInterceptor
}

// chain lists the links, outermost first. Refusals come before the message is looked at, and what they say goes
// through the translation of errors like everything else.
func (s *Server) chain() ([]link, error) {
	unary, stream, err := rpctelemetry.Server(s.opts.Telemetry)
	if err != nil {
		return nil, err
	}
	return []link{
		{name: "telemetry", unary: unary, stream: stream},
		{name: "recovery", unary: s.recoverUnary, stream: s.recoverStream},
		{name: "errors", unary: s.translateUnary, stream: s.translateStream},
		{name: "deadline", unary: s.deadlineUnary, stream: s.endStreamOnDrain},
		gate(s.checkPeer).link("peer"),
		gate(s.identify).link("identity"),
		gate(s.checkRoles).link("roles"),
		{name: "validation", unary: s.validateUnary, stream: s.validateStream},
	}, nil
}

// Chain names the links that each call goes through, outermost first.
func (s *Server) Chain() []string {
	var names []string
	for _, l := range s.links {
		names = append(names, l.name)
	}
	return names
}

func (s *Server) chainOptions() []grpc.ServerOption {
	var opts []grpc.ServerOption
	for _, l := range s.links {
		opts = append(opts, grpc.ChainUnaryInterceptor(l.unary), grpc.ChainStreamInterceptor(l.stream))
	}
	return opts
}

// gate lets a call in, with what it learnt in the context, or refuses it. It is the same for both sorts of call.
type gate func(ctx context.Context, method string) (context.Context, error)

func (g gate) link(name string) link {
	return link{
		name: name,
		unary: func(ctx context.Context, req any, info *grpc.UnaryServerInfo, handler grpc.UnaryHandler) (any, error) {
			ctx, err := g(ctx, info.FullMethod)
			if err != nil {
				return nil, err
			}
			return handler(ctx, req)
		},
		stream: func(srv any, stream grpc.ServerStream, info *grpc.StreamServerInfo, handler grpc.StreamHandler) error {
			ctx, err := g(stream.Context(), info.FullMethod)
			if err != nil {
				return err
			}
			return handler(srv, streamWithContext{stream, ctx})
		},
	}
}

type streamWithContext struct {
	grpc.ServerStream
	ctx context.Context
}

func (s streamWithContext) Context() context.Context { return s.ctx }
