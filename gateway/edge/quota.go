package edge

import (
	"context"
	"math"
	"slices"
	"strconv"

	"github.com/ventanilla/ventanilla/pkg/ratelimit"
	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"
)

// quota is what a policy leaves a caller, in the terms of draft-ietf-httpapi-ratelimit-headers.
type quota struct {
	policy                          string
	limit, window, remaining, reset int
}

func newQuota(policy string, limit ratelimit.Limit, result ratelimit.Result) quota {
	return quota{policy, limit.Burst, limit.Window(), result.Remaining, int(math.Ceil(result.Reset.Seconds()))}
}

// show says on the answer what a policy leaves, beside those shown before. The
// family's own headers have room for one: that of the fewest calls.
func (x *exchange) show(q quota) {
	if i := slices.IndexFunc(x.quotas, func(other quota) bool { return other.policy == q.policy }); i >= 0 {
		x.quotas[i] = q
	} else {
		x.quotas = append(x.quotas, q)
	}
	policies, left := make([]byte, 0, 64), make([]byte, 0, 64)
	least := x.quotas[0]
	for i, q := range x.quotas {
		if i > 0 {
			policies, left = append(policies, ", "...), append(left, ", "...)
		}
		policies = appendItem(policies, q.policy, 'q', q.limit, 'w', q.window)
		left = appendItem(left, q.policy, 'r', q.remaining, 't', q.reset)
		if q.remaining < least.remaining {
			least = q
		}
	}
	h := x.Header()
	// The names are as registered; Go would write "Ratelimit".
	h["RateLimit"] = []string{string(left)}
	h["RateLimit-Policy"] = []string{string(policies)}
	if own := x.endpoint.family.RateHeaders; own != nil {
		own(h, least.limit, least.remaining)
	}
}

// appendItem writes a string with two integer parameters (RFC 9651, 3.1). Names are tokens, in which nothing is escaped.
func appendItem(to []byte, name string, first byte, one int, second byte, two int) []byte {
	to = append(append(append(to, '"'), name...), '"', ';', first, '=')
	to = append(strconv.AppendInt(to, int64(one), 10), ';', second, '=')
	return strconv.AppendInt(to, int64(two), 10)
}

// usedUp is the client's quota that another part of the platform refused a call for.
func usedUp(err error) (quota, bool) {
	limit, failed := strconv.Atoi(rpcerr.Metadata(err, "limit"))
	window, failedToo := strconv.Atoi(rpcerr.Metadata(err, "window"))
	reset, failedAlso := strconv.Atoi(rpcerr.Metadata(err, "reset"))
	return quota{clientPolicy, limit, window, 0, reset}, failed == nil && failedToo == nil && failedAlso == nil
}

// ShowQuota says on the answer of the request that ctx is of what another part of
// the platform leaves its caller. Without a quota, or such a request, it does nothing.
func ShowQuota(ctx context.Context, name string, q *authv1.Quota) {
	if x, ok := fromContext(ctx); ok && q != nil {
		x.show(quota{name, int(q.GetLimit()), int(q.GetWindowSeconds()), int(q.GetRemaining()), int(q.GetResetSeconds())})
	}
}
