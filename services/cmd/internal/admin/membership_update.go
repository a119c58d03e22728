package admin

import (
	"context"
	"errors"

	"google.golang.org/grpc"
	"google.golang.org/protobuf/types/known/fieldmaskpb"

	identityv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/identity/v1"
)

// UpdateMembership changes a membership. Flags that are not given stay nil; an empty value takes one away.
type UpdateMembership struct {
	MembershipID
	Status       *string `help:"A code of the catalogue statuses." placeholder:"CODE"`
	Number       *string `help:"A student's or worker's number." placeholder:"NUMBER"`
	Programme    *string `help:"For students: a code of the catalogue programmes." placeholder:"CODE"`
	AcademicUnit *string `help:"For students: a code of the catalogue academic-units." placeholder:"CODE"`
	Term         *string `help:"For students: the term." placeholder:"TERM"`
	Department   *string `help:"For workers: a code of the catalogue departments." placeholder:"CODE"`
	Position     *string `help:"For workers: the post."`
	HiredOn      *string `help:"For workers: the day." placeholder:"2006-01-31"`
	SalaryLevel  *string `help:"For workers: the level."`
	Entity       *string `help:"For external and staff: the entity."`
	ValidUntil   *string `help:"The last day; empty for good." placeholder:"2006-01-31"`
}

// Validate is called when the command line was read.
func (c UpdateMembership) Validate() error {
	if len(c.paths()) == 0 {
		return errors.New("name what to change; --help lists the flags")
	}
	return nil
}

// paths are the fields of the contract that flags were given for.
func (c UpdateMembership) paths() []string {
	var paths []string
	for _, field := range []struct {
		path  string
		value *string
	}{
		{"status", c.Status},
		{"number", c.Number},
		{"programme", c.Programme},
		{"academic_unit", c.AcademicUnit},
		{"term", c.Term},
		{"department", c.Department},
		{"position", c.Position},
		{"hired_on", c.HiredOn},
		{"salary_level", c.SalaryLevel},
		{"entity", c.Entity},
		{"valid_until", c.ValidUntil},
	} {
		if field.value != nil {
			paths = append(paths, field.path)
		}
	}
	return paths
}

// Run does it.
func (c UpdateMembership) Run(ctx context.Context, conn *grpc.ClientConn, out Output) error {
	answer, err := identityv1.NewMembershipServiceClient(conn).UpdateMembership(ctx, &identityv1.UpdateMembershipRequest{
		Membership: &identityv1.Membership{
			MembershipId: c.ID, Status: orZero(c.Status), Number: orZero(c.Number), Programme: orZero(c.Programme),
			AcademicUnit: orZero(c.AcademicUnit), Term: orZero(c.Term), Department: orZero(c.Department), Position: orZero(c.Position),
			HiredOn: orZero(c.HiredOn), SalaryLevel: orZero(c.SalaryLevel), Entity: orZero(c.Entity), ValidUntil: orZero(c.ValidUntil),
		},
		UpdateMask: &fieldmaskpb.FieldMask{Paths: c.paths()},
	})
	if err != nil {
		return err
	}
	return showMemberships(out, answer, answer.GetMembership())
}
