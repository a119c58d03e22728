package platform

import (
	"context"
	"fmt"
	"time"

	"github.com/ventanilla/ventanilla/gateway/edge"
	"github.com/ventanilla/ventanilla/pkg/ratelimit"
)

// newLimiter counts calls in Redis where it is configured, and else in the process: for all of
// its roles, so that those of `up` draw from the same buckets.
func newLimiter(ctx context.Context, p *Process) (edge.Limiter, error) {
	cfg := p.Settings.Limits.Redis
	if cfg.URL == "" {
		return ratelimit.NewLocal(time.Now)
	}
	shared, err := ratelimit.NewShared(cfg, ratelimit.Options{Clock: time.Now, Meter: p.Telemetry.Meter, Logger: p.Log()})
	if err != nil {
		return nil, fmt.Errorf("limits.redis.%w", err)
	}
	p.Group.Defer("connections to Redis", shared.Close)
	p.Group.Go(ctx, "redis", shared.Run)
	return shared, nil
}
