package edge

import (
	"context"
	"slices"

	"github.com/ventanilla/ventanilla/pkg/ratelimit"
	authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"
)

// Callers holds the limits on callers whose credentials are looked at behind the
// edge. It finds the edge by the context, which is that of a request the edge
// handed to a family or one derived from it; with another it limits nothing.
type Callers struct{}

// Charge counts a call of a client, once for each request. It fails with RATE_LIMITED beyond the limit
// of the client's registration, or of the configuration for those without one.
func (Callers) Charge(ctx context.Context, caller *authv1.Principal) error {
	x, ok := fromContext(ctx)
	if !ok || caller.GetClientId() == "" || slices.ContainsFunc(x.quotas, func(q quota) bool { return q.policy == clientPolicy }) {
		return nil
	}
	limit := x.server.cfg.Rate.Client
	if own := caller.GetLimit(); own != nil {
		limit = ratelimit.Limit{PerSecond: own.GetPerSecond(), Burst: int(own.GetBurst())}
	}
	if limit == (ratelimit.Limit{}) {
		return nil
	}
	if result := x.take(ctx, ratelimit.OfClient(caller.GetClientId()), limit); !result.Allowed {
		return tooMany(result)
	}
	return nil
}

// Admit fails with RATE_LIMITED while too many credentials from the caller's address did not hold.
func (Callers) Admit(ctx context.Context) error {
	x, ok := fromContext(ctx)
	if !ok {
		return nil
	}
	result := x.server.pacer.look(x.failures())
	if result.RetryAfter > 0 {
		x.show(newQuota(failuresPolicy, x.server.cfg.Rate.Failures, result))
		return tooMany(result)
	}
	return nil
}

// Failed counts a credential from the caller's address that did not hold.
func (Callers) Failed(ctx context.Context) {
	if x, ok := fromContext(ctx); ok {
		x.server.pacer.failed(ctx, x.failures())
	}
}

// failures names the bucket of failures that the exchange's caller draws from.
func (x *exchange) failures() ratelimit.Key {
	return ratelimit.Key{Policy: failuresPolicy, Family: x.endpoint.family.Name, Address: x.client}
}

// Address is the caller's address as the edge counts calls by it, empty when it is unknown: of IPv6, the network.
func (Callers) Address(ctx context.Context) string {
	if x, ok := fromContext(ctx); ok && x.client.IsValid() {
		return x.client.String()
	}
	return ""
}
