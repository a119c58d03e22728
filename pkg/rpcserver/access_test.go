package rpcserver_test

import (
	"context"
	"testing"

	"google.golang.org/grpc"

	"github.com/ventanilla/ventanilla/pkg/authn"
	"github.com/ventanilla/ventanilla/pkg/rpcserver"
	authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
)

const (
	admitted    = errorsv1.Reason_REASON_UNSPECIFIED
	refused     = errorsv1.Reason_REASON_PEER_REFUSED
	missing     = errorsv1.Reason_REASON_CREDENTIAL_MISSING
	invalid     = errorsv1.Reason_REASON_CREDENTIAL_INVALID
	denied      = errorsv1.Reason_REASON_PERMISSION_DENIED
	unavailable = errorsv1.Reason_REASON_UNAVAILABLE
	internal    = errorsv1.Reason_REASON_INTERNAL
)

func TestAccess(t *testing.T) {
	peers := []string{"gateway", "bootstrap"}
	nobody := rpcserver.Rule{Peers: peers, Caller: rpcserver.NoCaller}
	client := rpcserver.Rule{Peers: peers, Caller: rpcserver.ClientCaller}
	operator := rpcserver.Rule{
		Peers: peers, Trusted: []string{"bootstrap"}, Caller: rpcserver.OperatorCaller, OperatorRoles: []string{"security"},
	}
	anyone := rpcserver.Rule{Peers: []string{rpcserver.AnyPeer}, Caller: rpcserver.AnyCaller}

	for name, c := range map[string]struct {
		rule        rpcserver.Rule
		peer, token string
		want        errorsv1.Reason
	}{
		"no caller":                      {nobody, "gateway", "", admitted},
		"no caller, token not looked at": {nobody, "gateway", "forged", admitted},
		"peer off the list":              {nobody, "benefits", "", refused},
		"peer before token":              {client, "benefits", "", refused},
		"client":                         {client, "gateway", "client", admitted},
		"client without token":           {client, "gateway", "", missing},
		"client with forged token":       {client, "gateway", "forged", invalid},
		"client, keys away":              {client, "gateway", "away", unavailable},
		"client wanted, operator came":   {client, "gateway", "security", denied},
		"client wanted, peer came":       {client, "gateway", "peer", denied},
		"token of nobody":                {anyone, "gateway", "nobody", denied},
		"operator":                       {operator, "gateway", "security", admitted},
		"operator without the role":      {operator, "gateway", "viewer", denied},
		"operator wanted, client came":   {operator, "gateway", "client", denied},
		"operator without token":         {operator, "gateway", "", missing},
		"trusted peer":                   {operator, "bootstrap", "", admitted},
		"trusted peer, forged token":     {operator, "bootstrap", "forged", invalid},
		"trusted peer, weak operator":    {operator, "bootstrap", "viewer", denied},
		"anyone, client":                 {anyone, "gateway", "client", admitted},
		"anyone, peer":                   {anyone, "benefits", "peer", admitted},
		"anyone, no operator role let in": {
			anyone, "gateway", "security", denied,
		},
		"anyone, no token": {anyone, "gateway", "", missing},
	} {
		t.Run(name, func(t *testing.T) {
			p := newPlatform(t)
			p.rule = c.rule
			p.tokens.introspect = func(ctx context.Context, _ *authv1.IntrospectRequest) (*authv1.IntrospectResponse, error) {
				if role, _ := authn.PeerFromContext(ctx); role != c.peer {
					t.Errorf("the handler sees the peer %q", role)
				}
				_, known := authn.FromContext(ctx)
				if want := c.token != "" && c.rule.Caller != rpcserver.NoCaller; known != want {
					t.Errorf("the handler sees a caller: %v", known)
				}
				return &authv1.IntrospectResponse{}, nil
			}
			p.tokens.watch = func(*authv1.WatchRevocationsRequest, grpc.ServerStreamingServer[authv1.WatchRevocationsResponse]) error {
				return nil
			}
			ctx := t.Context()
			if c.token != "" {
				ctx = authn.Outgoing(ctx, c.token)
			}
			client := p.start(t).client(t, c.peer)
			_, err := client.Introspect(ctx, request)
			expect(t, err, c.want)
			expect(t, streamed(ctx, client, &authv1.WatchRevocationsRequest{}), c.want)
		})
	}
}

func TestRulesThatLeaveAGapRefuseToStart(t *testing.T) {
	peers := []string{"gateway"}
	for name, rule := range map[string]rpcserver.Rule{
		"empty":                {},
		"no peers":             {Caller: rpcserver.NoCaller},
		"no word on callers":   {Peers: peers},
		"stranger trusted":     {Peers: peers, Trusted: []string{"bootstrap"}, Caller: rpcserver.ClientCaller},
		"trust for nothing":    {Peers: peers, Trusted: peers, Caller: rpcserver.NoCaller},
		"operator of no role":  {Peers: peers, Caller: rpcserver.OperatorCaller},
		"roles of a client":    {Peers: peers, Caller: rpcserver.ClientCaller, OperatorRoles: []string{"viewer"}},
		"roles without caller": {Peers: peers, Caller: rpcserver.NoCaller, OperatorRoles: []string{"viewer"}},
	} {
		t.Run(name, func(t *testing.T) {
			p := newPlatform(t)
			p.rule = rule
			if _, err := rpcserver.New(p.cfg, p.options(t)); err == nil {
				t.Error("made a server")
			}
		})
	}
}
