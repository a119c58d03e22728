package auth_test

import (
	"testing"

	"google.golang.org/grpc"

	"github.com/ventanilla/ventanilla/pkg/authn"
	authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"
)

// registrar keeps the token service that is registered with it, to call it without a network.
type registrar struct{ tokens authv1.TokenServiceServer }

func (r *registrar) RegisterService(_ *grpc.ServiceDesc, impl any) {
	if tokens, ok := impl.(authv1.TokenServiceServer); ok {
		r.tokens = tokens
	}
}

func BenchmarkIntrospectWarm(b *testing.B) {
	r := newPlatform(b).replica(false)
	client := r.register(partner("a", "b"))
	req := &authv1.IntrospectRequest{Token: r.issue(client)}
	var direct registrar
	r.service.Register(&direct)
	ctx := authn.WithClaims(b.Context(), &authn.Claims{ClientID: client.id})
	b.ReportAllocs()
	for b.Loop() {
		if answer, err := direct.tokens.Introspect(ctx, req); err != nil || !answer.GetActive() {
			b.Fatal(answer, err)
		}
	}
}
