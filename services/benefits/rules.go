package benefits

import (
	"github.com/ventanilla/ventanilla/pkg/authn"
	"github.com/ventanilla/ventanilla/pkg/rpcserver"
	benefitsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/benefits/v1"
)

// Roles of the platform that call benefits.
const (
	gateway   = "gateway"
	bootstrap = "bootstrap" // sets a new platform up, which has no operator yet
)

// Scopes that clients need, unless their credential names the citizen.
const (
	scopeEvaluate = "benefits.evaluate"
	scopeFacts    = "benefits.facts"
	scopeSimulate = "benefits.simulate"
)

// Rules says who may call what, by full method name. internal are roles of the organisation's own programs, beside the
// platform's. A method that is not here is for nobody.
func Rules(internal ...string) map[string]rpcserver.Rule {
	services := append([]string{gateway, "notifications", "session"}, internal...)
	evaluate := rpcserver.Rule{Peers: services, Caller: rpcserver.AnyCaller, OperatorRoles: []string{authn.Support, authn.Editor, authn.Publisher, authn.Security}}
	simulate := rpcserver.Rule{Peers: services, Caller: rpcserver.AnyCaller, OperatorRoles: []string{authn.Editor, authn.Publisher}}
	look := rpcserver.Operators(authn.OperatorRoles()...).OrTrusted(bootstrap)
	return map[string]rpcserver.Rule{
		benefitsv1.CatalogueService_ListCategories_FullMethodName:      look,
		benefitsv1.CatalogueService_ListFactDefinitions_FullMethodName: look,
		benefitsv1.CatalogueService_Import_FullMethodName:              rpcserver.Operators(authn.Editor).OrTrusted(bootstrap),
		benefitsv1.CatalogueService_Lint_FullMethodName:                look,
		benefitsv1.CatalogueService_GetBenefit_FullMethodName:          look,
		benefitsv1.CatalogueService_ListBenefits_FullMethodName:        look,
		benefitsv1.CatalogueService_ListHistory_FullMethodName:         look,
		benefitsv1.CatalogueService_Submit_FullMethodName:              rpcserver.Operators(authn.Editor).OrTrusted(bootstrap),
		benefitsv1.CatalogueService_Return_FullMethodName:              rpcserver.Operators(authn.Editor, authn.Publisher),
		benefitsv1.CatalogueService_Publish_FullMethodName:             rpcserver.Operators(authn.Publisher).OrTrusted(bootstrap),
		benefitsv1.CatalogueService_Retire_FullMethodName:              rpcserver.Operators(authn.Publisher),

		benefitsv1.EvaluationService_Evaluate_FullMethodName:       evaluate,
		benefitsv1.EvaluationService_Explain_FullMethodName:        evaluate,
		benefitsv1.EvaluationService_EvaluateStream_FullMethodName: evaluate,

		benefitsv1.SimulationService_Simulate_FullMethodName: simulate,
	}
}
