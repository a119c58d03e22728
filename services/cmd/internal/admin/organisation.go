package admin

import (
	"context"
	"fmt"

	"google.golang.org/grpc"
	"google.golang.org/protobuf/proto"

	sessionv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/session/v1"
)

// Organisations are the commands about companies and other bodies that users work for.
type Organisations struct {
	Create       CreateOrganisation `cmd:"" help:"Enter an organisation."`
	Show         ShowOrganisation   `cmd:"" help:"Show an organisation."`
	List         ListOrganisations  `cmd:"" help:"List organisations by number."`
	Update       UpdateOrganisation `cmd:"" help:"Change what is given and nothing else."`
	Member       Members            `cmd:"" help:"Who works in an organisation."`
	LinkCustomer LinkCustomer       `cmd:"" help:"Say which person a customer of an organisation is, or that nobody says so any more."`
}

// OrganisationID names an organisation.
type OrganisationID struct {
	ID int64 `arg:"" help:"The organisation's number, as \"admin organisation list\" shows it."`
}

// CreateOrganisation enters an organisation.
type CreateOrganisation struct {
	LegalName     string `arg:"" help:"The name in law."`
	TradeName     string `help:"The name in trade."`
	CUIT          string `name:"cuit" help:"The tax number, 11 digits; its check digit is checked." placeholder:"30-12345678-1"`
	Plan          int32  `help:"The number of its plan." placeholder:"N"`
	Type          string `help:"A word of yours for what it is."`
	Logo          string `help:"Where its logo is, a path or an address." placeholder:"PATH"`
	LastDay       string `help:"Its last day; from the next on, nothing is done in it." placeholder:"2030-12-31"`
	FiscalYearEnd string `help:"The last day of its fiscal year." placeholder:"12-31"`
	Activity      string `help:"What it does."`
	World
}

// Help says what comes next.
func (CreateOrganisation) Help() string {
	return `Nobody works in it yet: "admin organisation member put NUMBER ACCOUNT" lets a user do so.`
}

// Run does it.
func (c CreateOrganisation) Run(ctx context.Context, conn *grpc.ClientConn, out Output) error {
	answer, err := sessionv1.NewOrganisationServiceClient(conn).CreateOrganisation(ctx, &sessionv1.CreateOrganisationRequest{
		Organisation: &sessionv1.Organisation{
			DataSet: c.set(), LegalName: c.LegalName, TradeName: c.TradeName, Cuit: c.CUIT, PlanId: c.Plan, Type: c.Type, LogoPath: c.Logo,
			LastDay: c.LastDay, FiscalYearEnd: c.FiscalYearEnd, Activity: c.Activity,
		},
	})
	if err != nil {
		return err
	}
	return showOrganisation(out, answer, answer.GetOrganisation())
}

// ShowOrganisation shows an organisation.
type ShowOrganisation struct{ OrganisationID }

// Run does it.
func (c ShowOrganisation) Run(ctx context.Context, conn *grpc.ClientConn, out Output) error {
	answer, err := sessionv1.NewOrganisationServiceClient(conn).GetOrganisation(ctx, &sessionv1.GetOrganisationRequest{OrganisationId: c.ID})
	if err != nil {
		return err
	}
	return showOrganisation(out, answer, answer.GetOrganisation())
}

// ListOrganisations lists organisations.
type ListOrganisations struct {
	Limit int `help:"At most so many (1 to 10000)." default:"50"`
	World
}

// Validate is called when the command line was read.
func (c ListOrganisations) Validate() error { return checkEntries(c.Limit) }

// Run does it, page by page.
func (c ListOrganisations) Run(ctx context.Context, conn *grpc.ClientConn, out Output) error {
	all, next, err := pages(c.Limit, func(size int32, token string) ([]*sessionv1.Organisation, string, error) {
		page, err := sessionv1.NewOrganisationServiceClient(conn).ListOrganisations(ctx, &sessionv1.ListOrganisationsRequest{
			PageSize: size, PageToken: token, DataSet: c.set(),
		})
		return page.GetOrganisations(), page.GetNextPageToken(), err
	})
	if err != nil {
		return err
	}
	var rows [][]string
	for _, o := range all {
		rows = append(rows, []string{
			fmt.Sprint(o.GetOrganisationId()), o.GetLegalName(), o.GetTradeName(), o.GetCuit(), state(o.GetDisabled()), o.GetLastDay(),
		})
	}
	return out.table(&sessionv1.ListOrganisationsResponse{Organisations: all, NextPageToken: next},
		[]string{"ID", "LEGAL NAME", "TRADE NAME", "CUIT", "STATE", "LAST DAY"}, rows)
}

func showOrganisation(out Output, message proto.Message, o *sessionv1.Organisation) error {
	return out.record(message, [][2]string{
		{"id", fmt.Sprint(o.GetOrganisationId())},
		{"legal name", o.GetLegalName()},
		{"trade name", o.GetTradeName()},
		{"data set", dataSetName(o.GetDataSet())},
		{"state", state(o.GetDisabled())},
		{"CUIT", o.GetCuit()},
		{"plan", fmt.Sprint(o.GetPlanId())},
		{"type", o.GetType()},
		{"logo", o.GetLogoPath()},
		{"last day", o.GetLastDay()},
		{"fiscal year ends", o.GetFiscalYearEnd()},
		{"activity", o.GetActivity()},
		{"created", moment(o.GetCreatedAt())},
		{"updated", moment(o.GetUpdatedAt())},
	})
}
