package cmp

import (
	"context"
	"net/http"
	"strings"

	"google.golang.org/grpc"
	"google.golang.org/grpc/metadata"

	"github.com/ventanilla/ventanilla/gateway/credential"
	"github.com/ventanilla/ventanilla/gateway/dialect"
	"github.com/ventanilla/ventanilla/gateway/oauth"
	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
)

// The roles that are called: the audiences of internal tokens.
const (
	identityRole = "identity"
	benefitsRole = "benefits"
)

// stagingHosts is how the names of hosts begin that serve the staging data set.
const stagingHosts = "staging."

// Exchanger turns the credentials of partners and widgets into internal tokens.
type Exchanger interface {
	oauth.Exchanger
	ExchangeFor(ctx context.Context, c credential.Credential, citizen credential.Citizen, audience string, of credential.Clients) (credential.Caller, error)
	ExchangeWidget(ctx context.Context, c credential.WidgetCredential, audience string, of credential.Clients) (credential.Caller, error)
}

// exchangeFields names the fields of the domain request as the endpoint of potential benefits does.
var exchangeFields = dialect.Fields{
	Request: (*authv1.ExchangeRequest)(nil),
	Names: map[string]string{
		"citizen.token": parameterToken,
		"citizen.rut":   parameterRUT,

		"bearer_token":                "",
		"client_secret.client_id":     "",
		"client_secret.client_secret": "",
		"operator_certificate":        "",
		"client_assertion.assertion":  "",
		"client_assertion.audiences":  "",
		"client_assertion.attempt":    "",
		"api_key":                     "",
		"widget_token.client_id":      "",
		"widget_token.token":          "",
		"widget_token.origin":         "",
		"audience":                    "",
		"families":                    "",
		"data_sets":                   "",
	},
}

// clients are the partners and widgets whose credentials the API takes.
type clients struct {
	exchanger Exchanger
}

// dataSets has the one whose clients the host serves.
func dataSets(ctx context.Context) []authv1.DataSet {
	if strings.HasPrefix(dialect.Host(ctx), stagingHosts) {
		return []authv1.DataSet{authv1.DataSet_DATA_SET_STAGING}
	}
	return []authv1.DataSet{authv1.DataSet_DATA_SET_PRODUCTION}
}

// own are the family's clients.
func own(ctx context.Context) credential.Clients {
	return credential.Clients{Families: []string{Name}, DataSets: dataSets(ctx)}
}

func bearer(ctx context.Context) (credential.Credential, error) {
	return oauth.Authentication{Authorization: dialect.Authorization(ctx)}.Credential(nil, credential.Bearer)
}

// admit has callers without a good access token refused before their requests are read.
func (c clients) admit(r *http.Request) error {
	if r.URL.Path != BenefitsPath {
		return nil
	}
	presented, err := bearer(r.Context())
	if err != nil {
		return err
	}
	caller, err := c.exchanger.Exchange(r.Context(), presented, benefitsRole, own(r.Context()))
	if err != nil {
		return err
	}
	if caller.Principal.GetKind() != authv1.ClientKind_CLIENT_KIND_PARTNER {
		return rpcerr.Forbidden("calling the API is a right of partners")
	}
	return nil
}

// partnerFor returns the partner as it calls for a citizen.
func (c clients) partnerFor(ctx context.Context, citizen credential.Citizen) (credential.Caller, error) {
	presented, err := bearer(ctx)
	if err != nil {
		return credential.Caller{}, err
	}
	caller, err := c.exchanger.ExchangeFor(ctx, presented, citizen, benefitsRole, own(ctx))
	return caller, exchangeFields.Translate(err)
}

// widget returns the widget's client as it calls each role for the citizen of its token.
func (c clients) widget(ctx context.Context, apiKey string) (identity, benefits credential.Caller, err error) {
	token, err := bearer(ctx)
	if err != nil {
		return identity, benefits, err
	}
	if oauth.Blank(apiKey) {
		return identity, benefits, rpcerr.New(errorsv1.Reason_REASON_CREDENTIAL_MISSING, "there is no apiKey")
	}
	presented := credential.WidgetCredential{APIKey: apiKey, Token: token.Token, Origin: dialect.Origin(ctx)}
	if identity, err = c.exchanger.ExchangeWidget(ctx, presented, identityRole, own(ctx)); err != nil {
		return identity, benefits, err
	}
	benefits, err = c.exchanger.ExchangeWidget(ctx, presented, benefitsRole, own(ctx))
	return identity, benefits, err
}

// keepNothing has no cache keep the answer.
func keepNothing(ctx context.Context) error {
	return grpc.SetHeader(ctx, metadata.Pairs("Cache-Control", "no-store"))
}
