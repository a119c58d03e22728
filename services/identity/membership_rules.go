package identity

import (
	"regexp"
	"slices"
	"strings"

	"github.com/ventanilla/ventanilla/pkg/rpcerr"

	"github.com/ventanilla/ventanilla/pkg/rpcserver"
	identityv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/identity/v1"
	"github.com/ventanilla/ventanilla/services/identity/internal/store"
)

// studentNumber is the form of a student's number; workers' may be shorter.
var studentNumber = regexp.MustCompile(`^[-0-9XBLMOV]{4,12}$`)

// membershipShape says which of the fields that not all memberships have those of a type need, and may have.
type membershipShape struct{ needs, may []string }

var (
	studentShape = membershipShape{needs: []string{"number", "programme", "academic_unit"}, may: []string{"term"}}
	workerShape  = membershipShape{needs: []string{"number", "department"}, may: []string{"position", "hired_on", "salary_level"}}
	otherShape   = membershipShape{needs: []string{"entity"}}
)

func shapeOf(letter store.MembershipType) membershipShape {
	switch letter {
	case "B", "L", "P":
		return studentShape
	case "A", "D":
		return workerShape
	}
	return otherShape
}

// checkedMembership is membershipFromProto for a membership that has not been through the server's validation. Fields in errors
// begin with "membership.".
func (s *Service) checkedMembership(in *identityv1.Membership) (store.Membership, error) {
	if err := rpcserver.Validate(s.contract, &identityv1.CreateMembershipRequest{Membership: in}); err != nil {
		return store.Membership{}, err
	}
	return membershipFromProto(in)
}

// membershipFromProto checks what the contract's own rules cannot say, but for the codes, which the store looks up, and
// returns the membership as it is stored.
func membershipFromProto(in *identityv1.Membership) (store.Membership, error) {
	m := store.Membership{
		PersonID: in.GetPersonId(), Type: membershipLetters[in.GetType()], Number: in.GetNumber(),
		Programme: in.GetProgramme(), AcademicUnit: in.GetAcademicUnit(), Department: in.GetDepartment(), Entity: in.GetEntity(),
		Term: in.GetTerm(), Status: in.GetStatus(), Position: in.GetPosition(), HiredOn: in.GetHiredOn(), SalaryLevel: in.GetSalaryLevel(),
		ValidUntil: in.GetValidUntil(),
	}
	shape := shapeOf(m.Type)
	for _, field := range []struct{ name, value string }{
		{"number", m.Number},
		{"programme", m.Programme},
		{"academic_unit", m.AcademicUnit},
		{"department", m.Department},
		{"entity", m.Entity},
		{"term", m.Term},
		{"position", m.Position},
		{"hired_on", m.HiredOn},
		{"salary_level", m.SalaryLevel},
	} {
		at, needed := "membership."+field.name, slices.Contains(shape.needs, field.name)
		switch {
		case needed && strings.TrimSpace(field.value) == "":
			return m, rpcerr.Missing(at)
		case !needed && field.value != "" && !slices.Contains(shape.may, field.name):
			return m, rpcerr.Invalid(at, "is not for memberships of the type")
		}
		if err := plain(at, field.value); err != nil {
			return m, err
		}
	}
	if slices.Contains(shape.needs, "programme") && !studentNumber.MatchString(m.Number) {
		return m, rpcerr.Invalid("membership.number", "must be 4 to 12 of the characters -0123456789XBLMOV")
	}
	if err := date("membership.hired_on", m.HiredOn); err != nil {
		return m, err
	}
	return m, date("membership.valid_until", m.ValidUntil)
}
