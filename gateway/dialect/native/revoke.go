package native

import (
	"context"
	"strings"

	"google.golang.org/grpc"
	"google.golang.org/grpc/metadata"

	"github.com/ventanilla/ventanilla/gateway/dialect"
	"github.com/ventanilla/ventanilla/gateway/oauth"
	"github.com/ventanilla/ventanilla/pkg/authn"
	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	nativev1 "github.com/ventanilla/ventanilla/proto/gen/go/native/v1"
	authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
)

// authRole is the role that revokes: the audience of the internal token.
const authRole = "auth"

// revokeFields names the fields of the domain request as the endpoint does.
var revokeFields = dialect.Fields{
	Request: (*authv1.RevokeRequest)(nil),
	Names:   map[string]string{"token": "token"},
}

// revokeAdapter serves token revocation from the auth service.
type revokeAdapter struct {
	nativev1.UnimplementedOAuthServiceServer
	auth      Auth
	exchanger Exchanger
	families  []string
}

// Revoke checks presence, then the client, and ends the token (RFC 7009). A token that is none is no error.
func (a *revokeAdapter) Revoke(ctx context.Context, in *nativev1.RevokeRequest) (*nativev1.RevokeResponse, error) {
	authorization := dialect.Authorization(ctx)
	if err := oauth.CheckOneMethod(authorization, in.GetClientSecret()); err != nil {
		return nil, err
	}
	if err := oauth.Require("token", in.GetToken()); err != nil {
		return nil, err
	}
	client, err := oauth.Client(authorization, in.GetClientId(), in.GetClientSecret())
	if err != nil {
		return nil, err
	}
	caller, err := a.exchanger.Exchange(ctx, client, authRole, a.families...)
	if err != nil {
		return nil, err
	}
	_, err = a.auth.Revoke(authn.Outgoing(ctx, caller.Token),
		&authv1.RevokeRequest{Token: strings.TrimSpace(in.GetToken()), TokenTypeHint: in.GetTokenTypeHint()})
	if err != nil && rpcerr.Reason(err) != errorsv1.Reason_REASON_FIELD_INVALID {
		return nil, revokeFields.Translate(err)
	}
	if err := grpc.SetHeader(ctx, metadata.Pairs("Cache-Control", "no-store")); err != nil {
		return nil, err
	}
	return &nativev1.RevokeResponse{}, nil
}
