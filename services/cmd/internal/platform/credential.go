package platform

import (
	"context"
	"log/slog"
	"time"

	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
	"github.com/ventanilla/ventanilla/services/cmd/internal/admin"
)

const (
	// operatorLife is that of the local operator's credential, renewed at half of it.
	operatorLife = 12 * time.Hour
	// renewRetry is the pause after a renewal that failed.
	renewRetry = time.Minute
)

// localCredential is the local operator's, in a file. That it cannot be renewed never stops
// the platform, which partners call without it.
type localCredential struct {
	operators authv1.OperatorServiceClient
	path      string
	logger    *slog.Logger
	// failure is why the last try failed, so that it is told once and not at each try.
	failure errorsv1.Reason
}

// keep renews the credential until ctx ends.
func (c *localCredential) keep(ctx context.Context) error {
	for {
		pause := operatorLife / 2
		if c.failure != errorsv1.Reason_REASON_UNSPECIFIED {
			pause = renewRetry
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(pause):
		}
		c.renew(ctx)
	}
}

// renew tries once, and warns when that fails.
func (c *localCredential) renew(ctx context.Context) {
	_, err := admin.WriteCredential(ctx, c.operators, LocalOperator, operatorLife, c.path)
	known := c.failure
	c.failure = rpcerr.Reason(err)
	switch c.failure {
	case errorsv1.Reason_REASON_UNSPECIFIED, known:
	case errorsv1.Reason_REASON_CANCELLED: // the platform stops
	case errorsv1.Reason_REASON_PERMISSION_DENIED:
		c.logger.WarnContext(ctx, "the local operator is disabled and gets no credential; another operator with the role "+
			"security lets it in again with `ventanilla admin operator enable "+LocalOperator+"`", "operator", LocalOperator)
	default:
		c.logger.WarnContext(ctx, "the local operator's credential was not renewed; trying again", "error", err, "pause", renewRetry)
	}
}
