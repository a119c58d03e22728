package session

import (
	"github.com/ventanilla/ventanilla/pkg/authn"
	"github.com/ventanilla/ventanilla/pkg/rpcserver"
	sessionv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/session/v1"
)

// Roles of the platform that call session.
const (
	gateway   = "gateway"
	bootstrap = "bootstrap" // sets a new platform up, which has no operator yet
)

// Scopes that clients need.
const (
	scopePassKey  = "chavePasse"
	scopeSecurity = "seguranca"
	scopeMessages = "mensageria"
)

// Rules says who may call what, by full method name. internal are roles of the organisation's own programs, beside the
// platform's. A method that is not here is for nobody.
func Rules(internal ...string) map[string]rpcserver.Rule {
	services := append([]string{gateway}, internal...)
	look := rpcserver.Operators(authn.OperatorRoles()...).OrTrusted(bootstrap)
	keep := rpcserver.Operators(authn.Editor, authn.Security).OrTrusted(bootstrap)
	accounts := rpcserver.Operators(authn.Support, authn.Security).OrTrusted(bootstrap)
	// The request itself carries a developer's credential and a user's session, or a beneficiary's token.
	carried := rpcserver.Rule{Peers: services, Caller: rpcserver.NoCaller}
	client := rpcserver.Rule{Peers: services, Caller: rpcserver.ClientCaller}
	return map[string]rpcserver.Rule{
		sessionv1.AccountService_CreateAccount_FullMethodName: accounts,
		sessionv1.AccountService_GetAccount_FullMethodName:    look,
		sessionv1.AccountService_ListAccounts_FullMethodName:  look,
		sessionv1.AccountService_UpdateAccount_FullMethodName: accounts,
		sessionv1.AccountService_SetPassword_FullMethodName:   accounts,
		sessionv1.AccountService_DeleteAccount_FullMethodName: rpcserver.Operators(authn.Security),

		sessionv1.SessionService_CheckDeveloper_FullMethodName: carried,
		sessionv1.SessionService_OpenSession_FullMethodName:    carried,
		sessionv1.SessionService_CheckSession_FullMethodName:   carried,
		sessionv1.SessionService_CloseSession_FullMethodName:   carried,
		sessionv1.SessionService_ListSessions_FullMethodName:   look,
		sessionv1.SessionService_EndSession_FullMethodName:     rpcserver.Operators(authn.Support, authn.Security),
		sessionv1.SessionService_EndSessions_FullMethodName:    rpcserver.Operators(authn.Support, authn.Security),

		sessionv1.OrganisationService_CreateOrganisation_FullMethodName: keep,
		sessionv1.OrganisationService_GetOrganisation_FullMethodName:    look,
		sessionv1.OrganisationService_ListOrganisations_FullMethodName:  look,
		sessionv1.OrganisationService_UpdateOrganisation_FullMethodName: keep,
		sessionv1.OrganisationService_PutMember_FullMethodName:          keep,
		sessionv1.OrganisationService_DeleteMember_FullMethodName:       keep,
		sessionv1.OrganisationService_ListMembers_FullMethodName:        look,
		sessionv1.OrganisationService_LinkCustomer_FullMethodName:       accounts,

		sessionv1.WorkspaceService_ListUserOrganisations_FullMethodName: carried,
		sessionv1.WorkspaceService_GetUserOrganisation_FullMethodName:   carried,
		sessionv1.WorkspaceService_CreateCustomer_FullMethodName:        carried,
		sessionv1.WorkspaceService_UpdateCustomer_FullMethodName:        carried,
		sessionv1.WorkspaceService_GetCustomer_FullMethodName:           carried,
		sessionv1.WorkspaceService_ListCustomers_FullMethodName:         carried,
		sessionv1.WorkspaceService_ListPotentialBenefits_FullMethodName: carried,
		sessionv1.WorkspaceService_GetUserProfile_FullMethodName:        carried,
		sessionv1.WorkspaceService_SendNotification_FullMethodName:      carried,
		sessionv1.WorkspaceService_GetNotification_FullMethodName:       carried,

		sessionv1.FunctionalityService_CreateFunctionality_FullMethodName: keep,
		sessionv1.FunctionalityService_GetFunctionality_FullMethodName:    look,
		sessionv1.FunctionalityService_ListFunctionalities_FullMethodName: look,
		sessionv1.FunctionalityService_UpdateFunctionality_FullMethodName: keep,
		sessionv1.FunctionalityService_DeleteFunctionality_FullMethodName: keep,

		sessionv1.IntegrationService_CreateIntegration_FullMethodName: keep,
		sessionv1.IntegrationService_GetIntegration_FullMethodName:    look,
		sessionv1.IntegrationService_ListIntegrations_FullMethodName:  look,
		sessionv1.IntegrationService_UpdateIntegration_FullMethodName: keep,
		sessionv1.IntegrationService_DeleteIntegration_FullMethodName: keep,
		sessionv1.IntegrationService_TryIntegration_FullMethodName:    rpcserver.Operators(authn.Editor, authn.Security),
		sessionv1.IntegrationService_RewrapSecrets_FullMethodName:     rpcserver.Operators(authn.Security),

		sessionv1.PassKeyService_OpenFunctionality_FullMethodName:   carried,
		sessionv1.PassKeyService_RedeemPassKey_FullMethodName:       client,
		sessionv1.PassKeyService_GetPassKeyHousehold_FullMethodName: client,
		sessionv1.PassKeyService_GetPassKeyDevice_FullMethodName:    client,

		sessionv1.BeneficiaryService_AuthenticateBeneficiary_FullMethodName: client,
		sessionv1.BeneficiaryService_LogInBeneficiary_FullMethodName:        client,
		sessionv1.BeneficiaryService_SendMessage_FullMethodName:             client,
		sessionv1.BeneficiaryService_EraseBeneficiary_FullMethodName:        rpcserver.Operators(authn.Security),

		sessionv1.EventService_ListEvents_FullMethodName: rpcserver.Operators(authn.OperatorRoles()...),
	}
}
