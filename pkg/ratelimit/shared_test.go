package ratelimit_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/netip"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/maintnotifications"
	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/metric/noop"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"

	"github.com/ventanilla/ventanilla/pkg/config"
	"github.com/ventanilla/ventanilla/pkg/ratelimit"
	"github.com/ventanilla/ventanilla/pkg/testkit"
)

const patience = 30 * time.Second

// slow is a limit of which nothing is restored while a test runs.
var slow = ratelimit.Limit{PerSecond: 0.001, Burst: 4}

// output is a log that several goroutines write.
type output struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.Write(p)
}

func (o *output) count(what string) int {
	o.mu.Lock()
	defer o.mu.Unlock()
	return strings.Count(o.text.String(), what)
}

// shared starts a limiter over a Redis server and runs it until the test ends.
func shared(t *testing.T, at string, timeout time.Duration, meters metric.MeterProvider, log *output) *ratelimit.Shared {
	t.Helper()
	limiter := unrun(t, at, timeout, meters, log)
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- limiter.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := errors.Join(<-ended, limiter.Close()); err != nil {
			t.Error(err)
		}
	})
	return limiter
}

func unrun(t *testing.T, at string, timeout time.Duration, meters metric.MeterProvider, log *output) *ratelimit.Shared {
	t.Helper()
	limiter, err := ratelimit.NewShared(ratelimit.Redis{URL: config.Secret(at), Timeout: timeout}, ratelimit.Options{
		Clock: time.Now, Meter: meters, Logger: slog.New(slog.NewTextHandler(log, nil)),
	})
	if err != nil {
		t.Fatal(err)
	}
	return limiter
}

// drain counts the calls that are allowed before one is not, of at most most.
func drain(t *testing.T, limiter *ratelimit.Shared, key ratelimit.Key, limit ratelimit.Limit, most int) int {
	t.Helper()
	for n := range most {
		if !limiter.Take(t.Context(), key, limit).Allowed {
			return n
		}
	}
	return most
}

func TestAllProcessesDrawFromOneBucket(t *testing.T) {
	server := testkit.RedisServer(t)
	var log output
	one := shared(t, server.URL, time.Second, noop.NewMeterProvider(), &log)
	other := shared(t, server.URL, time.Second, noop.NewMeterProvider(), &log)
	first := one.Take(t.Context(), client("a"), slow)
	if !first.Allowed || first.Remaining != 3 || first.RetryAfter != 0 {
		t.Errorf("the first: %+v", first)
	}
	if n := drain(t, other, client("a"), slow, 10); n != 3 {
		t.Errorf("%d calls were left for the other", n)
	}
	for _, limiter := range []*ratelimit.Shared{one, other, other} {
		got := limiter.Take(t.Context(), client("a"), slow)
		if got.Allowed || got.Remaining != 0 || got.RetryAfter <= 0 || got.RetryAfter > 1000*time.Second || got.Reset < 3000*time.Second {
			t.Errorf("an empty bucket: %+v", got)
		}
	}
	if n := drain(t, one, client("b"), slow, 10); n != slow.Burst {
		t.Errorf("another bucket had %d", n)
	}
	if got := one.Take(t.Context(), client("a"), ratelimit.Limit{PerSecond: 1000, Burst: 5000}); !got.Allowed {
		t.Errorf("under a higher limit: %+v", got)
	}
	if log.text.Len() > 0 {
		t.Error(log.text.String())
	}
}

func TestConcurrentCallsTakeNoMoreThanThereIs(t *testing.T) {
	server := testkit.RedisServer(t)
	var log output
	limiters := []*ratelimit.Shared{
		shared(t, server.URL, time.Second, noop.NewMeterProvider(), &log),
		shared(t, server.URL, time.Second, noop.NewMeterProvider(), &log),
	}
	limit := ratelimit.Limit{PerSecond: 0.001, Burst: 50}
	counts := make(chan int)
	for i := range 8 {
		go func() { counts <- drain(t, limiters[i%2], client("a"), limit, 50) }()
	}
	total := 0
	for range 8 {
		total += <-counts
	}
	if total != limit.Burst {
		t.Errorf("%d calls were allowed, want %d", total, limit.Burst)
	}
}

