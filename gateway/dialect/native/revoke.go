package native

import (
	"context"
	"strings"

	"google.golang.org/grpc"
	"google.golang.org/grpc/metadata"

	"github.com/ventanilla/ventanilla/gateway/dialect"
	"github.com/ventanilla/ventanilla/gateway/oauth"
	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	nativev1 "github.com/ventanilla/ventanilla/proto/gen/go/native/v1"
	authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
)

// revokeFields names the fields of the domain request as the endpoint does.
var revokeFields = dialect.Fields{
	Request: (*authv1.RevokeRequest)(nil),
	Names:   map[string]string{"token": "token"},
}

// Revoke checks presence, then the client, and ends the token (RFC 7009). A token that is none is no error.
func (a *oauthAdapter) Revoke(ctx context.Context, in *nativev1.RevokeRequest) (*nativev1.RevokeResponse, error) {
	presented := authentication(ctx, in)
	if err := presented.Check(); err != nil {
		return nil, err
	}
	if err := oauth.Require("token", in.GetToken()); err != nil {
		return nil, err
	}
	caller, err := a.revokers.Authenticate(ctx, presented)
	if err != nil {
		return nil, err
	}
	request := &authv1.RevokeRequest{Token: strings.TrimSpace(in.GetToken()), TokenTypeHint: in.GetTokenTypeHint()}
	err = caller.Call(ctx, func(ctx context.Context) error {
		_, err := a.auth.Revoke(ctx, request)
		return err
	})
	if err != nil && rpcerr.Reason(err) != errorsv1.Reason_REASON_FIELD_INVALID {
		return nil, revokeFields.Translate(err)
	}
	if err := grpc.SetHeader(ctx, metadata.Pairs("Cache-Control", "no-store")); err != nil {
		return nil, err
	}
	return &nativev1.RevokeResponse{}, nil
}
