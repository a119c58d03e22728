package demo

import (
	"context"
	"fmt"
	"slices"
	"strings"

	sessionv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/session/v1"
)

// ensureOrganisation keeps the organisation with the demo's number, whatever became of it.
func (to Workplace) ensureOrganisation(ctx context.Context, o office) (int64, error) {
	cuit := strings.ReplaceAll(o.of.GetCuit(), "-", "")
	request := &sessionv1.ListOrganisationsRequest{PageSize: 500, DataSet: o.set}
	for {
		page, err := to.Organisations.ListOrganisations(ctx, request)
		if err != nil {
			return 0, fmt.Errorf("looking for a demo's organisation: %w", err)
		}
		for _, known := range page.GetOrganisations() {
			if known.GetCuit() == cuit {
				return known.GetOrganisationId(), nil
			}
		}
		if request.PageToken = page.GetNextPageToken(); request.PageToken == "" {
			break
		}
	}
	o.of.DataSet = o.set
	made, err := to.Organisations.CreateOrganisation(ctx, &sessionv1.CreateOrganisationRequest{Organisation: o.of})
	if err != nil {
		return 0, fmt.Errorf("entering a demo's organisation: %w", err)
	}
	return made.GetOrganisation().GetOrganisationId(), nil
}

// ensureMember has a user administer an organisation.
func (to Workplace) ensureMember(ctx context.Context, organisation int64, account string) error {
	known, err := to.Organisations.ListMembers(ctx, &sessionv1.ListMembersRequest{OrganisationId: organisation, PageSize: 500})
	if err != nil {
		return fmt.Errorf("listing the members of a demo's organisation: %w", err)
	}
	if slices.ContainsFunc(known.GetMembers(), func(m *sessionv1.Member) bool { return m.GetAccountId() == account }) {
		return nil
	}
	if _, err := to.Organisations.PutMember(ctx, &sessionv1.PutMemberRequest{
		OrganisationId: organisation, Member: &sessionv1.Member{AccountId: account, Administrator: true},
	}); err != nil {
		return fmt.Errorf("entering a member of a demo's organisation: %w", err)
	}
	return nil
}
