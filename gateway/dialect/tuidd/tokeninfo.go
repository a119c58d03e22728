package tuidd

import (
	"context"

	"github.com/ventanilla/ventanilla/gateway/dialect"
	"github.com/ventanilla/ventanilla/gateway/oauth"
	tuiddv1 "github.com/ventanilla/ventanilla/proto/gen/go/tuidd/v1"
)

// tokenInfoAdapter serves the partner's introspection from the auth service.
type tokenInfoAdapter struct {
	tuiddv1.UnimplementedTokenInfoServiceServer
	introspection oauth.Introspection
}

// TokenInfo answers under the document's names.
func (a *tokenInfoAdapter) TokenInfo(ctx context.Context, in *tuiddv1.TokenInfoRequest) (*tuiddv1.TokenInfoResponse, error) {
	caller := oauth.Authentication{
		Authorization: dialect.Authorization(ctx),
		AssertionType: in.GetClientAssertionType(), Assertion: in.GetClientAssertion(),
	}
	known, err := a.introspection.Answer(ctx, caller, in.GetToken(), in.GetTokenTypeHint())
	if err != nil {
		return nil, err
	}
	return &tuiddv1.TokenInfoResponse{
		Active:    known.Active,
		Scope:     known.Scope,
		ClientId:  known.ClientID,
		Username:  known.Username,
		TokenType: known.TokenType,
		Exp:       known.Expires,
		Iat:       known.Issued,
		Nbf:       known.NotBefore,
		Sub:       known.Subject,
		Aud:       known.Audience,
		Iss:       known.Issuer,
		Ti:        known.TokenID,
		Jti:       known.TokenID,
		Extra:     known.Extra,
		Signed:    known.Signed,
	}, nil
}
