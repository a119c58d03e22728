package cmp

import (
	"context"
	"strings"

	"google.golang.org/grpc"
	"google.golang.org/grpc/metadata"

	"github.com/ventanilla/ventanilla/gateway/credential"
	"github.com/ventanilla/ventanilla/gateway/dialect"
	"github.com/ventanilla/ventanilla/gateway/edge"
	"github.com/ventanilla/ventanilla/gateway/oauth"
	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	cmpv1 "github.com/ventanilla/ventanilla/proto/gen/go/cmp/v1"
	authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
)

// issueFields names the fields of the domain request as the token endpoint does.
var issueFields = dialect.Fields{
	Request: (*authv1.IssueTokenRequest)(nil),
	Names: map[string]string{
		"client_id":     "client_id",
		"client_secret": "client_secret",
		"scopes":        "scope",
		"families":      "",
		"api_key":       "",
		"data_sets":     "",
		"life":          "",

		"authorized_party_form.subject_realm": "",
		"authorized_party_form.audience":      "",

		"client_assertion.assertion": "",
		"client_assertion.audiences": "",
		"client_assertion.attempt":   "",
	},
}

// tokenAdapter serves the partner's token endpoint from the auth service.
type tokenAdapter struct {
	cmpv1.UnimplementedOAuthServiceServer
	issuer   Issuer
	families []string
}

// Token checks presence, grant type, client and scope, in this order (RFC 6749, 4.4.2 and 5.2).
func (a *tokenAdapter) Token(ctx context.Context, in *cmpv1.TokenRequest) (*cmpv1.TokenResponse, error) {
	presented := authentication(ctx, in)
	if err := checkPresence(presented, in); err != nil {
		return nil, err
	}
	if in.GetGrantType() != oauth.ClientCredentials {
		return nil, rpcerr.New(errorsv1.Reason_REASON_GRANT_TYPE_UNSUPPORTED, "the grant type is not served")
	}
	client, err := presented.Credential(nil, credential.Basic)
	if err != nil {
		return nil, err
	}
	issued, err := a.issuer.IssueToken(ctx, &authv1.IssueTokenRequest{
		ClientId:     client.ClientID,
		ClientSecret: client.Secret,
		Scopes:       strings.Fields(in.GetScope()),
		Families:     a.families,
		DataSets:     dataSets(ctx),
	})
	if err != nil {
		return nil, issueFields.Translate(err)
	}
	edge.ShowQuota(ctx, "client", issued.GetQuota())
	noStore := metadata.Pairs("Cache-Control", "no-store", "Pragma", "no-cache") // RFC 6749, 5.1
	if err := grpc.SetHeader(ctx, noStore); err != nil {
		return nil, err
	}
	return &cmpv1.TokenResponse{
		TokenType:   "Bearer",
		ExpiresIn:   issued.GetExpiresIn(),
		AccessToken: issued.GetAccessToken(),
	}, nil
}

// authentication looks for HTTP Basic and parameters only: a header of another scheme is not the client's.
func authentication(ctx context.Context, in *cmpv1.TokenRequest) oauth.Authentication {
	a := oauth.Authentication{ClientID: in.GetClientId(), ClientSecret: in.GetClientSecret()}
	if authorization := dialect.Authorization(ctx); credential.SchemeOf(authorization) == credential.Basic {
		a.Authorization = authorization
	}
	return a
}

func checkPresence(presented oauth.Authentication, in *cmpv1.TokenRequest) error {
	if err := presented.Check(); err != nil {
		return err
	}
	if err := oauth.Require("grant_type", in.GetGrantType()); err != nil {
		return err
	}
	if presented.Authorization != nil {
		return nil
	}
	if err := oauth.Require("client_id", in.GetClientId()); err != nil {
		return err
	}
	return oauth.Require("client_secret", in.GetClientSecret())
}
