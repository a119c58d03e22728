package credential

import (
	"context"

	"github.com/ventanilla/ventanilla/pkg/authn"
	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
)

// Call makes a call to a service as the caller. An exchange that was kept may be over although the credential holds: its
// client was shut out and let in again, and the gateway has not heard of it yet. A service that knows refuses the
// internal token; the credential is then exchanged anew, once, so that this caller is not refused for it.
func (c Caller) Call(ctx context.Context, call func(context.Context) error) error {
	err := call(authn.Outgoing(ctx, c.Token))
	if c.again == nil || rpcerr.Reason(err) != errorsv1.Reason_REASON_CREDENTIAL_INVALID {
		return err
	}
	fresh, err := c.again(ctx)
	if err != nil {
		return err
	}
	return call(authn.Outgoing(ctx, fresh.Token))
}
