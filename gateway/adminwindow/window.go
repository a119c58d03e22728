// Package adminwindow is the one address that operators call. It listens with
// mutual TLS, has the auth service exchange the operator's certificate for an
// internal token, and passes the call on, unread, to the role that serves it.
// It knows which services are for operators and refuses every other; what an
// operator may do is decided by the service that is called.
package adminwindow

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"runtime/debug"
	"sync"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/keepalive"
	"google.golang.org/grpc/peer"
	"google.golang.org/grpc/status"

	"github.com/ventanilla/ventanilla/pkg/authn"
	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
)

const (
	maxMessage = 4 << 20
	maxStreams = 64
	maxCall    = time.Minute
	// maxStream bounds calls that stream: they may be about everybody.
	maxStream = time.Hour
)

// Backend is a role with admin services.
type Backend struct {
	// Role is the audience of the internal token.
	Role string
	// Conn leads to the role.
	Conn grpc.ClientConnInterface
	// Services are those for operators.
	Services []grpc.ServiceDesc
}

// Exchanger turns an operator's certificate into an internal token; see auth.v1.TokenService.
type Exchanger interface {
	Exchange(context.Context, *authv1.ExchangeRequest, ...grpc.CallOption) (*authv1.ExchangeResponse, error)
}

// Window is the operators' listener.
type Window struct {
	server    *grpc.Server
	exchanger Exchanger
	logger    *slog.Logger
	methods   map[string]method // by full name
	drain     time.Duration
	copies    sync.WaitGroup // of requests to backends
}

// method is an RPC that is passed on.
type method struct {
	Backend
	// streams tells whether it streams anything, many whether its requests.
	streams, many bool
}

// New returns a window over the backends. Certificate gives the listener's own
// certificate. Drain bounds how long calls in flight may take at the end.
func New(certificate func() (*tls.Certificate, error), exchanger Exchanger, logger *slog.Logger, drain time.Duration, backends ...Backend) *Window {
	w := &Window{exchanger: exchanger, logger: logger, methods: make(map[string]method), drain: drain}
	for _, backend := range backends {
		for _, service := range backend.Services {
			for _, unary := range service.Methods {
				w.methods["/"+service.ServiceName+"/"+unary.MethodName] = method{Backend: backend}
			}
			for _, stream := range service.Streams {
				w.methods["/"+service.ServiceName+"/"+stream.StreamName] = method{backend, true, stream.ClientStreams}
			}
		}
	}
	w.server = grpc.NewServer(
		grpc.Creds(credentials.NewTLS(&tls.Config{
			MinVersion: tls.VersionTLS13,
			// The chain is judged by auth, which holds the operators' CA and knows who is
			// disabled; here the handshake proves possession of the key.
			ClientAuth:     tls.RequireAnyClientCert,
			GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) { return certificate() },
		})),
		grpc.ForceServerCodecV2(rawCodec{}),
		grpc.UnknownServiceHandler(w.forward),
		grpc.MaxRecvMsgSize(maxMessage),
		grpc.MaxConcurrentStreams(maxStreams),
		grpc.ConnectionTimeout(10*time.Second),
		grpc.KeepaliveParams(keepalive.ServerParameters{MaxConnectionIdle: 5 * time.Minute}),
		grpc.WaitForHandlers(true),
	)
	return w
}

// Serve answers on the listener until the context ends, then lets calls in flight end.
func (w *Window) Serve(ctx context.Context, listener net.Listener) error {
	ended := make(chan error, 1)
	go func() { ended <- w.server.Serve(listener) }()
	select {
	case err := <-ended:
		w.server.Stop()
		w.copies.Wait()
		return fmt.Errorf("serving the admin window: %w", err)
	case <-ctx.Done():
	}
	force := time.AfterFunc(w.drain, w.server.Stop)
	defer force.Stop()
	w.server.GracefulStop()
	w.copies.Wait()
	if err := <-ended; err != nil && !errors.Is(err, grpc.ErrServerStopped) {
		return fmt.Errorf("stopping the admin window: %w", err)
	}
	return nil
}

// forward passes a call on. What the backend answers arrives as it is; how it could not be reached
// is for the log.
func (w *Window) forward(_ any, in grpc.ServerStream) (err error) {
	name, _ := grpc.MethodFromServerStream(in)
	defer func() {
		if cause := recover(); cause != nil {
			w.logger.ErrorContext(in.Context(), "the admin window panicked", "panic", fmt.Sprint(cause), "stack", string(debug.Stack()))
			err = rpcerr.New(errorsv1.Reason_REASON_INTERNAL, "internal error")
		}
	}()
	err = w.identifyAndPass(in, name)
	switch reason := rpcerr.Reason(err); reason {
	case errorsv1.Reason_REASON_UNAVAILABLE, errorsv1.Reason_REASON_DEADLINE_EXCEEDED, errorsv1.Reason_REASON_CANCELLED:
		w.logger.WarnContext(in.Context(), "an admin call was not served", "error", err)
		if len(status.Convert(err).Details()) == 0 { // no service wrote it
			return rpcerr.New(reason, "the service cannot be reached now")
		}
	}
	return err
}

func (w *Window) identifyAndPass(in grpc.ServerStream, name string) error {
	method, ok := w.methods[name]
	if !ok {
		return rpcerr.New(errorsv1.Reason_REASON_ROUTE_NOT_FOUND, "the admin window does not serve this RPC")
	}
	longest := maxCall
	if method.streams {
		longest = maxStream
	}
	ctx, cancel := context.WithTimeout(in.Context(), longest)
	defer cancel()
	ctx, err := w.identify(ctx, method.Role)
	if err != nil {
		return err
	}
	if method.many {
		return w.passMany(ctx, in, method.Conn, name)
	}
	return pass(ctx, in, method.Conn, name)
}

// identify replaces the caller's certificate by an internal token for the role. It is
// asked for each call, since operators are few and a disabled one must be out at once.
func (w *Window) identify(ctx context.Context, role string) (context.Context, error) {
	p, ok := peer.FromContext(ctx)
	if !ok {
		return nil, rpcerr.New(errorsv1.Reason_REASON_CREDENTIAL_MISSING, "an operator certificate is required")
	}
	info, ok := p.AuthInfo.(credentials.TLSInfo)
	if !ok || len(info.State.PeerCertificates) == 0 {
		return nil, rpcerr.New(errorsv1.Reason_REASON_CREDENTIAL_MISSING, "an operator certificate is required")
	}
	answer, err := w.exchanger.Exchange(ctx, &authv1.ExchangeRequest{
		Credential: &authv1.ExchangeRequest_OperatorCertificate{OperatorCertificate: info.State.PeerCertificates[0].Raw},
		Audience:   role,
	})
	if err != nil {
		return nil, err
	}
	return authn.Outgoing(ctx, answer.GetInternalToken()), nil
}
