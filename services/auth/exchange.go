package auth

import (
	"context"
	"crypto/rand"
	"errors"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/ventanilla/ventanilla/pkg/authn"
	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
	authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
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
		return nil, s.refusals.note(err)
	}
	now := s.now().Truncate(time.Second)
	expires := now.Add(authn.MaxLife)
	if !who.expires.IsZero() && who.expires.Before(expires) {
		expires = who.expires
	}
	p := who.principal
	token, err := s.signInternal(ctx, authn.Claims{
		Issuer:    s.config.Issuer,
		Audience:  req.GetAudience(),
		ClientID:  p.GetClientId(),
		Family:    p.GetFamily(),
		Kind:      p.GetKind(),
		Scopes:    p.GetScopes(),
		TokenID:   p.GetTokenId(),
		KeyID:     p.GetKeyId(),
		Epoch:     p.GetEpoch(),
		DataSet:   p.GetDataSet(),
		Operator:  p.GetOperator(),
		Roles:     p.GetRoles(),
		Peer:      p.GetPeer(),
		Citizen:   p.GetCitizen(),
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
// not hold, with FIELD_MISSING when a client comes without families, and with
// PERMISSION_DENIED when a role other than the gateway presents a client.
func (s *tokenService) identify(ctx context.Context, req *authv1.ExchangeRequest) (identity, error) {
	if req.GetCitizen() != nil && req.GetBearerToken() == "" {
		return identity{}, rpcerr.Invalid("citizen", "comes with an access token only")
	}
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
	// Services and the organisation's own programs speak for themselves alone: what others present is not theirs to try.
	if role, _ := authn.PeerFromContext(ctx); role != gateway {
		return identity{}, rpcerr.New(errorsv1.Reason_REASON_PERMISSION_DENIED, "the role may exchange its own certificate only")
	}
	if len(req.GetFamilies()) == 0 {
		return identity{}, rpcerr.Missing("families")
	}
	of := servedBy(req)
	switch credential := req.GetCredential().(type) {
	case *authv1.ExchangeRequest_BearerToken:
		return s.bearer(ctx, credential.BearerToken, req.GetCitizen(), of)
	case *authv1.ExchangeRequest_WidgetToken:
		return s.widget(ctx, credential.WidgetToken, of)
	case *authv1.ExchangeRequest_ClientSecret:
		secret := credential.ClientSecret
		return identityOf(s.authenticate(ctx, secret.GetClientId(), secret.GetClientSecret(), of))
	case *authv1.ExchangeRequest_ClientAssertion:
		return identityOf(s.authenticateByAssertion(ctx, credential.ClientAssertion, "", of))
	case *authv1.ExchangeRequest_ApiKey:
		return identityOf(s.authenticateByKey(ctx, credential.ApiKey, "", of))
	}
	return identity{}, rpcerr.Missing("credential")
}

// bearer checks an access token, and then the citizen whom its client calls for, if there is one.
func (s *tokenService) bearer(ctx context.Context, text string, citizen *authv1.CitizenToken, of served) (identity, error) {
	token, err := s.tokens.inForce(ctx, text)
	if errors.Is(err, errVoid) {
		return identity{}, refusedFor(unknownClient, reasonToken)
	}
	if err != nil {
		return identity{}, err
	}
	switch {
	case !of.family(token.client.Client):
		return identity{}, refusedFor(token.ClientID, reasonFamily)
	case !of.dataSet(token.client.Client):
		return identity{}, refusedFor(token.ClientID, reasonDataSet)
	}
	principal := principalOf(token.client, token.Scopes)
	principal.TokenId, principal.KeyId = token.ID, token.KeyID
	if citizen == nil {
		return identity{principal, token.Expires}, nil
	}
	if principal.Citizen, err = askedRUT(citizen); err != nil {
		return identity{}, err
	}
	return identity{principal, token.Expires}, s.citizens.check(ctx, token.client.DataSet, citizen.GetToken(), principal.GetCitizen())
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
	authority, err := s.ring.Operators()
	if err != nil {
		return identity{}, keyAway(err)
	}
	certificate, err := operatorcert.Read(authority, der, s.now())
	if err != nil {
		return identity{}, refusedFor(unknownOperator, reasonCertificate)
	}
	operator, err := s.view.Operator(ctx, certificate.Name)
	if errors.Is(err, sqlstore.ErrNotFound) {
		return identity{}, refusedFor(unknownOperator, reasonCertificate)
	}
	if err != nil {
		return identity{}, sqlstore.Failure(err, "looking up an operator")
	}
	if operator.Disabled || certificate.Epoch != operator.Epoch {
		return identity{}, refusedFor(operator.Name, reasonOperator)
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
		DataSet:  dataSetToProto(client.DataSet),
	}
}
