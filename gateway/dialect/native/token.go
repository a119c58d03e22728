package native

import (
	"context"
	"crypto/rand"
	"strings"

	"google.golang.org/grpc"
	"google.golang.org/grpc/metadata"

	"github.com/ventanilla/ventanilla/gateway/credential"
	"github.com/ventanilla/ventanilla/gateway/dialect"
	"github.com/ventanilla/ventanilla/gateway/edge"
	"github.com/ventanilla/ventanilla/gateway/oauth"
	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	nativev1 "github.com/ventanilla/ventanilla/proto/gen/go/native/v1"
	authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
)

// issueFields names the fields of the domain request as the endpoint does.
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

		"client_assertion.assertion": "client_assertion",
		"client_assertion.audiences": "",
		"client_assertion.attempt":   "",
	},
}

// Token checks presence, grant type, client and scope, in this order (RFC 6749, 4.4.2 and 5.2).
func (a *oauthAdapter) Token(ctx context.Context, in *nativev1.TokenRequest) (*nativev1.TokenResponse, error) {
	presented := authentication(ctx, in)
	if err := presented.Check(); err != nil {
		return nil, err
	}
	if err := oauth.Require("grant_type", in.GetGrantType()); err != nil {
		return nil, err
	}
	if in.GetGrantType() != oauth.ClientCredentials {
		return nil, rpcerr.New(errorsv1.Reason_REASON_GRANT_TYPE_UNSUPPORTED, "the grant type is not served")
	}
	client, err := presented.Credential(oauth.Audiences(a.issuer, oauth.TokenPath), clientSchemes...)
	if err != nil {
		return nil, err
	}
	issued, err := a.auth.IssueToken(ctx, issueRequest(client, in.GetScope(), a.served))
	if err != nil {
		return nil, issueFields.Translate(err)
	}
	edge.ShowQuota(ctx, "client", issued.GetQuota())
	answer := &nativev1.TokenResponse{AccessToken: issued.GetAccessToken(), TokenType: "Bearer", ExpiresIn: issued.GetExpiresIn()}
	if scopes := issued.GetScopes(); len(scopes) > 0 {
		answer.Scope = new(strings.Join(scopes, " "))
	}
	return answer, grpc.SetHeader(ctx, metadata.Pairs("Cache-Control", "no-store", "Pragma", "no-cache")) // RFC 6749, 5.1
}

func issueRequest(client credential.Credential, scope string, of credential.Clients) *authv1.IssueTokenRequest {
	request := &authv1.IssueTokenRequest{
		ClientId: client.ClientID, Scopes: strings.Fields(scope), Families: of.Families, DataSets: of.DataSets,
	}
	switch client.Scheme {
	case credential.Assertion:
		request.ClientAssertion = &authv1.ClientAssertion{
			Assertion: client.Assertion, Audiences: client.Audiences, Attempt: rand.Text(),
		}
	case credential.APIKey:
		request.ApiKey = client.Token
	default:
		request.ClientSecret = client.Secret
	}
	return request
}
