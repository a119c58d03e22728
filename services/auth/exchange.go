package auth

import (
	"context"
	"crypto/rand"
	"errors"
	"slices"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/ventanilla/ventanilla/pkg/authn"
	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
	authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"
	"github.com/ventanilla/ventanilla/services/auth/internal/directory"
	"github.com/ventanilla/ventanilla/services/auth/internal/operatorcert"
)

// identity is who stands behind a credential, and how long it holds.
type identity struct {
	principal *authv1.Principal
	expires   time.Time // zero when the credential does not end by itself
}

// Exchange turns a credential from outside into an internal token for one role.
func (s *tokenService) Exchange(ctx context.Context, req *authv1.ExchangeRequest) (*authv1.ExchangeResponse, error) {
	who, err := s.identify(ctx, req)
	if err != nil {
		return nil, err
	}
	now := s.now().Truncate(time.Second)
	expires := now.Add(authn.MaxLife)
	if !who.expires.IsZero() && who.expires.Before(expires) {
		expires = who.expires
	}
	p := who.principal
	token, err := authn.Sign(s.keys.Internal.Key, s.keys.Internal.ID, authn.Claims{
		Issuer:    s.config.Issuer,
		Audience:  req.GetAudience(),
		ClientID:  p.GetClientId(),
		Family:    p.GetFamily(),
		Kind:      p.GetKind(),
		Scopes:    p.GetScopes(),
		TokenID:   p.GetTokenId(),
		Epoch:     p.GetEpoch(),
		Operator:  p.GetOperator(),
		Roles:     p.GetRoles(),
		Peer:      p.GetPeer(),
		IssuedAt:  now.Unix(),
		ExpiresAt: expires.Unix(),
		ID:        rand.Text(),
	})
	if err != nil {
		return nil, err
	}
	return &authv1.ExchangeResponse{InternalToken: token, ExpiresAt: timestamppb.New(expires), Principal: p}, nil
}

// identify checks the credential. It fails with CREDENTIAL_INVALID when it does
// not hold, and with FIELD_MISSING when a client comes without families.
func (s *tokenService) identify(ctx context.Context, req *authv1.ExchangeRequest) (identity, error) {
	switch credential := req.GetCredential().(type) {
	case *authv1.ExchangeRequest_OperatorCertificate:
		return s.operator(ctx, credential.OperatorCertificate)
	case *authv1.ExchangeRequest_Peer:
		role, ok := authn.PeerFromContext(ctx)
		if !ok {
			return identity{}, refused()
		}
		return identity{principal: &authv1.Principal{Peer: role}}, nil
	}
	if len(req.GetFamilies()) == 0 {
		return identity{}, missing("families")
	}
	switch credential := req.GetCredential().(type) {
	case *authv1.ExchangeRequest_BearerToken:
		return s.bearer(ctx, credential.BearerToken, req.GetFamilies())
	case *authv1.ExchangeRequest_ClientSecret:
		secret := credential.ClientSecret
		return identityOf(s.authenticate(ctx, secret.GetClientId(), secret.GetClientSecret(), req.GetFamilies()))
	case *authv1.ExchangeRequest_ClientAssertion:
		return identityOf(s.authenticateByAssertion(ctx, credential.ClientAssertion, "", req.GetFamilies()))
	case *authv1.ExchangeRequest_ApiKey:
		return identityOf(s.authenticateByKey(ctx, credential.ApiKey, "", req.GetFamilies()))
	}
	return identity{}, missing("credential")
}

func (s *tokenService) bearer(ctx context.Context, text string, families []string) (identity, error) {
	token, err := s.tokens.inForce(ctx, text)
	if errors.Is(err, errVoid) || err == nil && !slices.Contains(families, token.client.Family) {
		return identity{}, refused()
	}
	if err != nil {
		return identity{}, err
	}
	principal := principalOf(token.client, token.Scopes)
	principal.TokenId = token.ID
	return identity{principal, token.Expires}, nil
}

// identityOf is the identity of a client that authenticated, unless it failed to.
func identityOf(who proven, err error) (identity, error) {
	if err != nil {
		return identity{}, err
	}
	principal := principalOf(who.client, who.scopes)
	principal.TokenId = who.keyID
	return identity{principal, who.expires}, nil
}

// operator takes the gateway's word alone: a certificate is no secret, and only the gateway's admin window has seen
// its key proved.
func (s *tokenService) operator(ctx context.Context, der []byte) (identity, error) {
	if peer, _ := authn.PeerFromContext(ctx); peer != gateway {
		return identity{}, refused()
	}
	certificate, err := operatorcert.Read(s.keys.Operators, der, s.now())
	if err != nil {
		return identity{}, refused()
	}
	operator, err := s.view.Operator(ctx, certificate.Name)
	if errors.Is(err, sqlstore.ErrNotFound) {
		return identity{}, refused()
	}
	if err != nil {
		return identity{}, failure(err, "looking up an operator")
	}
	if operator.Disabled || certificate.Epoch != operator.Epoch {
		return identity{}, refused()
	}
	return identity{&authv1.Principal{
		Operator: operator.Name,
		Roles:    operator.Roles,
		Epoch:    operator.Epoch,
	}, certificate.Expires}, nil
}

func principalOf(client *directory.Client, scopes []string) *authv1.Principal {
	return &authv1.Principal{
		ClientId: client.ID,
		Family:   client.Family,
		Kind:     kindToProto(client.Kind),
		Scopes:   scopes,
		Epoch:    client.Epoch,
		Limit:    limitToProto(client.Limit),
	}
}
