// Package rpctelemetry traces and measures gRPC calls, on both sides, by the
// OpenTelemetry conventions for RPC. A call's trace goes on in the callee; health
// checks are not looked at.
//
// The ready instrumentation, otelgrpc, makes its attribute sets anew for every call: a
// sixth of an introspection's CPU. Here a set is made once for each method and status,
// and span attributes only for spans that are recorded.
package rpctelemetry

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"time"

	"go.opentelemetry.io/otel/attribute"
	otelcodes "go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/propagation"
	semconv "go.opentelemetry.io/otel/semconv/v1.43.0"
	"go.opentelemetry.io/otel/trace"
	"google.golang.org/grpc/codes"
	healthpb "google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/status"

	"github.com/ventanilla/ventanilla/pkg/telemetry"
)

const scope = "github.com/ventanilla/ventanilla/pkg/rpctelemetry"

// instruments record the calls of one side.
type instruments struct {
	tracer     trace.Tracer
	propagator propagation.TextMapPropagator
	kind       trace.SpanKind
	duration   metric.Float64Histogram
	sets       sync.Map // outcome to []metric.RecordOption
}

type outcome struct {
	method string
	code   codes.Code
}

func newInstruments(t *telemetry.Telemetry, kind trace.SpanKind, name, description string) (*instruments, error) {
	duration, err := t.Meter.Meter(scope).Float64Histogram(name,
		metric.WithUnit("s"), metric.WithDescription(description),
		metric.WithExplicitBucketBoundaries(.0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10))
	if err != nil {
		return nil, fmt.Errorf("making the metric %s: %w", name, err)
	}
	return &instruments{tracer: t.Tracer.Tracer(scope), propagator: t.Propagator, kind: kind, duration: duration}, nil
}

// begin starts a call's span and clock.
func (i *instruments) begin(ctx context.Context, method string) (context.Context, *call) {
	ctx, span := i.tracer.Start(ctx, strings.TrimPrefix(method, "/"), trace.WithSpanKind(i.kind))
	if span.IsRecording() {
		span.SetAttributes(semconv.RPCSystemNameGRPC, semconv.RPCMethod(strings.TrimPrefix(method, "/")))
	}
	return ctx, &call{instruments: i, method: method, span: span, start: time.Now()}
}

// call is one under way.
type call struct {
	*instruments
	method string
	span   trace.Span
	start  time.Time
}

// end records what became of the call.
func (c *call) end(ctx context.Context, err error) {
	code := status.Code(err)
	c.duration.Record(ctx, time.Since(c.start).Seconds(), c.set(outcome{c.method, code})...)
	if c.span.IsRecording() {
		c.span.SetAttributes(semconv.RPCResponseStatusCode(code.String()))
		if code == codes.Internal || code == codes.Unknown || code == codes.Unavailable || code == codes.DeadlineExceeded {
			c.span.SetStatus(otelcodes.Error, code.String())
		}
	}
	c.span.End()
}

func (i *instruments) set(o outcome) []metric.RecordOption {
	known, ok := i.sets.Load(o)
	if !ok {
		known, _ = i.sets.LoadOrStore(o, []metric.RecordOption{metric.WithAttributeSet(attribute.NewSet(
			semconv.RPCSystemNameGRPC, semconv.RPCMethod(strings.TrimPrefix(o.method, "/")),
			semconv.RPCResponseStatusCode(o.code.String())))})
	}
	options, _ := known.([]metric.RecordOption) // of no other type
	return options
}

// ignored tells of calls that are no work.
func ignored(method string) bool {
	return strings.HasPrefix(method, "/"+healthpb.Health_ServiceDesc.ServiceName+"/")
}
