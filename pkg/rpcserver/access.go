package rpcserver

import (
	"context"

	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/peer"

	"github.com/ventanilla/ventanilla/pkg/authn"
	"github.com/ventanilla/ventanilla/pkg/pki"
	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
)

// checkPeer lets in the roles of the rule, known by their certificates.
func (s *Server) checkPeer(ctx context.Context, method string) (context.Context, error) {
	role, ok := peerRole(ctx)
	if !ok || !s.rules[method].admits(role) {
		return nil, rpcerr.New(errorsv1.Reason_REASON_PEER_REFUSED, "the peer may not call this method")
	}
	return authn.WithPeer(ctx, role), nil
}

func peerRole(ctx context.Context) (string, bool) {
	p, ok := peer.FromContext(ctx)
	if !ok {
		return "", false
	}
	info, ok := p.AuthInfo.(credentials.TLSInfo)
	if !ok {
		return "", false
	}
	return pki.PeerRole(info.State)
}

// identify finds out who calls, from the internal token.
func (s *Server) identify(ctx context.Context, method string) (context.Context, error) {
	rule := s.rules[method]
	if rule.Caller == NoCaller {
		return ctx, nil
	}
	token, err := authn.Incoming(ctx)
	if err != nil {
		missing := rpcerr.Reason(err) == errorsv1.Reason_REASON_CREDENTIAL_MISSING
		if missing && rule.trusts(ctx) {
			return ctx, nil
		}
		return nil, err
	}
	claims, err := s.opts.Verifier.Verify(ctx, token)
	if err != nil {
		return nil, err
	}
	return authn.WithClaims(ctx, claims), nil
}

// checkRoles lets in the callers of the rule. Where there is none, identify found that none is needed.
func (s *Server) checkRoles(ctx context.Context, method string) (context.Context, error) {
	claims, ok := authn.FromContext(ctx)
	if ok && !s.rules[method].allows(claims) {
		return nil, rpcerr.New(errorsv1.Reason_REASON_PERMISSION_DENIED, "the caller may not call this method")
	}
	return ctx, nil
}
