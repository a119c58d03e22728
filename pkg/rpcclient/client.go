// Package rpcclient is how a role calls another: a connection to all of its
// servers that the resolver knows, over mTLS, in turn among those that call
// themselves healthy, with a bound on every call and further attempts only
// where the contract says that a method is idempotent.
package rpcclient

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/backoff"
	"google.golang.org/grpc/credentials"

	// Client-side health checking works only where this package is linked in: it registers itself.
	_ "google.golang.org/grpc/health"
	"google.golang.org/grpc/keepalive"
	"google.golang.org/grpc/resolver"

	"github.com/ventanilla/ventanilla/pkg/rpctelemetry"
	"github.com/ventanilla/ventanilla/pkg/telemetry"
)

// scheme is that of the targets that name a role.
const scheme = "ventanilla"

// maxHeaderBytes bounds a call's metadata.
const maxHeaderBytes = 32 << 10

// Credentials identify the caller beyond its certificate, in each call.
type Credentials interface {
	credentials.PerRPCCredentials
	// Again is an interceptor that may make a call again whose credentials were refused.
	Again(ctx context.Context, method string, req, reply any, conn *grpc.ClientConn, invoker grpc.UnaryInvoker, opts ...grpc.CallOption) error
}

// Options is what a connection works with. All but Target and Credentials are needed.
type Options struct {
	Config Config
	// Target names the role's servers for one of Resolvers; ventanilla:///<role> when empty.
	Target string
	// TLS shows our certificate and verifies the role's; pki.ClientTLS does.
	TLS *tls.Config
	// Resolvers find servers, each for targets of one scheme.
	Resolvers []resolver.Builder
	Telemetry *telemetry.Telemetry
	// Credentials are for a role that calls in its own name; authn.PeerCredentials are some. Nil where each call brings a token, or needs none.
	Credentials Credentials
}

// Dial makes a connection to role and begins to connect. Calls fail with Unavailable while no server can be reached.
// The caller closes it.
func Dial(role string, opts Options) (*grpc.ClientConn, error) {
	if err := opts.Config.Validate(); err != nil {
		return nil, fmt.Errorf("dialling %s: %w", role, err)
	}
	if opts.TLS == nil || len(opts.Resolvers) == 0 || opts.Telemetry == nil {
		return nil, fmt.Errorf("dialling %s: %w", role, errors.New("TLS, resolvers and telemetry are all needed"))
	}
	config, err := newServiceConfig(role)
	if err != nil {
		return nil, fmt.Errorf("dialling %s: %w", role, err)
	}
	target := opts.Target
	if target == "" {
		target = scheme + ":///" + role
	}
	unary, stream, err := rpctelemetry.Client(opts.Telemetry)
	if err != nil {
		return nil, fmt.Errorf("dialling %s: %w", role, err)
	}
	options := append(dialOptions(opts, config),
		grpc.WithChainUnaryInterceptor(unary, withDeadline(opts.Config.Timeout)), grpc.WithChainStreamInterceptor(stream))
	if opts.Credentials != nil {
		options = append(options, grpc.WithPerRPCCredentials(opts.Credentials), grpc.WithChainUnaryInterceptor(opts.Credentials.Again))
	}
	conn, err := grpc.NewClient(target, options...)
	if err != nil {
		return nil, fmt.Errorf("dialling %s: %w", role, err)
	}
	conn.Connect()
	return conn, nil
}

func dialOptions(opts Options, serviceConfig string) []grpc.DialOption {
	return []grpc.DialOption{
		grpc.WithTransportCredentials(credentials.NewTLS(opts.TLS)),
		grpc.WithResolvers(opts.Resolvers...),
		grpc.WithDefaultServiceConfig(serviceConfig),
		grpc.WithDisableServiceConfig(),
		grpc.WithNoProxy(),
		// Never idle: the first call after a quiet hour is no slower.
		grpc.WithIdleTimeout(0),
		grpc.WithConnectParams(grpc.ConnectParams{
			Backoff:           backoff.Config{BaseDelay: 100 * time.Millisecond, Multiplier: 1.6, Jitter: 0.2, MaxDelay: 2 * time.Second},
			MinConnectTimeout: 2 * time.Second,
		}),
		// Ten seconds is the least that gRPC allows.
		grpc.WithKeepaliveParams(keepalive.ClientParameters{Time: 10 * time.Second, Timeout: 3 * time.Second, PermitWithoutStream: true}),
		grpc.WithMaxHeaderListSize(maxHeaderBytes),
		grpc.WithDefaultCallOptions(
			grpc.MaxCallRecvMsgSize(answerFactor*opts.Config.MaxMessageBytes),
			grpc.MaxCallSendMsgSize(opts.Config.MaxMessageBytes),
		),
	}
}

// withDeadline bounds unary calls that nobody bounded. Streams may be meant to last.
func withDeadline(timeout time.Duration) grpc.UnaryClientInterceptor {
	return func(ctx context.Context, method string, req, reply any, conn *grpc.ClientConn, invoker grpc.UnaryInvoker, opts ...grpc.CallOption) error {
		if _, ok := ctx.Deadline(); !ok {
			var cancel context.CancelFunc
			ctx, cancel = context.WithTimeout(ctx, timeout)
			defer cancel()
		}
		return invoker(ctx, method, req, reply, conn, opts...)
	}
}
