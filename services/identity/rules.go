package identity

import (
	"github.com/ventanilla/ventanilla/pkg/authn"
	"github.com/ventanilla/ventanilla/pkg/rpcserver"
	identityv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/identity/v1"
)

// Roles of the platform that call identity.
const (
	gateway       = "gateway"
	benefits      = "benefits"
	notifications = "notifications"
	session       = "session"
	bootstrap     = "bootstrap" // sets a new platform up, which has no operator yet
)

// Rules says who may call what, by full method name. internal are roles of the organisation's own programs, beside the
// platform's. A method that is not here is for nobody.
func Rules(internal ...string) map[string]rpcserver.Rule {
	services := append([]string{gateway, benefits, notifications, session}, internal...)
	// For clients, see the scopes in caller.go.
	read := rpcserver.Rule{Peers: services, Caller: rpcserver.AnyCaller, OperatorRoles: authn.OperatorRoles()}
	change := rpcserver.Rule{Peers: services, Caller: rpcserver.AnyCaller, OperatorRoles: []string{authn.Editor}}.OrTrusted(bootstrap)
	// What anyone may know: without personal data, or for whoever holds the card.
	public := rpcserver.Rule{Peers: append([]string{bootstrap}, services...), Caller: rpcserver.NoCaller}
	look := rpcserver.Operators(authn.OperatorRoles()...)
	return map[string]rpcserver.Rule{
		identityv1.PersonService_CreatePerson_FullMethodName: change,
		identityv1.PersonService_GetPerson_FullMethodName:    read,
		identityv1.PersonService_FindPerson_FullMethodName:   read.OrTrusted(bootstrap),
		identityv1.PersonService_ListPersons_FullMethodName:  read,
		identityv1.PersonService_UpdatePerson_FullMethodName: change,

		identityv1.MembershipService_CreateMembership_FullMethodName: change,
		identityv1.MembershipService_ListMemberships_FullMethodName:  read.OrTrusted(bootstrap),
		identityv1.MembershipService_UpdateMembership_FullMethodName: change,
		identityv1.MembershipService_EndMembership_FullMethodName:    change,

		identityv1.CatalogueService_ListCatalogue_FullMethodName:        read,
		identityv1.CatalogueService_PutCatalogueEntry_FullMethodName:    rpcserver.Operators(authn.Editor).OrTrusted(bootstrap),
		identityv1.CatalogueService_DeleteCatalogueEntry_FullMethodName: rpcserver.Operators(authn.Editor),

		identityv1.CardService_IssueCard_FullMethodName:         rpcserver.Operators(authn.Editor).OrTrusted(bootstrap),
		identityv1.CardService_RenewCard_FullMethodName:         rpcserver.Operators(authn.Editor),
		identityv1.CardService_RevokeCard_FullMethodName:        rpcserver.Operators(authn.Editor, authn.Support).OrTrusted(bootstrap),
		identityv1.CardService_ListCards_FullMethodName:         read.OrTrusted(bootstrap),
		identityv1.CardService_RenderCard_FullMethodName:        read,
		identityv1.CardService_VerifyCard_FullMethodName:        read,
		identityv1.CardService_GetCardStatus_FullMethodName:     public,
		identityv1.CardService_GetCardKeys_FullMethodName:       public,
		identityv1.CardService_GetRevocationList_FullMethodName: public,

		identityv1.CardKeyService_ListCardKeys_FullMethodName:   look,
		identityv1.CardKeyService_RotateCardKey_FullMethodName:  rpcserver.Operators(authn.Security),
		identityv1.CardKeyService_RetireCardKey_FullMethodName:  rpcserver.Operators(authn.Security),
		identityv1.CardKeyService_RewrapCardKeys_FullMethodName: rpcserver.Operators(authn.Security),

		identityv1.ProfileService_GetProfile_FullMethodName: read,

		identityv1.HouseholdService_CreateHousehold_FullMethodName:        change,
		identityv1.HouseholdService_RecordHouseholdMembers_FullMethodName: change,
		identityv1.HouseholdService_GetHousehold_FullMethodName:           read,
		identityv1.HouseholdService_FindHousehold_FullMethodName:          read,

		identityv1.FactService_RecordFacts_FullMethodName: change,
		identityv1.FactService_GetFacts_FullMethodName:    read,

		// Without a mask for operators: they read facts one subject at a time.
		identityv1.SituationService_GetSituations_FullMethodName:  {Peers: services, Caller: rpcserver.AnyCaller},
		identityv1.SituationService_ListSituations_FullMethodName: {Peers: services, Caller: rpcserver.AnyCaller},

		// For who sends persons something: no partner sees where they live through the gateway.
		identityv1.ContactService_GetContacts_FullMethodName: {Peers: append([]string{notifications, session}, internal...), Caller: rpcserver.AnyCaller},

		// The gateway alone lets citizens in.
		identityv1.CitizenService_GetCitizen_FullMethodName:          {Peers: []string{gateway}, Caller: rpcserver.ClientCaller},
		identityv1.CitizenService_ListCitizenAccesses_FullMethodName: {Peers: []string{gateway}, Caller: rpcserver.ClientCaller},

		identityv1.AccessLogService_ListAccesses_FullMethodName:           rpcserver.Operators(authn.Support, authn.Security),
		identityv1.AccessLogService_ListPersonAccesses_FullMethodName:     {Peers: services, Caller: rpcserver.AnyCaller, OperatorRoles: []string{authn.Support, authn.Security}},
		identityv1.AccessLogService_ExportAccesses_FullMethodName:         rpcserver.Operators(authn.Security),
		identityv1.AccessLogService_GetAccessCheckpoint_FullMethodName:    look,
		identityv1.AccessLogService_ProveAccessConsistency_FullMethodName: look,

		identityv1.DataProtectionService_ExportPerson_FullMethodName: rpcserver.Operators(authn.Support, authn.Security),
		identityv1.DataProtectionService_ErasePerson_FullMethodName:  rpcserver.Operators(authn.Security),

		identityv1.ImportService_GetImport_FullMethodName:  rpcserver.Operators(authn.Editor),
		identityv1.ImportService_ImportRows_FullMethodName: rpcserver.Operators(authn.Editor),
	}
}
