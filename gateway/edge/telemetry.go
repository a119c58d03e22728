package edge

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/propagation"
	semconv "go.opentelemetry.io/otel/semconv/v1.43.0"
	"go.opentelemetry.io/otel/trace"

	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
)

const scope = "github.com/ventanilla/ventanilla/gateway/edge"

// telemetry measures and traces exchanges. Metric attributes are made once per
// outcome, span attributes only for spans that are recorded.
type telemetry struct {
	tracer   trace.Tracer
	duration metric.Float64Histogram
	sets     sync.Map // outcome to []metric.RecordOption
}

type outcome struct {
	endpoint *endpoint
	method   string
	status   int
}

func newTelemetry(tracers trace.TracerProvider, meters metric.MeterProvider) (*telemetry, error) {
	duration, err := meters.Meter(scope).Float64Histogram("http.server.request.duration",
		metric.WithUnit("s"), metric.WithDescription("Duration of HTTP requests from partners."),
		metric.WithExplicitBucketBoundaries(.0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10))
	if err != nil {
		return nil, fmt.Errorf("making the request metric: %w", err)
	}
	return &telemetry{tracer: tracers.Tracer(scope), duration: duration}, nil
}

func (t *telemetry) record(ctx context.Context, o outcome, elapsed time.Duration) {
	options, ok := t.sets.Load(o)
	if !ok {
		options, _ = t.sets.LoadOrStore(o, []metric.RecordOption{metric.WithAttributeSet(attribute.NewSet(
			semconv.HTTPRequestMethodKey.String(o.method), semconv.HTTPRoute(o.endpoint.path),
			semconv.HTTPResponseStatusCode(o.status), attribute.String("ventanilla.family", o.endpoint.family.Name)))})
	}
	t.duration.Record(ctx, elapsed.Seconds(), options.([]metric.RecordOption)...)
}

// start begins the trace of an exchange. A partner's trace is none of ours: ours
// is a new one, linked to it, and its baggage is not read.
func (t *telemetry) start(ctx context.Context, x *exchange, r *http.Request) (context.Context, trace.Span) {
	options := []trace.SpanStartOption{trace.WithNewRoot(), trace.WithSpanKind(trace.SpanKindServer)}
	if r.Header.Get("Traceparent") != "" {
		theirs := propagation.TraceContext{}.Extract(context.Background(), propagation.HeaderCarrier(r.Header))
		if link := trace.LinkFromContext(theirs); link.SpanContext.IsValid() {
			options = append(options, trace.WithLinks(link))
		}
	}
	ctx, span := t.tracer.Start(ctx, method(x.method)+" "+x.endpoint.path, options...)
	if span.IsRecording() {
		span.SetAttributes(semconv.HTTPRequestMethodKey.String(method(x.method)), semconv.HTTPRoute(x.endpoint.path),
			attribute.String("ventanilla.family", x.endpoint.family.Name))
	}
	return ctx, span
}

// observe traces, measures and logs the exchange, and puts it into the request's
// context for Fail. Failures are logged with their cause, which the caller never
// sees; no value of the caller's is, but the request id.
func (s *Server) observe(next handler) handler {
	return func(x *exchange, r *http.Request) {
		start := s.opts.Clock()
		ctx, span := s.telemetry.start(r.Context(), x, r)
		defer span.End()
		next(x, r.WithContext(context.WithValue(ctx, exchangeKey{}, x)))
		if x.status == 0 {
			x.status = http.StatusOK
		}
		s.telemetry.record(ctx, outcome{x.endpoint, method(x.method), x.status}, s.opts.Clock().Sub(start))
		if span.IsRecording() {
			span.SetAttributes(semconv.HTTPResponseStatusCode(x.status))
			if x.status >= http.StatusInternalServerError && !x.wanted() {
				span.SetStatus(codes.Error, rpcerr.Reason(x.err).String())
			}
		}
		s.log(ctx, x)
	}
}

// sheddingNews is how often the log says that requests are refused because too many are being served: a line for
// each would take the time that those need who are served.
const sheddingNews = 10 * time.Second

func (s *Server) log(ctx context.Context, x *exchange) {
	level := slog.LevelDebug
	if x.shed {
		s.shedding.Do(func() {
			s.opts.Logger.WarnContext(ctx, "refusing requests: too many are being served", "limit", s.cfg.Limits.Concurrent)
		})
	}
	if x.status >= http.StatusInternalServerError && !x.shed && !x.wanted() {
		level = slog.LevelError
	}
	if !s.opts.Logger.Enabled(ctx, level) {
		return
	}
	attributes := []slog.Attr{
		slog.String("family", x.endpoint.family.Name), slog.String("method", method(x.method)),
		slog.String("route", x.endpoint.path), slog.Int("status", x.status), slog.String("request_id", x.id),
	}
	if x.err != nil {
		attributes = append(attributes, slog.Any("error", x.err))
	}
	s.opts.Logger.LogAttrs(ctx, level, "request", attributes...)
}

// wanted tells whether a failure is the caller's doing, or the operator's: there are documents that answer wrong parameters with 500.
func (x *exchange) wanted() bool {
	switch rpcerr.Reason(x.err) {
	case errorsv1.Reason_REASON_CANCELLED, errorsv1.Reason_REASON_MAINTENANCE,
		errorsv1.Reason_REASON_FIELD_MISSING, errorsv1.Reason_REASON_FIELD_INVALID, errorsv1.Reason_REASON_FIELD_REPEATED:
		return true
	}
	return false
}

// method is the method's name if it is a known one, so that callers cannot make names up.
func method(name string) string {
	switch name {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch,
		http.MethodDelete, http.MethodOptions, http.MethodTrace, http.MethodConnect:
		return name
	}
	return "_OTHER"
}
