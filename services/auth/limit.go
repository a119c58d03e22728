package auth

import (
	"context"
	"math"
	"strconv"

	"github.com/ventanilla/ventanilla/pkg/ratelimit"
	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
	"github.com/ventanilla/ventanilla/services/auth/internal/directory"
)

// Limiter takes tokens from buckets. Package ratelimit has one for a process, and one for many.
type Limiter interface {
	Take(ctx context.Context, key ratelimit.Key, limit ratelimit.Limit) ratelimit.Result
}

// charge counts a token for a client that has a limit, and tells what is left; nothing for one
// without. It fails with RATE_LIMITED.
func (s *Service) charge(ctx context.Context, client *directory.Client) (*authv1.Quota, error) {
	limit := ratelimit.Limit{PerSecond: client.Limit.PerSecond, Burst: int(client.Limit.Burst)}
	if limit == (ratelimit.Limit{}) {
		return nil, nil
	}
	result := s.limiter.Take(ctx, ratelimit.OfClient(client.ID), limit)
	reset := int(math.Ceil(result.Reset.Seconds()))
	if !result.Allowed {
		return nil, rpcerr.New(errorsv1.Reason_REASON_RATE_LIMITED, "more calls than the client's limit", rpcerr.RetryAfter(result.RetryAfter),
			rpcerr.Meta("limit", strconv.Itoa(limit.Burst)), rpcerr.Meta("window", strconv.Itoa(limit.Window())), rpcerr.Meta("reset", strconv.Itoa(reset)))
	}
	return &authv1.Quota{
		Limit:         client.Limit.Burst,
		Remaining:     int32(result.Remaining),
		ResetSeconds:  int32(reset),
		WindowSeconds: int32(limit.Window()),
	}, nil
}
