package admin

import (
	"context"
	"fmt"
	"strconv"

	"google.golang.org/grpc"

	sessionv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/session/v1"
)

// Members are the commands about who works in an organisation.
type Members struct {
	Put    PutMember    `cmd:"" help:"Let a user work in an organisation, or change whether it administers it."`
	List   ListMembers  `cmd:"" help:"List the members of an organisation by login."`
	Delete DeleteMember `cmd:"" help:"End that a user works in an organisation, at once."`
}

// MemberID names a member.
type MemberID struct {
	Organisation int64  `arg:"" help:"The organisation's number."`
	Account      string `arg:"" help:"The user's account, by its identifier."`
}

// PutMember lets a user work in an organisation.
type PutMember struct {
	MemberID
	Administrator bool `help:"The user administers the organisation. Without it, it does not, also when it did before."`
}

// Run does it.
func (c PutMember) Run(ctx context.Context, conn *grpc.ClientConn, out Output) error {
	answer, err := sessionv1.NewOrganisationServiceClient(conn).PutMember(ctx, &sessionv1.PutMemberRequest{
		OrganisationId: c.Organisation, Member: &sessionv1.Member{AccountId: c.Account, Administrator: c.Administrator},
	})
	if err != nil {
		return err
	}
	return out.table(answer, memberHeading(), [][]string{memberRow(answer.GetMember())})
}

// ListMembers lists members.
type ListMembers struct {
	OrganisationID
	Limit int `help:"At most so many (1 to 10000)." default:"500"`
}

// Validate is called when the command line was read.
func (c ListMembers) Validate() error { return checkEntries(c.Limit) }

// Run does it, page by page.
func (c ListMembers) Run(ctx context.Context, conn *grpc.ClientConn, out Output) error {
	all, next, err := pages(c.Limit, func(size int32, token string) ([]*sessionv1.Member, string, error) {
		page, err := sessionv1.NewOrganisationServiceClient(conn).ListMembers(ctx, &sessionv1.ListMembersRequest{
			OrganisationId: c.ID, PageSize: size, PageToken: token,
		})
		return page.GetMembers(), page.GetNextPageToken(), err
	})
	if err != nil {
		return err
	}
	var rows [][]string
	for _, m := range all {
		rows = append(rows, memberRow(m))
	}
	return out.table(&sessionv1.ListMembersResponse{Members: all, NextPageToken: next}, memberHeading(), rows)
}

// DeleteMember ends a membership.
type DeleteMember struct{ MemberID }

// Run does it.
func (c DeleteMember) Run(ctx context.Context, conn *grpc.ClientConn, out Output) error {
	answer, err := sessionv1.NewOrganisationServiceClient(conn).DeleteMember(ctx, &sessionv1.DeleteMemberRequest{
		OrganisationId: c.Organisation, AccountId: c.Account,
	})
	if err != nil {
		return err
	}
	return out.record(answer, [][2]string{{"deleted", c.Account}, {"of", fmt.Sprint(c.Organisation)}})
}

func memberHeading() []string {
	return []string{"ACCOUNT", "LOGIN", "ADMINISTRATOR", "SINCE", "LAST LOGIN"}
}

func memberRow(m *sessionv1.Member) []string {
	return []string{
		m.GetAccountId(), m.GetLogin(), strconv.FormatBool(m.GetAdministrator()), moment(m.GetSince()), timeText(m.GetLastLoginAt()),
	}
}

// LinkCustomer says who a customer is.
type LinkCustomer struct {
	Organisation int64  `arg:"" help:"The organisation's number."`
	Customer     int64  `arg:"" help:"The customer's number, as its members see it (idCliente)."`
	Person       string `arg:"" optional:"" help:"The person's identifier in identity (\"admin person find\"). Nobody when it is left out."`
}

// Help says what it is for.
func (LinkCustomer) Help() string {
	return `Members of an organisation can ask for the benefits of a customer, and have the customer told something, once it is known which person the customer is. That a member knows somebody's tax number is no proof of it, so an operator says it, who has seen one. Without a person the link is taken away.`
}

// Run does it.
func (c LinkCustomer) Run(ctx context.Context, conn *grpc.ClientConn, out Output) error {
	answer, err := sessionv1.NewOrganisationServiceClient(conn).LinkCustomer(ctx, &sessionv1.LinkCustomerRequest{
		OrganisationId: c.Organisation, CustomerId: c.Customer, PersonId: c.Person,
	})
	if err != nil {
		return err
	}
	did := "linked"
	if c.Person == "" {
		did = "unlinked"
	}
	return out.record(answer, [][2]string{{did, fmt.Sprint(c.Customer)}, {"of", fmt.Sprint(c.Organisation)}})
}
