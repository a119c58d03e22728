package tuidd

import (
	"context"
	"strconv"
	"strings"

	"google.golang.org/grpc"
	"google.golang.org/grpc/metadata"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/ventanilla/ventanilla/gateway/credential"
	"github.com/ventanilla/ventanilla/gateway/dialect"
	"github.com/ventanilla/ventanilla/gateway/oauth"
	"github.com/ventanilla/ventanilla/pkg/authn"
	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	tuiddv1 "github.com/ventanilla/ventanilla/proto/gen/go/tuidd/v1"
	authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
)

// authRole is the role that introspects: the audience of the internal token.
const authRole = "auth"

// introspectFields names the fields of the domain request as the document does.
var introspectFields = dialect.Fields{
	Request: (*authv1.IntrospectRequest)(nil),
	Names:   map[string]string{"token": "token"},
}

// tokenInfoAdapter serves the partner's introspection from the auth service.
type tokenInfoAdapter struct {
	tuiddv1.UnimplementedTokenInfoServiceServer
	introspector Introspector
	exchanger    Exchanger
}

// TokenInfo checks presence, then the caller, and answers what this caller may know (RFC 7662).
func (a *tokenInfoAdapter) TokenInfo(ctx context.Context, in *tuiddv1.TokenInfoRequest) (*tuiddv1.TokenInfoResponse, error) {
	if err := oauth.Require("token", in.GetToken()); err != nil {
		return nil, err
	}
	presented, err := credential.Parse(dialect.Authorization(ctx))
	if err != nil {
		return nil, err
	}
	caller, err := a.exchanger.Exchange(ctx, presented, authRole, Name)
	if err != nil {
		return nil, err
	}
	known, err := a.introspector.Introspect(authn.Outgoing(ctx, caller.Token),
		&authv1.IntrospectRequest{Token: strings.TrimSpace(in.GetToken()), TokenTypeHint: in.GetTokenTypeHint()})
	if rpcerr.Reason(err) == errorsv1.Reason_REASON_FIELD_INVALID {
		known, err = &authv1.IntrospectResponse{}, nil // nothing that could be a token: inactive
	}
	if err != nil {
		return nil, introspectFields.Translate(err)
	}
	keep := "private, max-age=" + strconv.FormatInt(max(known.GetMaxAge(), 0), 10)
	if err := grpc.SetHeader(ctx, metadata.Pairs("Cache-Control", keep, "Vary", "Authorization")); err != nil {
		return nil, err
	}
	return tokenInfo(known), nil
}

// tokenInfo is the answer under the document's names. An inactive token has no other member.
func tokenInfo(known *authv1.IntrospectResponse) *tuiddv1.TokenInfoResponse {
	if !known.GetActive() {
		return &tuiddv1.TokenInfoResponse{}
	}
	return &tuiddv1.TokenInfoResponse{
		Active:    true,
		Scope:     unlessEmpty(strings.Join(known.GetScopes(), " ")),
		ClientId:  unlessEmpty(known.GetClientId()),
		Username:  unlessEmpty(known.GetUsername()),
		TokenType: unlessEmpty(known.GetTokenType()),
		Exp:       seconds(known.GetExpiresAt()),
		Iat:       seconds(known.GetIssuedAt()),
		Nbf:       seconds(known.GetNotBefore()),
		Sub:       unlessEmpty(known.GetSubject()),
		Aud:       unlessEmpty(strings.Join(known.GetAudience(), " ")),
		Iss:       unlessEmpty(known.GetIssuer()),
		Ti:        unlessEmpty(known.GetTokenId()),
		Jti:       unlessEmpty(known.GetTokenId()),
		Extra:     known.GetExtraMembers(),
	}
}

func unlessEmpty(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

func seconds(t *timestamppb.Timestamp) *int64 {
	if t == nil {
		return nil
	}
	return new(t.GetSeconds())
}
