package session

import (
	"context"
	"slices"

	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
	identityv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/identity/v1"
	sessionv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/session/v1"
	"github.com/ventanilla/ventanilla/services/session/internal/store"
)

// GetUserProfile asks identity for the basic profile of a person.
func (s *workspaceService) GetUserProfile(ctx context.Context, req *sessionv1.GetUserProfileRequest) (*sessionv1.GetUserProfileResponse, error) {
	u, personID, err := s.userFor(ctx, req)
	if err != nil {
		return nil, err
	}
	access := accessForOrganisation(req.GetBehalf(), "perfil a pedido de una organización")
	person, err := s.personIn(ctx, u.DataSet, personID, access)
	if err != nil {
		return nil, err
	}
	cards, err := s.cards.ListCards(ctx, &identityv1.ListCardsRequest{PersonId: personID, Access: access})
	if err != nil {
		return nil, personFailure(err, "listing a person's cards")
	}
	return &sessionv1.GetUserProfileResponse{Profile: &sessionv1.PersonProfile{
		GivenNames: person.GetGivenNames(), FirstSurname: person.GetFirstSurname(), SecondSurname: person.GetSecondSurname(),
		Verified:  slices.ContainsFunc(cards.GetCards(), liveCard),
		Reachable: slices.ContainsFunc(person.GetContacts(), isReached),
	}}, nil
}

// personIn is a person on record in a data set. It fails with SUBJECT_UNKNOWN.
func (s *Service) personIn(ctx context.Context, set store.DataSet, personID string, access *identityv1.Access) (*identityv1.Person, error) {
	answer, err := s.persons.GetPerson(ctx, &identityv1.GetPersonRequest{PersonId: personID, Access: access})
	if err != nil {
		return nil, personFailure(err, "reading a person")
	}
	if store.DataSetFromProto(answer.GetPerson().GetDataSet()) != set {
		return nil, subjectGone(nil)
	}
	return answer.GetPerson(), nil
}

// personFailure is identityFailure for a person whom somebody was said to be.
func personFailure(err error, doing string) error {
	if rpcerr.Reason(err) == errorsv1.Reason_REASON_PERSON_NOT_FOUND {
		return subjectGone(err)
	}
	return identityFailure(err, doing)
}

func liveCard(card *identityv1.Card) bool {
	return card.GetState() == identityv1.CardState_CARD_STATE_LIVE
}

// isReached tells whether notifications can go to a contact.
func isReached(contact *identityv1.Contact) bool {
	kind := contact.GetKind()
	return kind == identityv1.ContactKind_CONTACT_KIND_EMAIL || kind == identityv1.ContactKind_CONTACT_KIND_PHONE
}
