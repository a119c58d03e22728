package cmp

import (
	"context"
	"slices"

	"github.com/ventanilla/ventanilla/gateway/credential"
	"github.com/ventanilla/ventanilla/gateway/dialect"
	"github.com/ventanilla/ventanilla/gateway/oauth"
	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	cmpv1 "github.com/ventanilla/ventanilla/proto/gen/go/cmp/v1"
	benefitsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/benefits/v1"
	identityv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/identity/v1"
)

// purposeBenefits is why facts are read, as the access log has it and the person reads it.
const purposeBenefits = "beneficios potenciales"

// spanish is the language of the document.
const spanish = "es"

// everyCategory asks for all of them.
const everyCategory = "todas"

// categories are the document's; the catalogue names them alike.
var categories = []string{"salud", "educacion", "dependencia", "trabajo", "violencia", "transferencias", "covid"}

// potential are the outcomes of which no condition is known to be false.
var potential = []benefitsv1.Outcome{benefitsv1.Outcome_OUTCOME_ELIGIBLE, benefitsv1.Outcome_OUTCOME_POTENTIAL}

// evaluateFields names the fields of the domain request as the endpoint does.
var evaluateFields = dialect.Fields{
	Request: (*benefitsv1.EvaluateRequest)(nil),
	Names: map[string]string{
		"terms.category": parameterCategory,

		"subject.person_id":        "",
		"subject.identifier.kind":  "",
		"subject.identifier.value": "",

		"terms":                     "",
		"terms.as_of":               "",
		"terms.known_at":            "",
		"terms.language":            "",
		"terms.data_set":            "",
		"terms.access":              "",
		"terms.access.purpose":      "",
		"terms.access.on_behalf_of": "",
		"outcomes":                  "",
	},
}

// benefitAdapter tells partners the potential benefits of citizens.
type benefitAdapter struct {
	cmpv1.UnimplementedBenefitServiceServer
	clients     clients
	evaluations benefitsv1.EvaluationServiceClient
}

// ListPotentialBenefits checks the parameters, the citizen's token and whose it is, in this order; the caller was admitted before.
func (a *benefitAdapter) ListPotentialBenefits(ctx context.Context, in *cmpv1.ListPotentialBenefitsRequest) (*cmpv1.ListPotentialBenefitsResponse, error) {
	if err := readQuery(ctx, in); err != nil {
		return nil, err
	}
	category, err := parseCategory(in.GetCategoria())
	if err != nil {
		return nil, err
	}
	rut, err := parseRUT(in.GetRut())
	if err != nil {
		return nil, err
	}
	if err := oauth.Require(parameterToken, in.GetCuToken()); err != nil {
		return nil, err
	}
	caller, err := a.clients.partnerFor(ctx, credential.Citizen{Token: in.GetCuToken(), RUT: rut})
	if err != nil {
		return nil, err
	}
	var decided *benefitsv1.EvaluateResponse
	err = caller.Call(ctx, func(ctx context.Context) (err error) {
		decided, err = a.evaluations.Evaluate(ctx, &benefitsv1.EvaluateRequest{
			Terms: &benefitsv1.Terms{
				Category: category, Language: spanish, DataSet: caller.Principal.GetDataSet(), Access: &identityv1.Access{Purpose: purposeBenefits},
			},
			Outcomes: potential,
		})
		return err
	})
	if err != nil {
		return nil, evaluateFields.Translate(err)
	}
	data := &cmpv1.PotentialBenefits{}
	for _, d := range decided.GetDecisions() {
		data.Beneficios = append(data.Beneficios, &cmpv1.PotentialBenefit{
			Url: d.GetUrl(), Title: d.GetTitle(), Description: d.GetDescription(), IdChileAtiende: d.GetChileatiendeIds(),
		})
	}
	return &cmpv1.ListPotentialBenefitsResponse{Code: statusOK, Success: true, Data: data}, keepNothing(ctx)
}

// parseCategory is the catalogue's name of a category, "" for all of them.
func parseCategory(name string) (string, error) {
	switch {
	case name == everyCategory:
		return "", nil
	case slices.Contains(categories, name):
		return name, nil
	}
	if err := oauth.Require(parameterCategory, name); err != nil {
		return "", err
	}
	return "", rpcerr.Invalid(parameterCategory, "is none of the categories")
}
