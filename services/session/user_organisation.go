package session

import (
	"context"

	"google.golang.org/protobuf/types/known/timestamppb"

	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
	sessionv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/session/v1"
	"github.com/ventanilla/ventanilla/services/session/internal/store"
)

// ListUserOrganisations returns a part of those that the user works in.
func (s *workspaceService) ListUserOrganisations(
	ctx context.Context, req *sessionv1.ListUserOrganisationsRequest,
) (*sessionv1.ListUserOrganisationsResponse, error) {
	u, err := s.userOf(ctx, req.GetSession())
	if err != nil {
		return nil, err
	}
	asked, err := store.MembershipList().Read(req.GetQuery())
	if err != nil {
		return nil, err
	}
	all, total, err := s.store.Memberships(ctx, u.AccountID, asked)
	if err != nil {
		return nil, sqlstore.Failure(err, "listing a user's organisations")
	}
	answer := &sessionv1.ListUserOrganisationsResponse{Total: total}
	for _, m := range all {
		answer.Organisations = append(answer.Organisations, userOrganisation(u, m))
	}
	return answer, nil
}

// GetUserOrganisation returns one.
func (s *workspaceService) GetUserOrganisation(
	ctx context.Context, req *sessionv1.GetUserOrganisationRequest,
) (*sessionv1.GetUserOrganisationResponse, error) {
	u, err := s.userOf(ctx, req.GetSession())
	if err != nil {
		return nil, err
	}
	m, err := s.workplace(ctx, u, req.GetOrganisationId(), false)
	if err != nil {
		return nil, err
	}
	return &sessionv1.GetUserOrganisationResponse{Organisation: userOrganisation(u, m)}, nil
}

func userOrganisation(u user, m store.Membership) *sessionv1.UserOrganisation {
	out := &sessionv1.UserOrganisation{Organisation: organisationToProto(m.Organisation), Administrator: m.Administrator}
	if !u.PreviousLoginAt.IsZero() {
		out.LastLoginAt = timestamppb.New(u.PreviousLoginAt)
	}
	return out
}
