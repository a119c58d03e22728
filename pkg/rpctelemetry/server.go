package rpctelemetry

import (
	"context"

	"go.opentelemetry.io/otel/trace"
	"google.golang.org/grpc"
	"google.golang.org/grpc/metadata"

	"github.com/ventanilla/ventanilla/pkg/telemetry"
)

// Server returns the interceptors of a server. They belong first in its chain.
func Server(t *telemetry.Telemetry) (grpc.UnaryServerInterceptor, grpc.StreamServerInterceptor, error) {
	i, err := newInstruments(t, trace.SpanKindServer, "rpc.server.call.duration", "Duration of calls served.")
	if err != nil {
		return nil, nil, err
	}
	return i.serveUnary, i.serveStream, nil
}

func (i *instruments) serveUnary(ctx context.Context, req any, info *grpc.UnaryServerInfo, handler grpc.UnaryHandler) (any, error) {
	if ignored(info.FullMethod) {
		return handler(ctx, req)
	}
	ctx, c := i.begin(i.extract(ctx), info.FullMethod)
	resp, err := handler(ctx, req)
	c.end(ctx, err)
	return resp, err
}

func (i *instruments) serveStream(srv any, stream grpc.ServerStream, info *grpc.StreamServerInfo, handler grpc.StreamHandler) error {
	if ignored(info.FullMethod) {
		return handler(srv, stream)
	}
	ctx, c := i.begin(i.extract(stream.Context()), info.FullMethod)
	err := handler(srv, streamWithContext{stream, ctx})
	c.end(ctx, err)
	return err
}

// extract continues the caller's trace.
func (i *instruments) extract(ctx context.Context) context.Context {
	if md, ok := metadata.FromIncomingContext(ctx); ok {
		return i.propagator.Extract(ctx, carrier(md))
	}
	return ctx
}

type streamWithContext struct {
	grpc.ServerStream
	ctx context.Context
}

func (s streamWithContext) Context() context.Context { return s.ctx }

// carrier is metadata as propagators see it. Names are in lower case in both worlds.
type carrier metadata.MD

// Get returns the first value.
func (c carrier) Get(name string) string {
	if values := c[name]; len(values) > 0 {
		return values[0]
	}
	return ""
}

// Set replaces the values.
func (c carrier) Set(name, value string) { c[name] = []string{value} }

// Keys lists the names.
func (c carrier) Keys() []string {
	keys := make([]string, 0, len(c))
	for key := range c {
		keys = append(keys, key)
	}
	return keys
}
