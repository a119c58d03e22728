package identity

import (
	"context"
	"errors"
	"slices"

	"github.com/ventanilla/ventanilla/pkg/nationalid"
	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
	identityv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/identity/v1"
	"github.com/ventanilla/ventanilla/services/identity/internal/store"
)

type citizenService struct {
	identityv1.UnimplementedCitizenServiceServer
	*Service
}

// GetCitizen returns the citizen and the household.
func (s *citizenService) GetCitizen(ctx context.Context, req *identityv1.GetCitizenRequest) (*identityv1.GetCitizenResponse, error) {
	citizen, err := s.citizen(ctx)
	if err != nil {
		return nil, err
	}
	answer := &identityv1.GetCitizenResponse{
		GivenNames: citizen.GivenNames, FirstSurname: citizen.FirstSurname, SecondSurname: citizen.SecondSurname,
		Rut: callerOf(ctx).Citizen(),
	}
	fields := slices.DeleteFunc(fieldsOf(answer), func(field string) bool { return field == "rut" }) // which the caller knew
	var more []store.Member
	if req.GetHousehold() {
		members, names, err := s.citizenHousehold(ctx, citizen, req.GetHouseholdFacts(), answer)
		if err != nil {
			return nil, err
		}
		fields, more = append(fields, names...), members
	}
	if err := s.recordRead(ctx, "GetCitizen", citizen.Pseudonym, fields, onOwnBehalf(req.GetPurpose()), more...); err != nil {
		return nil, err
	}
	return answer, nil
}

// citizen is the person on record of the caller's citizen.
func (s *citizenService) citizen(ctx context.Context) (store.Person, error) {
	by := callerOf(ctx)
	if by.Citizen() == "" {
		return store.Person{}, rpcerr.Forbidden("the credential is not for a citizen")
	}
	set, err := by.dataSet(0)
	if err != nil {
		return store.Person{}, err
	}
	found, err := s.store.PersonByIdentifier(ctx, set, store.Identifier{Kind: nationalid.RUT, Value: by.Citizen()})
	if err != nil {
		return found, personFailure(err, "finding a citizen")
	}
	return found, nil
}

func onOwnBehalf(purpose string) *identityv1.Access {
	return &identityv1.Access{Purpose: purpose, OnBehalfOf: thePerson}
}

// citizenHousehold adds the household, if there is one, and tells what of it was read.
func (s *citizenService) citizenHousehold(
	ctx context.Context, citizen store.Person, facts []string, answer *identityv1.GetCitizenResponse,
) (more []store.Member, fields []string, err error) {
	as := store.AsOf{ValidAt: s.now()}
	home, err := s.store.HouseholdOf(ctx, citizen.ID, as)
	if errors.Is(err, sqlstore.ErrNotFound) {
		return nil, nil, nil
	}
	if err != nil {
		return nil, nil, sqlstore.Failure(err, "finding a citizen's household")
	}
	members, err := s.store.HouseholdNames(ctx, home.ID, as)
	if err != nil {
		return nil, nil, sqlstore.Failure(err, "reading a citizen's household")
	}
	known, err := s.store.Facts(ctx, store.Subject{Kind: store.SubjectHousehold, ID: home.ID}, as)
	if err != nil {
		return nil, nil, sqlstore.Failure(err, "reading the facts of a citizen's household")
	}
	values := make([]store.NamedValue, 0, len(facts))
	for _, fact := range known {
		if slices.Contains(facts, fact.Name) {
			values = append(values, store.NamedValue{Name: fact.Name, Value: fact.Value})
		}
	}
	answer.Household = &identityv1.CitizenHousehold{}
	if answer.Household.Facts, err = (factValues{}).toProto(values); err != nil {
		return nil, nil, err
	}
	pseudonyms := make([]string, len(members))
	for i, m := range members {
		pseudonyms[i] = m.Pseudonym
		answer.Household.Members = append(answer.Household.Members, &identityv1.CitizenHouseholdMember{
			GivenNames: m.GivenNames, Relation: relationToProto(m.Relation), Self: m.PersonID == citizen.ID,
		})
	}
	fields = []string{"household.members.given_names", "household.members.relation"}
	for _, field := range store.FactFields(appendNames(nil, values)) {
		fields = append(fields, "household."+field)
	}
	return []store.Member{{Name: "set", Value: store.SetTarget(pseudonyms)}}, fields, nil
}
