package session

import (
	"context"
	"errors"

	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/ventanilla/ventanilla/pkg/authn"
	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
	sessionv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/session/v1"
	"github.com/ventanilla/ventanilla/services/session/internal/store"
)

// PutMember lets a user work in an organisation, or changes how.
func (s *organisationService) PutMember(ctx context.Context, req *sessionv1.PutMemberRequest) (*sessionv1.PutMemberResponse, error) {
	in := req.GetMember()
	m, err := s.store.PutMember(ctx, authn.CallerOf(ctx).Actor(), req.GetOrganisationId(), in.GetAccountId(), in.GetAdministrator())
	if err != nil {
		return nil, memberFailure(err, "entering a member")
	}
	return &sessionv1.PutMemberResponse{Member: memberToProto(m)}, nil
}

// DeleteMember ends a membership.
func (s *organisationService) DeleteMember(ctx context.Context, req *sessionv1.DeleteMemberRequest) (*sessionv1.DeleteMemberResponse, error) {
	if err := s.store.DeleteMember(ctx, authn.CallerOf(ctx).Actor(), req.GetOrganisationId(), req.GetAccountId()); err != nil {
		return nil, memberFailure(err, "ending a membership")
	}
	return &sessionv1.DeleteMemberResponse{}, nil
}

// ListMembers returns a page.
func (s *organisationService) ListMembers(ctx context.Context, req *sessionv1.ListMembersRequest) (*sessionv1.ListMembersResponse, error) {
	size := pageSize(req.GetPageSize())
	all, err := s.store.Members(ctx, req.GetOrganisationId(), req.GetPageToken(), size+1) // see paged
	if err == nil && len(all) == 0 {
		_, err = s.store.Organisation(ctx, req.GetOrganisationId())
	}
	if err != nil {
		return nil, memberFailure(err, "listing members")
	}
	answer := &sessionv1.ListMembersResponse{}
	page, next := paged(all, size, func(m store.Member) string { return m.Key })
	answer.NextPageToken = next
	for _, m := range page {
		answer.Members = append(answer.Members, memberToProto(m))
	}
	return answer, nil
}

func memberToProto(m store.Member) *sessionv1.Member {
	out := &sessionv1.Member{AccountId: m.AccountID, Login: m.Login, Administrator: m.Administrator, Since: timestamppb.New(m.Since)}
	if !m.LastLoginAt.IsZero() {
		out.LastLoginAt = timestamppb.New(m.LastLoginAt)
	}
	return out
}

// memberFailure is organisationFailure for what is about members.
func memberFailure(err error, doing string) error {
	switch {
	case errors.Is(err, store.ErrNoAccount):
		return rpcerr.New(errorsv1.Reason_REASON_ACCOUNT_NOT_FOUND, "no user of the organisation's data set has the identifier")
	case errors.Is(err, store.ErrNoMember):
		return rpcerr.New(errorsv1.Reason_REASON_MEMBER_NOT_FOUND, "the account is no member of the organisation")
	case errors.Is(err, store.ErrTooManyMembers):
		return rpcerr.Invalid("organisation_id", "the organisation has 1000 members, which is the most")
	case errors.Is(err, store.ErrTooManyMemberships):
		return rpcerr.Invalid("member.account_id", "the user works in 1000 organisations, which is the most")
	}
	return organisationFailure(err, doing)
}
