package ratelimit

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"time"

	"github.com/go-redis/redis_rate/v10"
	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/logging"
	"github.com/redis/go-redis/v9/maintnotifications"
)

// server has buckets in Redis. A bucket's key ends when the bucket would be full.
type server struct {
	client  *redis.Client
	limiter *redis_rate.Limiter
	secret  []byte
}

func newServer(cfg Redis) (*server, error) {
	options, err := cfg.options()
	if err != nil {
		return nil, err
	}
	// One try, bounded at every step: what comes late is of no use.
	options.DialTimeout, options.ReadTimeout, options.WriteTimeout = cfg.Timeout, cfg.Timeout, cfg.Timeout
	options.PoolTimeout, options.MaxRetries, options.DialerRetries = cfg.Timeout, -1, 1
	options.DisableIdentity = true
	options.MaintNotificationsConfig = &maintnotifications.Config{Mode: maintnotifications.ModeDisabled}
	logging.Disable() // it would write to standard error, past our log, for every failed dial
	client := redis.NewClient(options)
	return &server{client, redis_rate.NewLimiter(client), []byte(options.Password)}, nil
}

func (s *server) take(ctx context.Context, key Key, limit Limit) (Result, error) {
	// The library's rates are whole numbers: one in the time that one token takes.
	interval := time.Duration(float64(time.Second) / limit.PerSecond)
	got, err := s.limiter.Allow(ctx, s.name(key, limit), redis_rate.Limit{Rate: 1, Period: max(interval, 1), Burst: limit.Burst})
	if err != nil {
		return Result{}, fmt.Errorf("counting a call in Redis: %w", err)
	}
	left := float64(limit.Burst) - got.ResetAfter.Seconds()*limit.PerSecond
	result := limit.result(got.Allowed > 0, left)
	result.Remaining = got.Remaining
	return result, nil
}

// name is the bucket's key in Redis. It names no caller: who it is is hashed with the server's password. Redis
// keeps how long a bucket takes to be full, which means nothing under another limit: that has another bucket.
func (s *server) name(key Key, limit Limit) string {
	hash := hmac.New(sha256.New, s.secret)
	for _, part := range []string{key.Policy, key.Family, key.Address.String(), key.Client} {
		fmt.Fprintf(hash, "%d:%s", len(part), part)
	}
	fmt.Fprintf(hash, "%g/%d", limit.PerSecond, limit.Burst)
	return "ventanilla:" + key.Policy + ":" + base64.RawURLEncoding.EncodeToString(hash.Sum(nil)[:16])
}
