package platform

import (
	"context"
	"errors"
	"sync/atomic"
	"time"

	"github.com/ventanilla/ventanilla/pkg/authn"
	"github.com/ventanilla/ventanilla/pkg/probe"
	authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"
	"github.com/ventanilla/ventanilla/services/auth"
)

// follow keeps a view of what auth revokes, for a role that calls it.
func (m *Mesh) follow(ctx context.Context, role string, tokens authv1.TokenServiceClient) *authn.Revocations {
	p := m.process
	revocations := authn.NewRevocations(tokens, time.Now, p.Log())
	p.Group.Go(ctx, "revocations for "+role, revocations.Run)
	p.Probe.Add("auth, for "+role, heardOnce(revocations))
	return revocations
}

// verifier checks internal tokens for a service other than auth. Where auth has not been heard of lately, it cannot
// tell and says so: there is no other way to ask than the stream that has ended.
func (m *Mesh) verifier(ctx context.Context, role string) (*authn.Verifier, error) {
	conn, err := m.Dial(role, auth.Role)
	if err != nil {
		return nil, err
	}
	tokens := authv1.NewTokenServiceClient(conn)
	return authn.NewVerifier(authn.VerifierOptions{
		Issuer:   m.process.Settings.Auth.Issuer,
		Audience: role,
		Keys: func(ctx context.Context) ([]byte, error) {
			set, err := tokens.GetKeySet(ctx, &authv1.GetKeySetRequest{})
			return set.GetJwks(), err
		},
		View: m.follow(ctx, role, tokens),
		Now:  time.Now,
	})
}

// heardOnce is ready from the first word of auth on. A role that loses auth later stays in service: a gateway's refusals,
// in each family's shape, are better than a load balancer's, and a service still answers what needs no token.
func heardOnce(revocations *authn.Revocations) probe.Check {
	var heard atomic.Bool
	return func(context.Context) error {
		if heard.Load() || revocations.Fresh() {
			heard.Store(true)
			return nil
		}
		return errors.New("auth has not been heard of yet")
	}
}
