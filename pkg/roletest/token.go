package roletest

import (
	"context"
	"crypto/rand"
	"encoding/json"

	"github.com/go-jose/go-jose/v4"

	"github.com/ventanilla/ventanilla/pkg/authn"
	authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"
)

const issuer = "https://auth.example"

func (p *Platform) keys(context.Context) ([]byte, error) {
	return json.Marshal(jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: p.auth.Public(), KeyID: "k", Algorithm: "ES256", Use: "sig"}}})
}

// By is a context for calls with an internal token of these claims.
func (p *Platform) By(claims authn.Claims) context.Context {
	p.T.Helper()
	now := p.Clock.Now()
	claims.Issuer, claims.Audience, claims.ID = issuer, p.Role.Name, rand.Text()
	claims.IssuedAt, claims.ExpiresAt = now.Unix(), now.Add(authn.MaxLife).Unix()
	token, err := authn.Sign(p.auth, "k", claims)
	Check(p.T, err)
	return authn.Outgoing(p.T.Context(), token)
}

// ByOperator is a context for calls of an operator.
func (p *Platform) ByOperator(roles ...string) context.Context {
	return p.By(authn.Claims{Operator: "ana", Roles: roles})
}

// ByClient is a context for calls of a partner's client.
func (p *Platform) ByClient(clientID, family string, set authv1.DataSet, scopes ...string) context.Context {
	return p.By(authn.Claims{ClientID: clientID, Family: family, Kind: authv1.ClientKind_CLIENT_KIND_PARTNER, DataSet: set, Scopes: scopes})
}

// ByPeer is a context for calls of a role in its own name.
func (p *Platform) ByPeer(role string) context.Context { return p.By(authn.Claims{Peer: role}) }
