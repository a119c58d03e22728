package identity

import (
	"context"
	"errors"
	"fmt"

	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
	identityv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/identity/v1"
	"github.com/ventanilla/ventanilla/services/identity/internal/store"
)

// householdFields are what an answer about a household has.
var householdFields = []string{"household_key", "members"}

type householdService struct {
	identityv1.UnimplementedHouseholdServiceServer
	*Service
}

// CreateHousehold makes a household, or returns the one of the key.
func (s *householdService) CreateHousehold(ctx context.Context, req *identityv1.CreateHouseholdRequest) (*identityv1.CreateHouseholdResponse, error) {
	caller := callerOf(ctx)
	if err := caller.Needs(scopeWrite); err != nil {
		return nil, err
	}
	set, err := caller.dataSet(req.GetDataSet())
	if err != nil {
		return nil, err
	}
	if err := plain("household_key", req.GetHouseholdKey()); err != nil {
		return nil, err
	}
	made, err := s.store.CreateHousehold(ctx, set, req.GetHouseholdKey(), act(ctx, "CreateHousehold"))
	if err != nil {
		return nil, sqlstore.Failure(err, "creating a household")
	}
	return &identityv1.CreateHouseholdResponse{Household: householdToProto(made, nil)}, nil
}

// RecordHouseholdMembers records statements about members.
func (s *householdService) RecordHouseholdMembers(ctx context.Context, req *identityv1.RecordHouseholdMembersRequest) (*identityv1.RecordHouseholdMembersResponse, error) {
	if err := callerOf(ctx).Needs(scopeWrite); err != nil {
		return nil, err
	}
	members := make([]store.HouseholdMember, len(req.GetMembers()))
	for i, in := range req.GetMembers() {
		field := fmt.Sprintf("members[%d]", i)
		if err := plain(field+".person_id", in.GetPersonId()); err != nil {
			return nil, err
		}
		st, err := statementFromProto(field+".statement", in.GetStatement())
		if err != nil {
			return nil, err
		}
		members[i] = store.HouseholdMember{PersonID: in.GetPersonId(), Relation: relationFromProto(in.GetRelation()), Statement: st}
	}
	household, err := s.household(ctx, req.GetHouseholdId())
	if err != nil {
		return nil, err
	}
	err = s.store.RecordHouseholdMembers(ctx, household.ID, members, act(ctx, "RecordHouseholdMembers"))
	switch {
	case errors.Is(err, store.ErrNoPerson):
		return nil, personNotFound()
	case errors.Is(err, sqlstore.ErrNotFound):
		return nil, householdNotFound()
	case errors.Is(err, store.ErrTooMany):
		return nil, rpcerr.Invalid("members", fmt.Sprintf("a household has statements about at most %d persons", store.MaxMembers))
	case err != nil:
		return nil, sqlstore.Failure(err, "recording members of a household")
	}
	return &identityv1.RecordHouseholdMembersResponse{}, nil
}

// GetHousehold returns a household with its members.
func (s *householdService) GetHousehold(ctx context.Context, req *identityv1.GetHouseholdRequest) (*identityv1.GetHouseholdResponse, error) {
	if err := callerOf(ctx).Needs(scopeRead); err != nil {
		return nil, err
	}
	as, err := s.asOf("", req.GetValidAt(), req.GetKnownAt())
	if err != nil {
		return nil, err
	}
	household, err := s.household(ctx, req.GetHouseholdId())
	if err != nil {
		return nil, err
	}
	members, err := s.store.HouseholdMembers(ctx, household.ID, as)
	if err != nil {
		return nil, sqlstore.Failure(err, "reading a household")
	}
	if err := s.recordRead(ctx, "GetHousehold", membersTarget(members), householdFields, req.GetAccess()); err != nil {
		return nil, err
	}
	return &identityv1.GetHouseholdResponse{Household: householdToProto(household, members)}, nil
}

