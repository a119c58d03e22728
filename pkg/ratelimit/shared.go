package ratelimit

import (
	"context"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/failsafe-go/failsafe-go/circuitbreaker"
	"github.com/maypok86/otter/v2"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"
)

const (
	scope = "github.com/ventanilla/ventanilla/pkg/ratelimit"
	// failures in a row mean that Redis is away.
	failures = 3
	// probeEvery is how often a Redis that is away is looked for.
	probeEvery = time.Second
)

// Shared draws from buckets in Redis that all processes share. While Redis is away it draws from the
// process's own, and calls do not wait for Redis: Run finds out when it is back.
type Shared struct {
	server   *server
	local    *Local
	breaker  circuitbreaker.CircuitBreaker[any]
	away     atomic.Bool
	empty    *otter.Cache[Key, told]
	fallback metric.Int64Counter
	clock    func() time.Time
	logger   *slog.Logger
}

// told is what Redis has said of a bucket without a token, so that it need not be asked again
// before there is one: refusals are to be cheap.
type told struct {
	limit      Limit
	next, full time.Time
}

// Options are what a shared limiter is given.
type Options struct {
	// Clock tells the time.
	Clock func() time.Time
	// Meter counts the calls that were counted here because Redis was away.
	Meter metric.MeterProvider
	// Logger is told when Redis goes away and when it is back.
	Logger *slog.Logger
}

// NewShared makes a limiter over a Redis server, which need not be there yet. Whoever makes it runs it, and closes it.
func NewShared(cfg Redis, opts Options) (*Shared, error) {
	local, err := NewLocal(opts.Clock)
	if err != nil {
		return nil, err
	}
	empty, err := newCache[told]()
	if err != nil {
		return nil, err
	}
	fallback, err := opts.Meter.Meter(scope).Int64Counter("ventanilla.rate_limit.fallback", metric.WithUnit("{call}"),
		metric.WithDescription("Calls counted by one process alone because Redis was away."))
	if err != nil {
		return nil, fmt.Errorf("making the fallback metric: %w", err)
	}
	server, err := newServer(cfg)
	if err != nil {
		return nil, err
	}
	return &Shared{
		server: server, local: local, empty: empty, fallback: fallback, clock: opts.Clock, logger: opts.Logger,
		breaker: circuitbreaker.NewBuilder[any]().WithFailureThreshold(failures).Build(),
	}, nil
}

// Take takes a token from a bucket. A caller that goes away does not end it.
func (s *Shared) Take(ctx context.Context, key Key, limit Limit) Result {
	if result, ok := s.known(key, limit); ok {
		return result
	}
	if s.breaker.IsClosed() {
		result, err := s.server.take(context.WithoutCancel(ctx), key, limit)
		if err == nil {
			s.breaker.RecordSuccess()
			s.learn(key, limit, result)
			return result
		}
		s.failed(ctx, err)
	}
	s.fallback.Add(ctx, 1, metric.WithAttributes(attribute.String("ventanilla.rate_limit.policy", key.Policy)))
	return s.local.Take(ctx, key, limit)
}

// known is the answer for a bucket that cannot have a token yet.
func (s *Shared) known(key Key, limit Limit) (Result, bool) {
	bucket, ok := s.empty.GetIfPresent(key)
	if !ok {
		return Result{}, false
	}
	now := s.clock()
	if bucket.limit != limit || !now.Before(bucket.next) {
		s.empty.Invalidate(key)
		return Result{}, false
	}
	return Result{Reset: bucket.full.Sub(now), RetryAfter: bucket.next.Sub(now)}, true
}

func (s *Shared) learn(key Key, limit Limit, result Result) {
	if result.RetryAfter > 0 {
		now := s.clock()
		s.empty.Set(key, told{limit, now.Add(result.RetryAfter), now.Add(result.Reset)})
	}
}

// failed notes that Redis did not answer. An outage is logged once, with what showed it.
func (s *Shared) failed(ctx context.Context, err error) {
	s.breaker.RecordFailure()
	if s.breaker.IsOpen() && s.away.CompareAndSwap(false, true) {
		s.logger.ErrorContext(ctx, "Redis is away: each process counts calls for itself", "error", err)
	}
}

// Run looks for Redis while it is away, until ctx ends; it returns nil then. No call is used to find out.
func (s *Shared) Run(ctx context.Context) error {
	ticker := time.NewTicker(probeEvery)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
		}
		if !s.away.Load() {
			continue
		}
		if _, err := s.server.take(ctx, Key{Policy: "probe"}, Limit{PerSecond: 1, Burst: 1}); err == nil {
			s.away.Store(false)
			s.breaker.Close()
			s.logger.InfoContext(ctx, "Redis is back: all processes count calls together")
		}
	}
}

// Close ends the connections to Redis.
func (s *Shared) Close() error { return s.server.client.Close() }
