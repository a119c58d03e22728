package identity

import (
	"context"
	"errors"

	"github.com/ventanilla/ventanilla/pkg/nationalid"
	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
	identityv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/identity/v1"
	"github.com/ventanilla/ventanilla/services/identity/internal/store"
)

type profileService struct {
	identityv1.UnimplementedProfileServiceServer
	*Service
}

// GetProfile returns the profile of a card's holder.
func (s *profileService) GetProfile(ctx context.Context, req *identityv1.GetProfileRequest) (*identityv1.GetProfileResponse, error) {
	by := callerOf(ctx)
	if err := by.Needs(scopeProfile); err != nil {
		return nil, err
	}
	if req.GetExtended() {
		if err := by.Needs(scopeExtended); err != nil {
			return nil, err
		}
	}
	set, err := by.dataSet(req.GetDataSet())
	if err != nil {
		return nil, err
	}
	card, err := s.shownCard(ctx, set, req.GetFolio(), req.GetSignature())
	if err != nil {
		return nil, err
	}
	if !card.RevokedAt.IsZero() {
		return nil, s.refuseRevoked(ctx, card, req.GetAccess())
	}
	profile, err := s.store.Profile(ctx, card.PersonID)
	if errors.Is(err, sqlstore.ErrNotFound) { // erased meanwhile, and the card revoked
		return nil, s.refuseRevoked(ctx, card, req.GetAccess())
	}
	if err != nil {
		return nil, sqlstore.Failure(err, "reading a profile")
	}
	answer := profileToProto(profile, req.GetExtended())
	answer.Folio = card.Folio
	if by.IsOperator() {
		for _, contact := range answer.GetContacts() {
			contact.Value = nationalid.Mask(contact.GetValue())
		}
	}
	if err := s.recordRead(ctx, "GetProfile", card.Pseudonym, profileFields(answer), req.GetAccess()); err != nil {
		return nil, err
	}
	return answer, nil
}

// refuseRevoked enters in the log that somebody came with a revoked card.
func (s *profileService) refuseRevoked(ctx context.Context, card store.KeyedCard, why *identityv1.Access) error {
	if err := s.recordRead(ctx, "GetProfile", cardTarget(card), nil, why, store.Member{Name: "refused", Value: "card revoked"}); err != nil {
		return err
	}
	return cardRevoked()
}

func profileToProto(in store.Profile, extended bool) *identityv1.GetProfileResponse {
	out := &identityv1.GetProfileResponse{
		GivenNames: in.GivenNames, FirstSurname: in.FirstSurname, SecondSurname: in.SecondSurname,
		PhotoAccepted: in.PhotoAccepted, MobileIdentity: in.MobileIdentity,
	}
	if extended {
		out.Contacts, out.PhotoUrl = contactsToProto(in.Contacts), in.PhotoURL
	}
	for _, m := range in.Memberships {
		if !extended {
			m.Number, m.Position, m.HiredOn, m.SalaryLevel = "", "", "", ""
		}
		out.HasCard = out.GetHasCard() || m.HasCard
		out.Memberships = append(out.Memberships, &identityv1.ProfileMembership{
			Membership: membershipToProto(m.Membership), ProgrammeName: m.ProgrammeName,
			AcademicUnitName: m.AcademicUnitName, DepartmentName: m.DepartmentName,
		})
	}
	return out
}

// profileFields are those that an answer has; those of memberships by their own names, so that a basic read can be told
// from an extended one.
func profileFields(answer *identityv1.GetProfileResponse) []string {
	memberships := make([]*identityv1.Membership, len(answer.GetMemberships()))
	for i, m := range answer.GetMemberships() {
		memberships[i] = m.GetMembership()
	}
	fields := fieldsOf(answer)
	for _, name := range append(fieldsOf(answer.GetMemberships()...), fieldsOf(memberships...)...) {
		if name != "membership" {
			fields = append(fields, "memberships."+name)
		}
	}
	return fields
}
