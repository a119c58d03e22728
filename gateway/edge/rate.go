package edge

import (
	"fmt"
	"math"
	"net/http"
	"net/netip"
	"strconv"
	"time"

	"github.com/maypok86/otter/v2"
	"golang.org/x/time/rate"

	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
)

// maxBuckets bounds the addresses remembered. A bucket that is evicted starts full again.
const maxBuckets = 1 << 16

// limiter has a token bucket for each family and client address.
type limiter struct {
	rate    Rate
	policy  []string // the RateLimit-Policy header
	buckets *otter.Cache[bucketKey, *rate.Limiter]
	clock   func() time.Time
}

type bucketKey struct {
	family *Family
	client netip.Addr
}

func newLimiter(cfg Rate, clock func() time.Time) (*limiter, error) {
	buckets, err := otter.New(&otter.Options[bucketKey, *rate.Limiter]{
		MaximumSize: maxBuckets,
		// Upkeep runs in the caller, so that no goroutine is left to nobody.
		Executor: func(task func()) { task() },
	})
	if err != nil {
		return nil, fmt.Errorf("making the rate limiter: %w", err)
	}
	window := int(math.Ceil(float64(cfg.Burst) / cfg.PerSecond))
	policy := fmt.Sprintf(`"default";q=%d;w=%d`, cfg.Burst, window)
	return &limiter{rate: cfg, policy: []string{policy}, buckets: buckets, clock: clock}, nil
}

// take counts one call. It returns the calls left, the seconds until the bucket
// is full again, and how long the caller should wait: 0 when the call is within the limit.
func (l *limiter) take(key bucketKey) (remaining, reset int, wait time.Duration) {
	bucket, ok := l.buckets.GetIfPresent(key)
	if !ok {
		bucket, _ = l.buckets.ComputeIfAbsent(key, func() (*rate.Limiter, bool) {
			return rate.NewLimiter(rate.Limit(l.rate.PerSecond), l.rate.Burst), false
		})
	}
	now := l.clock()
	allowed := bucket.AllowN(now, 1)
	left := bucket.TokensAt(now)
	if !allowed {
		wait = max(time.Duration((1-left)/l.rate.PerSecond*float64(time.Second)), time.Millisecond)
	}
	return max(int(left), 0), int(math.Ceil((float64(l.rate.Burst) - left) / l.rate.PerSecond)), wait
}

// count takes the call from the caller's quota and says on the answer what is
// left (draft-ietf-httpapi-ratelimit-headers); throttle refuses it, after the
// checks that come before.
func (s *Server) count(next handler) handler {
	return func(x *exchange, r *http.Request) {
		remaining, reset, wait := s.limiter.take(bucketKey{x.endpoint.family, x.client})
		x.over = wait
		value := make([]byte, 0, 32)
		value = append(value, `"default";r=`...)
		value = strconv.AppendInt(value, int64(remaining), 10)
		value = append(value, ";t="...)
		value = strconv.AppendInt(value, int64(reset), 10)
		h := x.Header()
		// The names are as registered; Go would write "Ratelimit".
		h["RateLimit"] = []string{string(value)}
		h["RateLimit-Policy"] = s.limiter.policy
		if own := x.endpoint.family.RateHeaders; own != nil {
			own(h, s.cfg.Rate.Burst, remaining)
		}
		next(x, r)
	}
}

// throttle refuses a call beyond the caller's quota.
func throttle(next handler) handler {
	return func(x *exchange, r *http.Request) {
		if x.over > 0 {
			x.fail(r, rpcerr.New(errorsv1.Reason_REASON_RATE_LIMITED, "too many calls", rpcerr.RetryAfter(x.over)))
			return
		}
		next(x, r)
	}
}
