package authn

import (
	"context"
	"errors"

	"google.golang.org/grpc/metadata"

	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
)

type claimsKey struct{}

type peerKey struct{}

// metadataKey carries the internal token.
const metadataKey = "authorization"

// WithClaims puts the verified caller into ctx.
func WithClaims(ctx context.Context, c *Claims) context.Context {
	return context.WithValue(ctx, claimsKey{}, c)
}

// FromContext is the verified caller; false when the call needed none.
func FromContext(ctx context.Context) (*Claims, bool) {
	c, ok := ctx.Value(claimsKey{}).(*Claims)
	return c, ok
}

// WithPeer puts the role of the mTLS peer into ctx.
func WithPeer(ctx context.Context, role string) context.Context {
	return context.WithValue(ctx, peerKey{}, role)
}

// PeerFromContext is the role of the mTLS peer; false outside of a call.
func PeerFromContext(ctx context.Context) (string, bool) {
	role, ok := ctx.Value(peerKey{}).(string)
	return role, ok
}

// Outgoing makes calls with ctx carry the internal token. It is for a context that carries none yet.
func Outgoing(ctx context.Context, internalToken string) context.Context {
	return metadata.AppendToOutgoingContext(ctx, metadataKey, bearerScheme+internalToken)
}

// Incoming is the internal token that the call of ctx carries, not yet verified.
// It fails with CREDENTIAL_MISSING or CREDENTIAL_INVALID.
func Incoming(ctx context.Context) (string, error) {
	token, err := bearer(metadata.ValueFromIncomingContext(ctx, metadataKey))
	if errors.Is(err, errNoCredential) {
		return "", rpcerr.New(errorsv1.Reason_REASON_CREDENTIAL_MISSING, "the call carries no credential")
	}
	if err != nil {
		return "", invalid(err)
	}
	return token, nil
}

// invalid is one answer for all that can be wrong with a credential.
func invalid(cause error) error {
	return rpcerr.Wrap(errorsv1.Reason_REASON_CREDENTIAL_INVALID, cause, "the credential is not valid")
}

func unavailable(cause error) error {
	if errors.Is(cause, context.Canceled) {
		return cause // the caller went away: nothing is wrong here
	}
	return rpcerr.Wrap(errorsv1.Reason_REASON_UNAVAILABLE, cause, "the credential cannot be checked now")
}
