package credential

import (
	"context"

	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
)

// maxOrigin is the contract's bound on origins, in bytes.
const maxOrigin = 255

// WidgetCredential is what a widget's call carries. It must not be logged.
type WidgetCredential struct {
	// APIKey is the widget client.
	APIKey string
	// Token is the widget token that was issued to it.
	Token string
	// Origin is the page's, as the Origin header says it; empty when there is none.
	Origin string
}

// ExchangeWidget is Exchange for a widget's call. The principal's citizen is the one that the token was issued for. It fails also
// with ORIGIN_REFUSED.
func (e *Exchanger) ExchangeWidget(ctx context.Context, w WidgetCredential, audience string, of Clients) (Caller, error) {
	switch {
	case w.APIKey == "" || w.Token == "":
		return Caller{}, rpcerr.New(errorsv1.Reason_REASON_CREDENTIAL_MISSING, "there is no credential")
	case len(w.Origin) > maxOrigin:
		return Caller{}, rpcerr.New(errorsv1.Reason_REASON_ORIGIN_REFUSED, "the origin is too long to be one of the widget's")
	}
	request := &authv1.ExchangeRequest{Audience: audience, Families: of.Families, DataSets: of.DataSets}
	request.Credential = &authv1.ExchangeRequest_WidgetToken{
		WidgetToken: &authv1.WidgetToken{ClientId: w.APIKey, Token: w.Token, Origin: w.Origin},
	}
	c := Credential{Scheme: widget, ClientID: w.APIKey, Token: w.Token, Secret: w.Origin}
	return e.charged(ctx, request, c, hash(c, audience, of))
}