func TestRedisKnowsNoCallerAndForgetsBuckets(t *testing.T) {
	server := testkit.RedisServer(t)
	limiter := shared(t, server.URL, time.Second, noop.NewMeterProvider(), new(output))
	limiter.Take(t.Context(), ratelimit.Key{Policy: "default", Family: "cmp", Address: netip.MustParseAddr("192.0.2.77")}, slow)
	limiter.Take(t.Context(), client("acme"), slow)
	options, err := redis.ParseURL(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	options.MaintNotificationsConfig = &maintnotifications.Config{Mode: maintnotifications.ModeDisabled}
	raw := redis.NewClient(options)
	defer raw.Close()
	keys, err := raw.Keys(t.Context(), "*").Result()
	if err != nil || len(keys) != 2 {
		t.Fatalf("keys %v, %v", keys, err)
	}
	for _, key := range keys {
		life, err := raw.TTL(t.Context(), key).Result()
		if !strings.HasPrefix(key, "rate:ventanilla:") || strings.Contains(key, "192") || strings.Contains(key, "acme") ||
			err != nil || life <= 0 || life > 1001*time.Second {
			t.Errorf("%s ends in %v, %v", key, life, err)
		}
	}
}

func TestWithoutRedisTheProcessCounts(t *testing.T) {
	server := testkit.RedisServer(t)
	reader := sdkmetric.NewManualReader()
	var log output
	limiter := shared(t, server.URL, time.Second, sdkmetric.NewMeterProvider(sdkmetric.WithReader(reader)), &log)
	if n := drain(t, limiter, client("a"), slow, 10); n != slow.Burst {
		t.Errorf("with Redis: %d", n)
	}
	server.Stop()
	const calls = 20
	for i := range calls {
		if got := limiter.Take(t.Context(), client("b"), slow); got.Allowed != (i < slow.Burst) {
			t.Errorf("call %d: %+v", i, got)
		}
	}
	if got := counted(t, reader); got != calls {
		t.Errorf("the metric shows %d", got)
	}
	if away := log.count("Redis is away"); away != 1 || log.count("for-tests") != 0 {
		t.Errorf("logged %s", log.text.String())
	}
	server.Start()
	testkit.Eventually(t, patience, func() error {
		if log.count("Redis is back") != 1 {
			return errors.New("not noticed")
		}
		return nil
	})
	if got := limiter.Take(t.Context(), client("b"), slow); !got.Allowed || got.Remaining != 3 {
		t.Errorf("after the return: %+v", got)
	}
	if got := counted(t, reader); got != calls {
		t.Errorf("the metric goes on: %d", got)
	}
}

// A Redis that takes connections and says nothing is asked a few times, and then no more by calls.
func TestARedisThatHangsIsAskedNoMore(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var asked atomic.Int64
	var listening sync.WaitGroup
	listening.Go(func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			asked.Add(1)
			listening.Go(func() {
				_, _ = io.Copy(io.Discard, conn) // until the limiter gives up
				conn.Close()
			})
		}
	})
	var log output
	limiter := unrun(t, "redis://"+listener.Addr().String(), 20*time.Millisecond, noop.NewMeterProvider(), &log)
	t.Cleanup(func() {
		listener.Close()
		if err := limiter.Close(); err != nil {
			t.Error(err)
		}
		listening.Wait()
	})
	if n := drain(t, limiter, client("b"), slow, 10); n != slow.Burst || log.count("Redis is away") != 1 {
		t.Errorf("%d calls; logged %s", n, log.text.String())
	}
	before := asked.Load()
	drain(t, limiter, client("c"), slow, 100)
	if after := asked.Load(); before == 0 || after != before {
		t.Errorf("asked %d times, and %d later", before, after)
	}
}

func counted(t *testing.T, reader sdkmetric.Reader) (total int64) {
	t.Helper()
	var metrics metricdata.ResourceMetrics
	if err := reader.Collect(t.Context(), &metrics); err != nil {
		t.Fatal(err)
	}
	for _, point := range metrics.ScopeMetrics[0].Metrics[0].Data.(metricdata.Sum[int64]).DataPoints {
		total += point.Value
	}
	return total
}
