package ratelimit_test

import (
	"strings"
	"testing"
	"time"

	"github.com/ventanilla/ventanilla/pkg/ratelimit"
	"github.com/ventanilla/ventanilla/pkg/testkit"
)

var begin = time.Unix(1e9, 0)

func client(id string) ratelimit.Key { return ratelimit.Key{Policy: "client", Client: id} }

func TestABucketIsEmptiedAndRestored(t *testing.T) {
	clock := testkit.NewClock(begin)
	limiter, err := ratelimit.NewLocal(clock.Now)
	if err != nil {
		t.Fatal(err)
	}
	limit := ratelimit.Limit{PerSecond: 0.5, Burst: 2}
	take := func(want ratelimit.Result) {
		t.Helper()
		if got := limiter.Take(t.Context(), client("a"), limit); got != want {
			t.Errorf("got %+v, want %+v", got, want)
		}
	}
	take(ratelimit.Result{Allowed: true, Remaining: 1, Reset: 2 * time.Second})
	take(ratelimit.Result{Allowed: true, Reset: 4 * time.Second, RetryAfter: 2 * time.Second})
	clock.Advance(time.Second)
	take(ratelimit.Result{Reset: 3 * time.Second, RetryAfter: time.Second})
	clock.Advance(time.Second)
	take(ratelimit.Result{Allowed: true, Reset: 4 * time.Second, RetryAfter: 2 * time.Second})
	if got := limiter.Take(t.Context(), client("b"), limit); got.Remaining != 1 {
		t.Errorf("another bucket: %+v", got)
	}
}

// An operator may change a client's limit at any time.
func TestAnotherLimitHoldsAtOnce(t *testing.T) {
	limiter, err := ratelimit.NewLocal(testkit.NewClock(begin).Now)
	if err != nil {
		t.Fatal(err)
	}
	for range 3 {
		limiter.Take(t.Context(), client("a"), ratelimit.Limit{PerSecond: 1, Burst: 10})
	}
	if got := limiter.Take(t.Context(), client("a"), ratelimit.Limit{PerSecond: 1, Burst: 2}); got.Remaining > 1 {
		t.Errorf("got %+v", got)
	}
}

func TestConfigErrorsNameTheKeyAndHideTheURL(t *testing.T) {
	if err := ratelimit.DefaultConfig().Validate(); err != nil {
		t.Error(err)
	}
	for key, change := range map[string]func(*ratelimit.Redis){
		"redis.url":     func(r *ratelimit.Redis) { r.URL = "redis://:hunter2@host:port/x" },
		"redis.timeout": func(r *ratelimit.Redis) { r.Timeout = 0 },
	} {
		c := ratelimit.DefaultConfig()
		change(&c.Redis)
		err := c.Validate()
		if err == nil || !strings.HasPrefix(err.Error(), key+":") || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: got %v", key, err)
		}
	}
	for _, limit := range []ratelimit.Limit{{}, {PerSecond: 1}, {Burst: 1}, {PerSecond: -1, Burst: 1}, {PerSecond: 2e9, Burst: 1}} {
		if limit.Validate() == nil {
			t.Errorf("%+v is taken", limit)
		}
	}
}
