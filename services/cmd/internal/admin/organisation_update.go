package admin

import (
	"context"
	"errors"

	"google.golang.org/grpc"
	"google.golang.org/protobuf/types/known/fieldmaskpb"

	sessionv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/session/v1"
)

// UpdateOrganisation changes an organisation. Flags that are not given stay nil.
type UpdateOrganisation struct {
	OrganisationID
	LegalName     *string `help:"The name in law."`
	TradeName     *string `help:"The name in trade; empty for none."`
	CUIT          *string `name:"cuit" help:"The tax number; empty for none." placeholder:"30-12345678-1"`
	Plan          *int32  `help:"The number of its plan." placeholder:"N"`
	Type          *string `help:"A word of yours for what it is; empty for none."`
	Logo          *string `help:"Where its logo is; empty for nowhere." placeholder:"PATH"`
	LastDay       *string `help:"Its last day; empty for none." placeholder:"2030-12-31"`
	FiscalYearEnd *string `help:"The last day of its fiscal year; empty for unknown." placeholder:"12-31"`
	Activity      *string `help:"What it does; empty for unknown."`
	Disabled      *bool   `help:"Shut it, so that its members see it and do nothing in it, or open it again." negatable:""`
}

// Validate is called when the command line was read.
func (c UpdateOrganisation) Validate() error {
	if len(c.paths()) == 0 {
		return errors.New("name what to change; --help lists the flags")
	}
	return nil
}

func (c UpdateOrganisation) paths() []string {
	return given([]givenField{
		{"legal_name", c.LegalName != nil},
		{"trade_name", c.TradeName != nil},
		{"cuit", c.CUIT != nil},
		{"plan_id", c.Plan != nil},
		{"type", c.Type != nil},
		{"logo_path", c.Logo != nil},
		{"disabled", c.Disabled != nil},
		{"last_day", c.LastDay != nil},
		{"fiscal_year_end", c.FiscalYearEnd != nil},
		{"activity", c.Activity != nil},
	})
}

// Run does it. An organisation in a request has to be valid as a whole, so it is read before.
func (c UpdateOrganisation) Run(ctx context.Context, conn *grpc.ClientConn, out Output) error {
	organisations := sessionv1.NewOrganisationServiceClient(conn)
	known, err := organisations.GetOrganisation(ctx, &sessionv1.GetOrganisationRequest{OrganisationId: c.ID})
	if err != nil {
		return err
	}
	o := known.GetOrganisation()
	for field, flag := range map[*string]*string{
		&o.LegalName: c.LegalName, &o.TradeName: c.TradeName, &o.Cuit: c.CUIT, &o.Type: c.Type, &o.LogoPath: c.Logo,
		&o.LastDay: c.LastDay, &o.FiscalYearEnd: c.FiscalYearEnd, &o.Activity: c.Activity,
	} {
		put(field, flag)
	}
	put(&o.PlanId, c.Plan)
	put(&o.Disabled, c.Disabled)
	answer, err := organisations.UpdateOrganisation(ctx, &sessionv1.UpdateOrganisationRequest{
		Organisation: o, UpdateMask: &fieldmaskpb.FieldMask{Paths: c.paths()},
	})
	if err != nil {
		return err
	}
	return showOrganisation(out, answer, answer.GetOrganisation())
}
