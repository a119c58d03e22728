package notifications

import (
	"github.com/ventanilla/ventanilla/pkg/authn"
	"github.com/ventanilla/ventanilla/pkg/rpcserver"
	notificationsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/notifications/v1"
)

// Roles of the platform that call notifications.
const (
	gateway   = "gateway"
	session   = "session"
	bootstrap = "bootstrap" // sets a new platform up, which has no operator yet
)

// scopeRecipients is what clients need for RecipientService. Dispatching is a right of who is a provider, not a scope.
const scopeRecipients = "notifications.recipients"

// Rules says who may call what, by full method name. internal are roles of the organisation's own programs, beside the
// platform's. A method that is not here is for nobody.
func Rules(internal ...string) map[string]rpcserver.Rule {
	services := append([]string{gateway, session}, internal...)
	// Clients and roles, as the providers that they are; see Provider.client_id and Provider.role.
	provide := rpcserver.Rule{Peers: services, Caller: rpcserver.AnyCaller}
	with := func(roles ...string) rpcserver.Rule {
		rule := provide
		rule.OperatorRoles = roles
		return rule
	}
	all := authn.OperatorRoles()
	look := rpcserver.Operators(all...).OrTrusted(bootstrap)
	// Operators, and the role that finds out which providers are its own.
	own := rpcserver.Rule{Peers: []string{gateway, session}, Caller: rpcserver.AnyCaller, OperatorRoles: all}.OrTrusted(bootstrap)
	keep := rpcserver.Operators(authn.Editor, authn.Security).OrTrusted(bootstrap)
	// What holding a code, an address or a signature is enough for.
	public := rpcserver.Rule{Peers: services, Caller: rpcserver.NoCaller}
	return map[string]rpcserver.Rule{
		notificationsv1.ProviderService_CreateProvider_FullMethodName:       keep,
		notificationsv1.ProviderService_GetProvider_FullMethodName:          look,
		notificationsv1.ProviderService_ListProviders_FullMethodName:        own,
		notificationsv1.ProviderService_UpdateProvider_FullMethodName:       keep,
		notificationsv1.ProviderService_RotateCallbackSecret_FullMethodName: rpcserver.Operators(authn.Security).OrTrusted(bootstrap),
		notificationsv1.ProviderService_CreateService_FullMethodName:        keep,
		notificationsv1.ProviderService_ListServices_FullMethodName:         look,
		notificationsv1.ProviderService_UpdateService_FullMethodName:        keep,
		notificationsv1.ProviderService_CreateSubscription_FullMethodName:   keep,
		notificationsv1.ProviderService_ListSubscriptions_FullMethodName:    own,
		notificationsv1.ProviderService_EndSubscription_FullMethodName:      keep,
		notificationsv1.ProviderService_ListEvents_FullMethodName:           rpcserver.Operators(all...),
		notificationsv1.ProviderService_RewrapSecrets_FullMethodName:        rpcserver.Operators(authn.Security),

		notificationsv1.DispatchService_Dispatch_FullMethodName:        provide,
		notificationsv1.DispatchService_DispatchBatch_FullMethodName:   provide,
		notificationsv1.DispatchService_GetDispatch_FullMethodName:     with(all...),
		notificationsv1.DispatchService_ListDispatches_FullMethodName:  with(all...),
		notificationsv1.DispatchService_CancelDispatch_FullMethodName:  with(authn.Support, authn.Editor),
		notificationsv1.DispatchService_WatchDispatches_FullMethodName: with(all...),

		notificationsv1.DeadLetterService_ListDeadLetters_FullMethodName:   rpcserver.Operators(all...),
		notificationsv1.DeadLetterService_ReplayDeadLetters_FullMethodName: rpcserver.Operators(authn.Support, authn.Editor),

		notificationsv1.TemplateService_PutTemplate_FullMethodName:   with(authn.Editor).OrTrusted(bootstrap),
		notificationsv1.TemplateService_GetTemplate_FullMethodName:   with(all...),
		notificationsv1.TemplateService_ListTemplates_FullMethodName: with(all...),

		notificationsv1.RecipientService_PutAddress_FullMethodName:      with(authn.Support, authn.Editor).OrTrusted(bootstrap),
		notificationsv1.RecipientService_DeleteAddress_FullMethodName:   with(authn.Support, authn.Editor),
		notificationsv1.RecipientService_GetRecipient_FullMethodName:    with(authn.Support, authn.Editor).OrTrusted(bootstrap),
		notificationsv1.RecipientService_PutWishes_FullMethodName:       with(authn.Support, authn.Editor).OrTrusted(bootstrap),
		notificationsv1.RecipientService_DeleteRecipient_FullMethodName: rpcserver.Operators(authn.Security),

		notificationsv1.CodeService_GetCode_FullMethodName:    with(all...),
		notificationsv1.CodeService_RenderCode_FullMethodName: public,
		notificationsv1.CodeService_RedeemCode_FullMethodName: provide,
		notificationsv1.CodeService_RevokeCode_FullMethodName: with(authn.Support, authn.Editor),

		notificationsv1.PaymentService_GetPayment_FullMethodName:    with(all...),
		notificationsv1.PaymentService_SettlePayment_FullMethodName: public,
		notificationsv1.PictureService_GetPicture_FullMethodName:    public,
	}
}
