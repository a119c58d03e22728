package edgetest

import (
	"context"
	"slices"
	"strings"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/ventanilla/ventanilla/pkg/nationalid"
	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
)

// What the scripted auth knows of cmp:
//   - the ClaveÚnica tokens "cu.44444444-4" and "cu.55555555-5", each of the citizen whom it names;
//   - the widget "w1" with the secret "s3cret" and the origin WidgetOrigin, and its tokens, such as "widget.44444444-4.token";
//   - the access token "cmp.token" with the scope "beneficios", and "cmp.bare.token" without scopes;
//   - the same of the staging data set: "w1-staging", "cmp.staging.token";
//   - the access token "cmp.server.token" of a resource server of the family.

// WidgetOrigin is the origin of the scripted widgets.
const WidgetOrigin = "https://www.example.cl"

// never is far off.
var never = timestamppb.New(time.Date(2100, time.January, 1, 0, 0, 0, 0, time.UTC))

// cmpClient is a scripted client of cmp.
type cmpClient struct {
	set    authv1.DataSet
	scopes []string
	kind   authv1.ClientKind
}

var (
	widgets = map[string]cmpClient{
		"w1":         {authv1.DataSet_DATA_SET_PRODUCTION, []string{"beneficios"}, authv1.ClientKind_CLIENT_KIND_WIDGET},
		"w1-staging": {authv1.DataSet_DATA_SET_STAGING, []string{"beneficios"}, authv1.ClientKind_CLIENT_KIND_WIDGET},
	}
	cmpTokens = map[string]cmpClient{
		"cmp.token":         {authv1.DataSet_DATA_SET_PRODUCTION, []string{"beneficios"}, authv1.ClientKind_CLIENT_KIND_PARTNER},
		"cmp.bare.token":    {authv1.DataSet_DATA_SET_PRODUCTION, nil, authv1.ClientKind_CLIENT_KIND_PARTNER},
		"cmp.staging.token": {authv1.DataSet_DATA_SET_STAGING, []string{"beneficios"}, authv1.ClientKind_CLIENT_KIND_PARTNER},
		"cmp.server.token":  {authv1.DataSet_DATA_SET_PRODUCTION, nil, authv1.ClientKind_CLIENT_KIND_RESOURCE_SERVER},
	}
)

// servedBy tells whether an endpoint serves the client.
func (c cmpClient) servedBy(endpoint served) bool {
	return slices.Contains(endpoint.GetFamilies(), "cmp") && serves(endpoint, c.set)
}

// IssueWidgetToken issues to the widgets.
func (a *Auth) IssueWidgetToken(_ context.Context, in *authv1.IssueWidgetTokenRequest) (*authv1.IssueWidgetTokenResponse, error) {
	if err := fails(a.Fails, a.Field); err != nil {
		return nil, err
	}
	client, known := widgets[in.GetClientId()]
	if !known || in.GetClientSecret() != "s3cret" || !client.servedBy(in) {
		return nil, rpcerr.New(errorsv1.Reason_REASON_CREDENTIAL_INVALID, "scripted")
	}
	if in.GetOrigin() != "" && in.GetOrigin() != WidgetOrigin {
		return nil, rpcerr.New(errorsv1.Reason_REASON_ORIGIN_REFUSED, "scripted")
	}
	rut, err := citizenOf(in.GetCitizen())
	if err != nil {
		return nil, err
	}
	return &authv1.IssueWidgetTokenResponse{WidgetToken: "widget." + rut + ".token", ExpiresAt: never}, nil
}

// exchangeCMP knows what clients and widgets of cmp come with; the principal is nil for what is neither's.
func exchangeCMP(in *authv1.ExchangeRequest) (*authv1.Principal, error) {
	if in.GetAudience() != "benefits" && in.GetAudience() != "identity" {
		return nil, nil
	}
	p := &authv1.Principal{ClientId: "1", Family: "cmp"}
	client, known := cmpTokens[in.GetBearerToken()]
	w := in.GetWidgetToken()
	if w != nil {
		client, known = widgets[w.GetClientId()]
		p.ClientId = w.GetClientId()
		p.Citizen = strings.TrimSuffix(strings.TrimPrefix(w.GetToken(), "widget."), ".token")
		known = known && w.GetToken() == "widget."+p.GetCitizen()+".token"
	}
	if !known || !client.servedBy(in) {
		return nil, nil
	}
	p.DataSet, p.Scopes, p.Kind = client.set, client.scopes, client.kind
	if w != nil && w.GetOrigin() != WidgetOrigin {
		return nil, rpcerr.New(errorsv1.Reason_REASON_ORIGIN_REFUSED, "scripted")
	}
	var err error
	if in.GetCitizen() != nil {
		p.Citizen, err = citizenOf(in.GetCitizen())
	}
	return p, err
}

// citizenOf is the citizen of a scripted ClaveÚnica token.
func citizenOf(in *authv1.CitizenToken) (string, error) {
	for _, field := range []struct{ name, value string }{{"citizen.token", in.GetToken()}, {"citizen.rut", in.GetRut()}} {
		if field.value == "" {
			return "", rpcerr.Missing(field.name)
		}
	}
	if len(in.GetToken()) > 4096 {
		return "", rpcerr.Invalid("citizen.token", "scripted")
	}
	asked, err := nationalid.Parse(nationalid.RUT, in.GetRut())
	if err != nil {
		return "", rpcerr.Invalid("citizen.rut", "scripted")
	}
	own, _ := strings.CutPrefix(in.GetToken(), "cu.")
	switch {
	case own != "44444444-4" && own != "55555555-5":
		return "", rpcerr.New(errorsv1.Reason_REASON_CITIZEN_TOKEN_INVALID, "scripted")
	case own != asked:
		return "", rpcerr.New(errorsv1.Reason_REASON_CITIZEN_MISMATCH, "scripted")
	}
	return own, nil
}
