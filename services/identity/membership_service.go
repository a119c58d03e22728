package identity

import (
	"context"
	"errors"
	"fmt"

	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
	"github.com/ventanilla/ventanilla/pkg/updatemask"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
	identityv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/identity/v1"
	"github.com/ventanilla/ventanilla/services/identity/internal/store"
)

type membershipService struct {
	identityv1.UnimplementedMembershipServiceServer
	*Service
}

// changeableOfMembership are the fields of a membership that an update may name.
func changeableOfMembership() []string {
	return []string{
		"number", "programme", "academic_unit", "department", "entity", "term", "status", "position", "hired_on", "salary_level", "valid_until",
	}
}

// CreateMembership enters a membership.
func (s *membershipService) CreateMembership(
	ctx context.Context, req *identityv1.CreateMembershipRequest,
) (*identityv1.CreateMembershipResponse, error) {
	if err := callerOf(ctx).Needs(scopeWrite); err != nil {
		return nil, err
	}
	m, err := membershipFromProto(req.GetMembership())
	if err != nil {
		return nil, err
	}
	if _, err := s.person(ctx, m.PersonID); err != nil {
		return nil, err
	}
	made, err := s.store.CreateMembership(ctx, m, act(ctx, "CreateMembership"))
	if errors.Is(err, sqlstore.ErrNotFound) {
		return nil, personNotFound()
	}
	if err != nil {
		return nil, membershipFailure(err, "entering a membership")
	}
	return &identityv1.CreateMembershipResponse{Membership: membershipToProto(made)}, nil
}

// ListMemberships returns a person's memberships, oldest first.
func (s *membershipService) ListMemberships(
	ctx context.Context, req *identityv1.ListMembershipsRequest,
) (*identityv1.ListMembershipsResponse, error) {
	if err := callerOf(ctx).Needs(scopeRead); err != nil {
		return nil, err
	}
	person, err := s.person(ctx, req.GetPersonId())
	if err != nil {
		return nil, err
	}
	memberships, err := s.store.Memberships(ctx, person.ID)
	if err != nil {
		return nil, sqlstore.Failure(err, "listing memberships")
	}
	answer := &identityv1.ListMembershipsResponse{}
	for _, m := range memberships {
		answer.Memberships = append(answer.Memberships, membershipToProto(m))
	}
	err = s.recordRead(ctx, "ListMemberships", person.Pseudonym, fieldsOf(answer.GetMemberships()...), req.GetAccess())
	if err != nil {
		return nil, err
	}
	return answer, nil
}

// UpdateMembership changes the fields of the mask.
func (s *membershipService) UpdateMembership(
	ctx context.Context, req *identityv1.UpdateMembershipRequest,
) (*identityv1.UpdateMembershipResponse, error) {
	caller := callerOf(ctx)
	if err := caller.Needs(scopeWrite); err != nil {
		return nil, err
	}
	id, mask := req.GetMembership().GetMembershipId(), req.GetUpdateMask()
	if err := checkMask("membership.membership_id", id, mask, changeableOfMembership()); err != nil {
		return nil, err
	}
	stored, err := s.store.ChangeMembership(ctx, id, act(ctx, "UpdateMembership"), func(m *store.Membership) error {
		if !caller.sees(m.DataSet) {
			return sqlstore.ErrNotFound
		}
		merged := membershipToProto(*m)
		updatemask.Assign(merged, req.GetMembership(), mask)
		var err error
		*m, err = s.checkedMembership(merged)
		return err
	})
	if err != nil {
		return nil, membershipFailure(err, "changing a membership")
	}
	out, err := s.releaseMembership(ctx, "UpdateMembership", stored)
	return &identityv1.UpdateMembershipResponse{Membership: out}, err
}

// EndMembership ends a membership and revokes its live card.
func (s *membershipService) EndMembership(
	ctx context.Context, req *identityv1.EndMembershipRequest,
) (*identityv1.EndMembershipResponse, error) {
	caller := callerOf(ctx)
	if err := caller.Needs(scopeWrite); err != nil {
		return nil, err
	}
	ended, err := s.store.EndMembership(ctx, req.GetMembershipId(), act(ctx, "EndMembership"), func(m store.Membership) error {
		if !caller.sees(m.DataSet) {
			return sqlstore.ErrNotFound
		}
		return nil
	})
	if err != nil {
		return nil, membershipFailure(err, "ending a membership")
	}
	out, err := s.releaseMembership(ctx, "EndMembership", ended)
	return &identityv1.EndMembershipResponse{Membership: out}, err
}

// releaseMembership enters in the log that a change's answer has the whole membership, which the change's own entry does not say, and
// returns it as the caller may see it.
func (s *membershipService) releaseMembership(ctx context.Context, rpc string, m store.Membership) (*identityv1.Membership, error) {
	out := membershipToProto(m)
	if !callerOf(ctx).Has(scopeRead) {
		return &identityv1.Membership{
			MembershipId: m.ID, PersonId: m.PersonID, EndedAt: out.GetEndedAt(), CreatedAt: out.GetCreatedAt(), UpdatedAt: out.GetUpdatedAt(),
		}, nil
	}
	if err := s.recordRead(ctx, rpc, m.Pseudonym, fieldsOf(out), nil); err != nil {
		return nil, err
	}
	return out, nil
}

// person finds what leads to a person that exists for the caller.
func (s *Service) person(ctx context.Context, id string) (store.PersonRef, error) {
	ref, err := s.store.PersonRef(ctx, id)
	if errors.Is(err, sqlstore.ErrNotFound) || err == nil && !callerOf(ctx).sees(ref.DataSet) {
		return store.PersonRef{}, personNotFound()
	}
	return ref, sqlstore.Failure(err, "finding a person")
}

// membershipFailure is failure for what changes of a membership fail with.
func membershipFailure(err error, doing string) error {
	if unknown, ok := errors.AsType[*store.UnknownCodeError](err); ok {
		return rpcerr.Invalid("membership."+unknown.Field, "is not in the catalogue of the person's data set")
	}
	switch {
	case errors.Is(err, sqlstore.ErrNotFound):
		return membershipNotFound()
	case errors.Is(err, store.ErrMembershipExists):
		return rpcerr.New(errorsv1.Reason_REASON_MEMBERSHIP_EXISTS, "the person has a membership of the type and number that has not ended")
	case errors.Is(err, store.ErrTooManyMemberships):
		return rpcerr.Invalid("membership.person_id", fmt.Sprintf("a person has at most %d memberships", store.MaxMemberships))
	}
	return sqlstore.Failure(err, doing)
}
