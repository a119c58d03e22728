package edge

import (
	"context"
	"net/http"

	"github.com/ventanilla/ventanilla/pkg/ratelimit"
	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
)

// The policies, as the RateLimit-Policy header names them.
const (
	addressPolicy  = "default"
	familyPolicy   = "family"
	clientPolicy   = ratelimit.ClientPolicy
	failuresPolicy = "failures"
)

// Limiter takes tokens from buckets. Package ratelimit has one for a process, and one for many.
type Limiter interface {
	Take(ctx context.Context, key ratelimit.Key, limit ratelimit.Limit) ratelimit.Result
}

// count takes the call from the quota of the caller's address, and from the
// family's, and says on the answer what is left; throttle refuses it, after the
// checks that come before. A call beyond its address's quota is not the
// family's: one caller must not use up what is for all.
func (s *Server) count(next handler) handler {
	return func(x *exchange, r *http.Request) {
		family := x.endpoint.family.Name
		result := x.take(r.Context(), ratelimit.Key{Policy: addressPolicy, Family: family, Address: x.client}, s.cfg.Rate.address())
		if limit, ok := s.cfg.Rate.Families[family]; ok && result.Allowed {
			result = x.take(r.Context(), ratelimit.Key{Policy: familyPolicy, Family: family}, limit)
		}
		if !result.Allowed {
			x.over = tooMany(result)
		}
		next(x, r)
	}
}

// throttle refuses a call beyond the caller's quota.
func throttle(next handler) handler {
	return func(x *exchange, r *http.Request) {
		if x.over != nil {
			x.fail(r, x.over)
			return
		}
		next(x, r)
	}
}

func tooMany(result ratelimit.Result) error {
	return rpcerr.New(errorsv1.Reason_REASON_RATE_LIMITED, "too many calls", rpcerr.RetryAfter(result.RetryAfter))
}

// take takes a token for the exchange, and shows what is left.
func (x *exchange) take(ctx context.Context, key ratelimit.Key, limit ratelimit.Limit) ratelimit.Result {
	result := x.server.opts.Limiter.Take(ctx, key, limit)
	x.show(newQuota(key.Policy, limit, result))
	return result
}
