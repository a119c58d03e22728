package auth

import (
	"github.com/ventanilla/ventanilla/pkg/authn"
	"github.com/ventanilla/ventanilla/pkg/rpcserver"
	authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"
)

// Roles of the platform that call auth.
const (
	gateway   = "gateway"
	bootstrap = "bootstrap" // sets a new platform up, which has no operator yet
)

// services are the platform's own roles that verify tokens.
func services() []string {
	return []string{gateway, "benefits", "identity", "notifications", "session"}
}

// Rules says who may call what, by full method name. internal are roles of the organisation's own programs, beside the
// platform's: they may have tokens of their own and verify those of others. A method that is not here is for nobody.
func Rules(internal ...string) map[string]rpcserver.Rule {
	verifiers := rpcserver.Rule{Peers: append(services(), internal...), Caller: rpcserver.NoCaller}
	client := rpcserver.Rule{Peers: []string{gateway}, Caller: rpcserver.ClientCaller}
	look := rpcserver.Operators(authn.OperatorRoles()...)
	return map[string]rpcserver.Rule{
		authv1.TokenService_IssueToken_FullMethodName:       {Peers: []string{gateway}, Caller: rpcserver.NoCaller},
		authv1.TokenService_IssueWidgetToken_FullMethodName: {Peers: []string{gateway}, Caller: rpcserver.NoCaller},
		authv1.TokenService_Introspect_FullMethodName:       client,
		authv1.TokenService_Revoke_FullMethodName:           client,
		authv1.TokenService_Exchange_FullMethodName:         verifiers,
		authv1.TokenService_GetKeySet_FullMethodName:        verifiers,
		authv1.TokenService_WatchRevocations_FullMethodName: verifiers,

		authv1.ClientService_CreateClient_FullMethodName:  rpcserver.Operators(authn.Security, authn.Editor).OrTrusted(bootstrap),
		authv1.ClientService_GetClient_FullMethodName:     look.OrTrusted(bootstrap),
		authv1.ClientService_ListClients_FullMethodName:   look.OrTrusted(bootstrap),
		authv1.ClientService_DisableClient_FullMethodName: rpcserver.Operators(authn.Security, authn.Support),
		authv1.ClientService_EnableClient_FullMethodName:  rpcserver.Operators(authn.Security),
		authv1.ClientService_RotateSecret_FullMethodName:  rpcserver.Operators(authn.Security),
		authv1.ClientService_UpdateClient_FullMethodName:  rpcserver.Operators(authn.Security, authn.Editor),
		authv1.ClientService_DeleteClient_FullMethodName:  rpcserver.Operators(authn.Security),

		authv1.ApiKeyService_CreateApiKey_FullMethodName: rpcserver.Operators(authn.Security).OrTrusted(bootstrap),
		authv1.ApiKeyService_ListApiKeys_FullMethodName:  look.OrTrusted(bootstrap),
		authv1.ApiKeyService_DeleteApiKey_FullMethodName: rpcserver.Operators(authn.Security, authn.Support),

		authv1.KeyService_ListKeys_FullMethodName:   look,
		authv1.KeyService_RotateKey_FullMethodName:  rpcserver.Operators(authn.Security),
		authv1.KeyService_RetireKey_FullMethodName:  rpcserver.Operators(authn.Security),
		authv1.KeyService_RewrapKeys_FullMethodName: rpcserver.Operators(authn.Security),

		authv1.OperatorService_CreateOperator_FullMethodName:  rpcserver.Operators(authn.Security).OrTrusted(bootstrap),
		authv1.OperatorService_ListOperators_FullMethodName:   look.OrTrusted(bootstrap),
		authv1.OperatorService_DisableOperator_FullMethodName: rpcserver.Operators(authn.Security),
		authv1.OperatorService_EnableOperator_FullMethodName:  rpcserver.Operators(authn.Security).OrTrusted(bootstrap),
		authv1.OperatorService_IssueCredential_FullMethodName: look.OrTrusted(bootstrap),

		authv1.LogService_ListLogEntries_FullMethodName:   look.OrTrusted(bootstrap),
		authv1.LogService_ExportLogEntries_FullMethodName: look.OrTrusted(bootstrap),
		authv1.LogService_GetCheckpoint_FullMethodName:    look.OrTrusted(bootstrap),
		authv1.LogService_ProveConsistency_FullMethodName: look.OrTrusted(bootstrap),

		authv1.SwitchService_SetSwitch_FullMethodName:    rpcserver.Operators(authn.Security, authn.Support),
		authv1.SwitchService_ClearSwitch_FullMethodName:  rpcserver.Operators(authn.Security, authn.Support),
		authv1.SwitchService_ListSwitches_FullMethodName: look,
	}
}
