package cmp

import (
	"context"

	"google.golang.org/protobuf/proto"

	"github.com/ventanilla/ventanilla/gateway/credential"
	"github.com/ventanilla/ventanilla/gateway/dialect"
	"github.com/ventanilla/ventanilla/gateway/oauth"
	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	cmpv1 "github.com/ventanilla/ventanilla/proto/gen/go/cmp/v1"
	benefitsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/benefits/v1"
	identityv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/identity/v1"
)

// Purposes of a widget's reads, as the access log has them and the person reads them.
const (
	purposeProfile   = "perfil ciudadano"
	purposeHousehold = "hogar ciudadano"
)

// explainFields names the fields of the domain request as the endpoints do.
var explainFields = dialect.Fields{
	Request: (*benefitsv1.ExplainRequest)(nil),
	Names: map[string]string{
		"terms.language": parameterLanguage,
		"terms.known_at": "",

		"subject.person_id":        "",
		"subject.identifier.kind":  "",
		"subject.identifier.value": "",

		"terms":                     "",
		"terms.category":            "",
		"terms.as_of":               "",
		"terms.data_set":            "",
		"terms.access":              "",
		"terms.access.purpose":      "",
		"terms.access.on_behalf_of": "",
		"benefit_id":                "",
		"outcomes":                  "",
	},
}

// widgetAdapter tells widgets about the citizen of their token.
type widgetAdapter struct {
	cmpv1.UnimplementedWidgetServiceServer
	clients     clients
	citizens    identityv1.CitizenServiceClient
	evaluations benefitsv1.EvaluationServiceClient
}

// shown is for whom a widget shows something, and in which language.
type shown struct {
	identity, benefits credential.Caller
	language           string
}

// widgetRequest is a request of either widget.
type widgetRequest interface {
	proto.Message
	GetApiKey() string
	GetIdioma() string
}

// admit checks the token with its client and its page, then the parameters.
func (a *widgetAdapter) admit(ctx context.Context, in widgetRequest) (to shown, err error) {
	malformed := dialect.Query(ctx, in)
	if to.identity, to.benefits, err = a.clients.widget(ctx, in.GetApiKey()); err != nil {
		return shown{}, err
	}
	if malformed != nil {
		return shown{}, malformed
	}
	if to.language = in.GetIdioma(); oauth.Blank(to.language) {
		to.language = spanish
	}
	if _, ok := readers[to.language]; !ok {
		return shown{}, rpcerr.Invalid(parameterLanguage, "is none of the languages")
	}
	return to, nil
}

// explain asks for the potential benefits with their reasons.
func (a *widgetAdapter) explain(ctx context.Context, to shown, purpose string) (explained *benefitsv1.ExplainResponse, err error) {
	err = to.benefits.Call(ctx, func(ctx context.Context) (err error) {
		explained, err = a.evaluations.Explain(ctx, &benefitsv1.ExplainRequest{
			Terms: &benefitsv1.Terms{
				Language: to.language, DataSet: to.benefits.Principal.GetDataSet(), Access: &identityv1.Access{Purpose: purpose},
			},
			Outcomes: potential,
		})
		return err
	})
	return explained, explainFields.Translate(err)
}
