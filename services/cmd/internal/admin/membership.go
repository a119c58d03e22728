package admin

import (
	"context"

	"google.golang.org/grpc"
	"google.golang.org/protobuf/proto"

	identityv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/identity/v1"
)

const membershipPrefix = "MEMBERSHIP_TYPE_"

// Memberships are the commands about what persons are to the institution.
type Memberships struct {
	Add    AddMembership    `cmd:"" help:"Enter what a person is to the institution."`
	List   ListMemberships  `cmd:"" help:"List a person's memberships, oldest first."`
	Update UpdateMembership `cmd:"" help:"Change what is given and nothing else. Cards keep what is printed on them."`
	End    EndMembership    `cmd:"" help:"End a membership and revoke its card."`
}

// AddMembership enters a membership.
type AddMembership struct {
	Person       string `arg:"" help:"The person's identifier."`
	Type         string `arg:"" help:"What it is: ${enum}." enum:"student-upper-secondary,student-undergraduate,student-postgraduate,worker-administrative,worker-teaching,external,staff"`
	Status       string `help:"A code of the catalogue statuses, such as INSCRITO or ACTIVO." required:"" placeholder:"CODE"`
	Number       string `help:"A student's or worker's number." placeholder:"NUMBER"`
	Programme    string `help:"For students: a code of the catalogue programmes." placeholder:"CODE"`
	AcademicUnit string `help:"For students: a code of the catalogue academic-units." placeholder:"CODE"`
	Term         string `help:"For students: the term, such as AGO2013." placeholder:"TERM"`
	Department   string `help:"For workers: a code of the catalogue departments." placeholder:"CODE"`
	Position     string `help:"For workers: the post."`
	HiredOn      string `help:"For workers: the day." placeholder:"2006-01-31"`
	SalaryLevel  string `help:"For workers: the level."`
	Entity       string `help:"For external and staff: the entity."`
	ValidUntil   string `help:"The last day; for good when not given." placeholder:"2006-01-31"`
}

// Run does it.
func (c AddMembership) Run(ctx context.Context, conn *grpc.ClientConn, out Output) error {
	answer, err := identityv1.NewMembershipServiceClient(conn).CreateMembership(ctx, &identityv1.CreateMembershipRequest{
		Membership: &identityv1.Membership{
			PersonId: c.Person, Type: identityv1.MembershipType(number(identityv1.MembershipType_value, membershipPrefix, c.Type)),
			Number: c.Number, Programme: c.Programme, AcademicUnit: c.AcademicUnit, Department: c.Department, Entity: c.Entity,
			Term: c.Term, Status: c.Status, Position: c.Position, HiredOn: c.HiredOn, SalaryLevel: c.SalaryLevel, ValidUntil: c.ValidUntil,
		},
	})
	if err != nil {
		return err
	}
	return showMemberships(out, answer, answer.GetMembership())
}

// ListMemberships lists a person's memberships.
type ListMemberships struct {
	PersonID
	Reading
}

// Run does it.
func (c ListMemberships) Run(ctx context.Context, conn *grpc.ClientConn, out Output) error {
	answer, err := identityv1.NewMembershipServiceClient(conn).ListMemberships(ctx, &identityv1.ListMembershipsRequest{PersonId: c.ID, Access: c.access()})
	if err != nil {
		return err
	}
	return showMemberships(out, answer, answer.GetMemberships()...)
}

// MembershipID names a membership.
type MembershipID struct {
	ID string `arg:"" help:"The membership's identifier, as \"admin membership list\" shows it."`
}

// EndMembership ends a membership.
type EndMembership struct{ MembershipID }

// Run does it.
func (c EndMembership) Run(ctx context.Context, conn *grpc.ClientConn, out Output) error {
	answer, err := identityv1.NewMembershipServiceClient(conn).EndMembership(ctx, &identityv1.EndMembershipRequest{MembershipId: c.ID})
	if err != nil {
		return err
	}
	return showMemberships(out, answer, answer.GetMembership())
}

func showMemberships(out Output, message proto.Message, memberships ...*identityv1.Membership) error {
	var rows [][]string
	for _, m := range memberships {
		card := ""
		if m.GetHasCard() {
			card = "card"
		}
		rows = append(rows, []string{
			m.GetMembershipId(), word(m.GetType(), membershipPrefix), m.GetNumber(), m.GetProgramme() + m.GetDepartment() + m.GetEntity(),
			m.GetStatus(), m.GetValidUntil(), moment(m.GetEndedAt()), card,
		})
	}
	return out.table(message, []string{"ID", "TYPE", "NUMBER", "WHERE", "STATUS", "VALID UNTIL", "ENDED", "CARD"}, rows)
}
