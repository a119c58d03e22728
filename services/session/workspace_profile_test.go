package session_test

import (
	"fmt"
	"testing"

	"google.golang.org/protobuf/proto"

	"github.com/ventanilla/ventanilla/pkg/roletest"
	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
	identityv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/identity/v1"
	sessionv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/session/v1"
)

func TestProfilesOfWhomAnOrganisationServes(t *testing.T) {
	p := newPlatform(t)
	person := &identityv1.Person{
		PersonId: "p-2", DataSet: authv1.DataSet_DATA_SET_PRODUCTION, GivenNames: "Perla", FirstSurname: "Inventada", SecondSurname: "Ficticia",
		Contacts: []*identityv1.Contact{{Kind: identityv1.ContactKind_CONTACT_KIND_PHONE, Value: "+56 9 5555 0100"}},
	}
	cards := &identityv1.ListCardsResponse{Cards: []*identityv1.Card{{State: identityv1.CardState_CARD_STATE_REVOKED}, {State: identityv1.CardState_CARD_STATE_LIVE}}}
	to := &callee{answers: map[string]proto.Message{
		identityv1.PersonService_GetPerson_FullMethodName: &identityv1.GetPersonResponse{Person: person},
		identityv1.CardService_ListCards_FullMethodName:   cards,
	}}
	p.identity = to
	d, customer := serving(p)
	profile := func() (*sessionv1.PersonProfile, error) {
		got, err := d.GetUserProfile(t.Context(), &sessionv1.GetUserProfileRequest{
			Session: d.session, Behalf: &sessionv1.Behalf{OrganisationId: d.at, CustomerId: customer},
		})
		return got.GetProfile(), err
	}
	got, err := profile()
	roletest.Check(t, err)
	wantProto(t, "the profile", got, &sessionv1.PersonProfile{
		GivenNames: "Perla", FirstSurname: "Inventada", SecondSurname: "Ficticia", Verified: true, Reachable: true,
	})
	for _, asked := range to.asked[len(to.asked)-2:] {
		access := asked.(interface{ GetAccess() *identityv1.Access }).GetAccess()
		if access.GetOnBehalfOf() != fmt.Sprint("organisation/", d.at) || access.GetPurpose() != "perfil a pedido de una organización" {
			t.Errorf("identity was told %v", access)
		}
	}
	person.Contacts[0].Kind, cards.Cards = identityv1.ContactKind_CONTACT_KIND_POSTAL, cards.Cards[:1]
	got, err = profile()
	roletest.Check(t, err)
	if got.GetVerified() || got.GetReachable() {
		t.Errorf("got %v", got)
	}
	person.DataSet = authv1.DataSet_DATA_SET_STAGING
	_, err = profile()
	roletest.WantReason(t, err, errorsv1.Reason_REASON_SUBJECT_UNKNOWN)
	to.fail = rpcerr.New(errorsv1.Reason_REASON_PERSON_NOT_FOUND, "gone")
	_, err = profile()
	roletest.WantReason(t, err, errorsv1.Reason_REASON_SUBJECT_UNKNOWN)
	to.fail = rpcerr.New(errorsv1.Reason_REASON_UNAVAILABLE, "away")
	_, err = profile()
	roletest.WantReason(t, err, errorsv1.Reason_REASON_UNAVAILABLE)
}
