package session

import (
	"context"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"

	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
	identityv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/identity/v1"
	sessionv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/session/v1"
)

const (
	// maxHousehold bounds how many members are told, and readAtOnce how many are read at the same time.
	maxHousehold = 64
	readAtOnce   = 4
	// householdPurpose is what identity's access log says.
	householdPurpose = "grupo familiar para uma funcionalidade do aplicativo"
)

// GetPassKeyHousehold tells who lives with the person.
func (s *passKeyService) GetPassKeyHousehold(ctx context.Context, req *sessionv1.GetPassKeyHouseholdRequest) (*sessionv1.GetPassKeyHouseholdResponse, error) {
	key, err := s.redeem(ctx, req.GetPassKey())
	if err != nil {
		return nil, err
	}
	relations, err := s.household(ctx, key.PersonID)
	if err != nil {
		return nil, err
	}
	members := make([]*sessionv1.HouseholdMember, len(relations))
	reading, within := errgroup.WithContext(ctx)
	reading.SetLimit(readAtOnce)
	for i, member := range relations {
		reading.Go(func() (err error) {
			members[i], err = s.member(within, member)
			return err
		})
	}
	if err := reading.Wait(); err != nil {
		return nil, err
	}
	if members[0] == nil {
		return nil, noPassKey() // the person was erased from identity
	}
	members[0].Self = true
	return &sessionv1.GetPassKeyHouseholdResponse{Members: slices.DeleteFunc(members, func(m *sessionv1.HouseholdMember) bool { return m == nil })}, nil
}

// household is who lives with a person, the person first.
func (s *Service) household(ctx context.Context, personID string) ([]*identityv1.HouseholdMember, error) {
	all := []*identityv1.HouseholdMember{{PersonId: personID}}
	found, err := s.households.FindHousehold(ctx, &identityv1.FindHouseholdRequest{PersonId: personID, Access: accessForClient(ctx, householdPurpose)})
	switch rpcerr.Reason(err) {
	case errorsv1.Reason_REASON_UNSPECIFIED:
	case errorsv1.Reason_REASON_HOUSEHOLD_NOT_FOUND:
		return all, nil
	case errorsv1.Reason_REASON_PERSON_NOT_FOUND:
		return nil, noPassKey()
	default:
		return nil, identityFailure(err, "reading a household")
	}
	for _, member := range found.GetHousehold().GetMembers() {
		switch {
		case member.GetPersonId() == personID:
			all[0] = member
		case len(all) < maxHousehold:
			all = append(all, member)
		}
	}
	return all, nil
}

// member is nil for one whom identity does not know any more.
func (s *Service) member(ctx context.Context, in *identityv1.HouseholdMember) (*sessionv1.HouseholdMember, error) {
	found, err := s.persons.GetPerson(ctx, &identityv1.GetPersonRequest{PersonId: in.GetPersonId(), Access: accessForClient(ctx, householdPurpose)})
	if rpcerr.Reason(err) == errorsv1.Reason_REASON_PERSON_NOT_FOUND {
		return nil, nil //nolint:nilnil // there is no such person, which is no error
	}
	if err != nil {
		return nil, identityFailure(err, "reading a member of a household")
	}
	person := found.GetPerson()
	return &sessionv1.HouseholdMember{
		UniqueKey: person.GetUniqueKey(), GivenNames: person.GetGivenNames(),
		Surnames: strings.TrimSpace(person.GetFirstSurname() + " " + person.GetSecondSurname()), Relation: relationWord(in.GetRelation()),
	}, nil
}

// relationWord is the word of identity for a relation, as "child".
func relationWord(relation identityv1.HouseholdRelation) string {
	if relation == identityv1.HouseholdRelation_HOUSEHOLD_RELATION_UNSPECIFIED {
		return ""
	}
	return strings.ToLower(strings.TrimPrefix(relation.String(), "HOUSEHOLD_RELATION_"))
}
