package identity

import (
	"google.golang.org/protobuf/types/known/timestamppb"

	identityv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/identity/v1"
	"github.com/ventanilla/ventanilla/services/identity/internal/store"
)

// membershipLetters are the letters of cards by the contract's names.
var membershipLetters = map[identityv1.MembershipType]store.MembershipType{
	identityv1.MembershipType_MEMBERSHIP_TYPE_STUDENT_UPPER_SECONDARY: "B",
	identityv1.MembershipType_MEMBERSHIP_TYPE_STUDENT_UNDERGRADUATE:   "L",
	identityv1.MembershipType_MEMBERSHIP_TYPE_STUDENT_POSTGRADUATE:    "P",
	identityv1.MembershipType_MEMBERSHIP_TYPE_WORKER_ADMINISTRATIVE:   "A",
	identityv1.MembershipType_MEMBERSHIP_TYPE_WORKER_TEACHING:         "D",
	identityv1.MembershipType_MEMBERSHIP_TYPE_EXTERNAL:                "E",
	identityv1.MembershipType_MEMBERSHIP_TYPE_STAFF:                   "S",
}

func membershipToProto(m store.Membership) *identityv1.Membership {
	out := &identityv1.Membership{
		MembershipId: m.ID, PersonId: m.PersonID, Type: protoKind(membershipLetters, m.Type), Number: m.Number,
		Programme: m.Programme, AcademicUnit: m.AcademicUnit, Department: m.Department, Entity: m.Entity,
		Term: m.Term, Status: m.Status, Position: m.Position, HiredOn: m.HiredOn, SalaryLevel: m.SalaryLevel,
		ValidUntil: m.ValidUntil, HasCard: m.HasCard,
		CreatedAt: timestamppb.New(m.CreatedAt), UpdatedAt: timestamppb.New(m.UpdatedAt),
	}
	if !m.EndedAt.IsZero() {
		out.EndedAt = timestamppb.New(m.EndedAt)
	}
	return out
}
