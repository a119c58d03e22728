package cmp

import (
	"context"

	"github.com/ventanilla/ventanilla/gateway/dialect"
	"github.com/ventanilla/ventanilla/gateway/oauth"
	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	cmpv1 "github.com/ventanilla/ventanilla/proto/gen/go/cmp/v1"
	authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
)

// widgetTokenFields names the fields of the domain request as the endpoint does.
var widgetTokenFields = dialect.Fields{
	Request: (*authv1.IssueWidgetTokenRequest)(nil),
	Names: map[string]string{
		"client_id":     parameterAPIKey,
		"client_secret": parameterSecretKey,
		"citizen":       "",
		"citizen.token": parameterToken,
		"citizen.rut":   parameterRUT,
		"origin":        "",
		"families":      "",
		"data_sets":     "",
	},
}

// maxOrigin is the contract's bound on origins, in bytes.
const maxOrigin = 255

// widgetTokenAdapter gives tokens to widgets.
type widgetTokenAdapter struct {
	cmpv1.UnimplementedWidgetTokenServiceServer
	issuer Issuer
}

// IssueWidgetToken checks presence and form, then the client, its page, the citizen's token and whose it is.
func (a *widgetTokenAdapter) IssueWidgetToken(ctx context.Context, in *cmpv1.IssueWidgetTokenRequest) (*cmpv1.IssueWidgetTokenResponse, error) {
	if err := readQuery(ctx, in); err != nil {
		return nil, err
	}
	for _, p := range []struct{ name, value string }{
		{parameterAPIKey, in.GetApiKey()}, {parameterSecretKey, in.GetSecretKey()}, {parameterToken, in.GetCuToken()},
	} {
		if err := oauth.Require(p.name, p.value); err != nil {
			return nil, err
		}
	}
	rut, err := parseRUT(in.GetRut())
	if err != nil {
		return nil, err
	}
	page := dialect.Origin(ctx)
	if len(page) > maxOrigin {
		return nil, rpcerr.New(errorsv1.Reason_REASON_ORIGIN_REFUSED, "the origin is too long to be one of the widget's")
	}
	issued, err := a.issuer.IssueWidgetToken(ctx, &authv1.IssueWidgetTokenRequest{
		ClientId:     in.GetApiKey(),
		ClientSecret: in.GetSecretKey(),
		Citizen:      &authv1.CitizenToken{Token: in.GetCuToken(), Rut: rut},
		Origin:       page,
		Families:     []string{Name},
		DataSets:     dataSets(ctx),
	})
	if err != nil {
		return nil, widgetTokenFields.Translate(err)
	}
	return &cmpv1.IssueWidgetTokenResponse{
		Code: statusOK, Success: true, Data: &cmpv1.WidgetTokenData{CmpWidget: issued.GetWidgetToken()},
	}, keepNothing(ctx)
}
