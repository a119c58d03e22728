package native

import (
	"context"

	nativev1 "github.com/ventanilla/ventanilla/proto/gen/go/native/v1"
)

// Introspect answers under the names of RFC 7662, 2.2.
func (a *oauthAdapter) Introspect(ctx context.Context, in *nativev1.IntrospectRequest) (*nativev1.IntrospectResponse, error) {
	known, err := a.introspection.Answer(ctx, authentication(ctx, in), in.GetToken(), in.GetTokenTypeHint())
	if err != nil {
		return nil, err
	}
	return &nativev1.IntrospectResponse{
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
		Jti:       known.TokenID,
		Extra:     known.Extra,
		Signed:    known.Signed,
	}, nil
}