// FindHousehold returns the household that a person is in, with its members.
func (s *householdService) FindHousehold(ctx context.Context, req *identityv1.FindHouseholdRequest) (*identityv1.FindHouseholdResponse, error) {
	if err := callerOf(ctx).Needs(scopeRead); err != nil {
		return nil, err
	}
	if err := plain("person_id", req.GetPersonId()); err != nil {
		return nil, err
	}
	as, err := s.asOf("", req.GetValidAt(), req.GetKnownAt())
	if err != nil {
		return nil, err
	}
	person, err := s.person(ctx, req.GetPersonId())
	if err != nil {
		return nil, err
	}
	household, err := s.store.HouseholdOf(ctx, req.GetPersonId(), as)
	if errors.Is(err, sqlstore.ErrNotFound) {
		return nil, householdNotFound()
	}
	if err != nil {
		return nil, sqlstore.Failure(err, "finding a person's household")
	}
	members, err := s.store.HouseholdMembers(ctx, household.ID, as)
	if err != nil {
		return nil, sqlstore.Failure(err, "reading a household")
	}
	err = s.recordRead(ctx, "FindHousehold", person.Pseudonym, householdFields, req.GetAccess(), store.Member{Name: "set", Value: membersTarget(members)})
	if err != nil {
		return nil, err
	}
	return &identityv1.FindHouseholdResponse{Household: householdToProto(household, members)}, nil
}

// membersTarget is all members as the access log names them.
func membersTarget(members []store.HouseholdMember) string {
	pseudonyms := make([]string, len(members))
	for i, m := range members {
		pseudonyms[i] = m.Pseudonym
	}
	return store.SetTarget(pseudonyms)
}

// household finds one that exists for the caller.
func (s *Service) household(ctx context.Context, id string) (store.Household, error) {
	if err := plain("household_id", id); err != nil {
		return store.Household{}, err
	}
	household, err := s.store.Household(ctx, id)
	if errors.Is(err, sqlstore.ErrNotFound) || err == nil && !callerOf(ctx).sees(household.DataSet) {
		return store.Household{}, householdNotFound()
	}
	return household, sqlstore.Failure(err, "finding a household")
}

func householdNotFound() error {
	return rpcerr.New(errorsv1.Reason_REASON_HOUSEHOLD_NOT_FOUND, "no household has the identifier, or the person is in none")
}

func householdToProto(in store.Household, members []store.HouseholdMember) *identityv1.Household {
	out := &identityv1.Household{HouseholdId: in.ID, HouseholdKey: in.Key, DataSet: dataSetToProto(in.DataSet)}
	for _, m := range members {
		out.Members = append(out.Members, &identityv1.HouseholdMember{
			PersonId: m.PersonID, Relation: relationToProto(m.Relation), Statement: statementToProto(m.Statement),
		})
	}
	return out
}

// relations are the contract's by the store's names.
var relations = map[store.Relation]identityv1.HouseholdRelation{
	store.RelationNone:     identityv1.HouseholdRelation_HOUSEHOLD_RELATION_NONE,
	store.RelationHead:     identityv1.HouseholdRelation_HOUSEHOLD_RELATION_HEAD,
	store.RelationPartner:  identityv1.HouseholdRelation_HOUSEHOLD_RELATION_PARTNER,
	store.RelationChild:    identityv1.HouseholdRelation_HOUSEHOLD_RELATION_CHILD,
	store.RelationParent:   identityv1.HouseholdRelation_HOUSEHOLD_RELATION_PARENT,
	store.RelationRelative: identityv1.HouseholdRelation_HOUSEHOLD_RELATION_RELATIVE,
	store.RelationOther:    identityv1.HouseholdRelation_HOUSEHOLD_RELATION_OTHER,
}

func relationToProto(in store.Relation) identityv1.HouseholdRelation { return relations[in] }

// relationFromProto maps a relation that validation let through.
func relationFromProto(in identityv1.HouseholdRelation) store.Relation {
	for stored, out := range relations {
		if out == in {
			return stored
		}
	}
	return ""
}
