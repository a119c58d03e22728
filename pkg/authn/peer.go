package authn

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"golang.org/x/sync/semaphore"
	"golang.org/x/time/rate"
	"google.golang.org/grpc"
	"google.golang.org/grpc/status"

	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
)

const (
	// renewBefore is how long before its end a token is exchanged anew.
	renewBefore = time.Minute
	// endMargin keeps a token from ending on its way to the service.
	endMargin = time.Second
	// exchangePause is the least time between two exchanges, whatever comes of them.
	exchangePause = time.Second
	// exchangeTimeout bounds an exchange, for which several calls may wait.
	exchangeTimeout = 2 * time.Second
)

// Exchanger is what auth does for a role that calls in its own name.
type Exchanger interface {
	Exchange(ctx context.Context, in *authv1.ExchangeRequest, opts ...grpc.CallOption) (*authv1.ExchangeResponse, error)
}

// PeerCredentials give a role's calls of another an internal token that says which role calls: auth makes it for the
// certificate with which it is asked. One token serves all calls until a minute before its end, and then until there is
// another. They are credentials.PerRPCCredentials; with them goes the interceptor Again. Their methods may be called concurrently.
type PeerCredentials struct {
	auth     Exchanger
	audience string
	now      func() time.Time
	kept     atomic.Pointer[peerToken]
	// turn is held by the call that exchanges; pause and failure are its.
	turn    *semaphore.Weighted
	pause   *rate.Limiter
	failure error
}

type peerToken struct {
	text string
	ends time.Time
}

// NewPeerCredentials makes credentials for calls of the role audience. Auth is called with the calling role's certificate.
func NewPeerCredentials(auth Exchanger, audience string, now func() time.Time) *PeerCredentials {
	return &PeerCredentials{
		auth: auth, audience: audience, now: now,
		turn: semaphore.NewWeighted(1), pause: rate.NewLimiter(rate.Every(exchangePause), 1),
	}
}

// RequireTransportSecurity says that the token goes over TLS only.
func (*PeerCredentials) RequireTransportSecurity() bool { return true }

// GetRequestMetadata returns the metadata with the token. It fails with UNAVAILABLE whatever auth says: whoever is being served
// is not at fault.
func (c *PeerCredentials) GetRequestMetadata(ctx context.Context, _ ...string) (map[string]string, error) {
	token, err := c.token(ctx)
	if ctx.Err() != nil {
		return nil, status.FromContextError(ctx.Err()).Err()
	}
	if err != nil {
		return nil, rpcerr.Wrap(errorsv1.Reason_REASON_UNAVAILABLE, err, "the platform cannot identify itself now")
	}
	return map[string]string{metadataKey: bearerScheme + token}, nil
}

// Again is a unary client interceptor: a call whose token is refused is made once more with another, since the key that signed the kept
// one may have been retired.
func (c *PeerCredentials) Again(ctx context.Context, method string, req, reply any, conn *grpc.ClientConn, invoker grpc.UnaryInvoker, opts ...grpc.CallOption) error {
	used := c.kept.Load()
	err := invoker(ctx, method, req, reply, conn, opts...)
	if used == nil || rpcerr.Reason(err) != errorsv1.Reason_REASON_CREDENTIAL_INVALID {
		return err
	}
	c.kept.CompareAndSwap(used, nil) // another call may have been faster
	return invoker(ctx, method, req, reply, conn, opts...)
}

func (c *PeerCredentials) token(ctx context.Context) (string, error) {
	kept := c.kept.Load()
	switch {
	case c.left(kept) > renewBefore:
		return kept.text, nil
	case c.left(kept) > endMargin:
		if !c.turn.TryAcquire(1) { // another call exchanges; this one need not wait
			return kept.text, nil
		}
	default:
		if err := c.turn.Acquire(ctx, 1); err != nil {
			return "", fmt.Errorf("waiting for a token: %w", err)
		}
	}
	defer c.turn.Release(1)
	if c.left(c.kept.Load()) <= renewBefore && c.pause.AllowN(c.now(), 1) {
		c.failure = c.exchange(ctx)
	}
	if kept = c.kept.Load(); c.left(kept) > endMargin {
		return kept.text, nil
	}
	if c.failure == nil {
		return "", errors.New("the last token was over at once")
	}
	return "", c.failure
}

// left is for how long a token holds.
func (c *PeerCredentials) left(token *peerToken) time.Duration {
	if token == nil {
		return 0
	}
	return token.ends.Sub(c.now())
}

// exchange outlives the caller's ctx: others wait for the same token.
func (c *PeerCredentials) exchange(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), exchangeTimeout)
	defer cancel()
	response, err := c.auth.Exchange(ctx, &authv1.ExchangeRequest{
		Audience: c.audience, Credential: &authv1.ExchangeRequest_Peer{Peer: &authv1.PeerIdentity{}},
	})
	if err != nil {
		return fmt.Errorf("exchanging the role's certificate: %w", err)
	}
	c.kept.Store(&peerToken{response.GetInternalToken(), response.GetExpiresAt().AsTime()})
	return nil
}
