package iddi

import (
	"context"
	"strings"
	"time"

	"google.golang.org/protobuf/types/known/durationpb"

	"github.com/ventanilla/ventanilla/gateway/credential"
	"github.com/ventanilla/ventanilla/gateway/dialect"
	"github.com/ventanilla/ventanilla/gateway/edge"
	"github.com/ventanilla/ventanilla/gateway/oauth"
	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	iddiv1 "github.com/ventanilla/ventanilla/proto/gen/go/iddi/v1"
	authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
)

const (
	// usualLife is that of a token for which none is asked.
	usualLife = 24 * time.Hour
	// maxLife is the document's three months.
	maxLife = 92 * 24 * time.Hour
	// realm is what sub has after the client: the department that gives keys out.
	realm = "docencia"
)

// issueFields names the fields of the domain request as the endpoint does.
var issueFields = dialect.Fields{
	Request: (*authv1.IssueTokenRequest)(nil),
	Names: map[string]string{
		"scopes":        "scope",
		"life":          "expires_in",
		"client_id":     "",
		"client_secret": "",
		"families":      "",
		"api_key":       "",
		"data_sets":     "",

		"authorized_party_form.subject_realm": "",
		"authorized_party_form.audience":      "",

		"client_assertion.assertion": "",
		"client_assertion.audiences": "",
		"client_assertion.attempt":   "",
	},
}

// tokenAdapter gives access tokens for API keys.
type tokenAdapter struct {
	iddiv1.UnimplementedOAuthServiceServer
	issuer  Issuer
	address string
}

// Token checks presence and form, grant type, client and scope, in this order (RFC 6749, 4.4.2 and 5.2).
func (a *tokenAdapter) Token(ctx context.Context, in *iddiv1.TokenRequest) (*iddiv1.TokenResponse, error) {
	if err := oauth.Require("grant_type", in.GetGrantType()); err != nil {
		return nil, err
	}
	life := usualLife
	if in.ExpiresIn != nil {
		seconds := in.GetExpiresIn()
		if seconds < 1 || seconds > int64(maxLife/time.Second) {
			return nil, invalid("expires_in")
		}
		life = time.Duration(seconds) * time.Second
	}
	if in.GetGrantType() != oauth.ClientCredentials {
		return nil, rpcerr.New(errorsv1.Reason_REASON_GRANT_TYPE_UNSUPPORTED, "the grant type is not served")
	}
	key, err := oauth.Authentication{Authorization: authorization(ctx)}.Credential(nil, credential.APIKey)
	if err != nil {
		return nil, err
	}
	set, prefix := dataSet(ctx), ProductionPrefix
	if set == authv1.DataSet_DATA_SET_STAGING {
		prefix = StagingPrefix
	}
	issued, err := a.issuer.IssueToken(ctx, &authv1.IssueTokenRequest{
		ApiKey:              key.Token,
		Scopes:              strings.Fields(in.GetScope()),
		Families:            []string{Name},
		DataSets:            []authv1.DataSet{set},
		Life:                durationpb.New(life),
		AuthorizedPartyForm: &authv1.AuthorizedPartyForm{SubjectRealm: realm, Audience: a.address + prefix},
	})
	if err != nil {
		return nil, issueFields.Translate(err)
	}
	edge.ShowQuota(ctx, "client", issued.GetQuota())
	return &iddiv1.TokenResponse{
		AccessToken: issued.GetAccessToken(),
		TokenType:   "Bearer",
		ExpiresIn:   issued.GetExpiresIn(),
		Scope:       strings.Join(issued.GetScopes(), " "),
	}, keep(ctx, "no-store")
}
