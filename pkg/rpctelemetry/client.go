package rpctelemetry

import (
	"context"
	"errors"
	"io"

	"go.opentelemetry.io/otel/trace"
	"google.golang.org/grpc"
	"google.golang.org/grpc/metadata"

	"github.com/ventanilla/ventanilla/pkg/telemetry"
)

// Client returns the interceptors of a connection. They belong first in its chain, around attempts and deadlines.
func Client(t *telemetry.Telemetry) (grpc.UnaryClientInterceptor, grpc.StreamClientInterceptor, error) {
	i, err := newInstruments(t, trace.SpanKindClient, "rpc.client.call.duration", "Duration of calls made.")
	if err != nil {
		return nil, nil, err
	}
	return i.callUnary, i.callStream, nil
}

func (i *instruments) callUnary(ctx context.Context, method string, req, reply any, conn *grpc.ClientConn, invoker grpc.UnaryInvoker, opts ...grpc.CallOption) error {
	if ignored(method) {
		return invoker(ctx, method, req, reply, conn, opts...)
	}
	ctx, c := i.begin(ctx, method)
	err := invoker(i.inject(ctx), method, req, reply, conn, opts...)
	c.end(ctx, err)
	return err
}

func (i *instruments) callStream(ctx context.Context, desc *grpc.StreamDesc, conn *grpc.ClientConn, method string, streamer grpc.Streamer, opts ...grpc.CallOption) (grpc.ClientStream, error) {
	if ignored(method) {
		return streamer(ctx, desc, conn, method, opts...)
	}
	ctx, c := i.begin(ctx, method)
	stream, err := streamer(i.inject(ctx), desc, conn, method, opts...)
	if err != nil {
		c.end(ctx, err)
		return nil, err
	}
	return &clientStream{ClientStream: stream, call: c, single: !desc.ServerStreams}, nil
}

// clientStream ends its call when the last answer, or the error, has been read. A stream that is given up unread is
// not recorded.
type clientStream struct {
	grpc.ClientStream
	call   *call
	single bool // one answer is the last
	ended  bool
}

// RecvMsg notes the end.
func (s *clientStream) RecvMsg(message any) error {
	err := s.ClientStream.RecvMsg(message)
	switch {
	case errors.Is(err, io.EOF), err == nil && s.single:
		s.end(nil)
	case err != nil:
		s.end(err)
	}
	return err
}

func (s *clientStream) end(err error) {
	if !s.ended {
		s.ended = true
		s.call.end(s.Context(), err)
	}
}

// inject sends the trace along.
func (i *instruments) inject(ctx context.Context) context.Context {
	headers := traceHeaders{}
	i.propagator.Inject(ctx, &headers)
	if len(headers.pairs) == 0 {
		return ctx
	}
	return metadata.AppendToOutgoingContext(ctx, headers.pairs...)
}

// traceHeaders collects what a propagator sets, without a map.
type traceHeaders struct{ pairs []string }

// Get finds nothing: nothing is read.
func (*traceHeaders) Get(string) string { return "" }

// Set adds a pair.
func (h *traceHeaders) Set(name, value string) { h.pairs = append(h.pairs, name, value) }

// Keys lists nothing.
func (*traceHeaders) Keys() []string { return nil }
