package identity_test

import (
	"strings"
	"testing"

	"google.golang.org/protobuf/types/known/fieldmaskpb"

	identityv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/identity/v1"
)

// A change that changes nothing is no way around the access log, nor around the scope for reads.
func TestAnswersToChangesAreReads(t *testing.T) {
	onBoth(t, func(t *testing.T, p *platform) {
		r := p.replica()
		r.codes()
		persons, memberships := identityv1.NewPersonServiceClient(r.As("gateway")), identityv1.NewMembershipServiceClient(r.As("gateway"))
		id := p.createPerson(persons, valentina(t, "a")).GetPersonId()
		entered, err := memberships.CreateMembership(p.ByPeer("gateway"), &identityv1.CreateMembershipRequest{Membership: workerOf(id)})
		check(t, err)
		changePerson := &identityv1.UpdatePersonRequest{
			Person: &identityv1.Person{PersonId: id, MobileIdentity: valentina(t, "a").GetMobileIdentity()}, Reason: "rectified",
			UpdateMask: &fieldmaskpb.FieldMask{Paths: []string{"mobile_identity"}},
		}
		membership := entered.GetMembership().GetMembershipId()
		changeMembership := &identityv1.UpdateMembershipRequest{
			Membership: &identityv1.Membership{MembershipId: membership, Status: "ACTIVO"}, UpdateMask: &fieldmaskpb.FieldMask{Paths: []string{"status"}},
		}
		endMembership := &identityv1.EndMembershipRequest{MembershipId: membership}
		before := len(p.entered(p.pseudonym(id)))

		writer := p.byClient(production, "identity.write")
		person, err := persons.UpdatePerson(writer, changePerson)
		check(t, err)
		wantPerson(t, "to a writer", person.GetPerson(), &identityv1.Person{
			PersonId: id, DataSet: production, Version: 1, CreatedAt: person.GetPerson().GetCreatedAt(), UpdatedAt: person.GetPerson().GetUpdatedAt(),
		})
		changed, err := memberships.UpdateMembership(writer, changeMembership)
		check(t, err)
		wantMembership(t, "to a writer", changed.GetMembership(), &identityv1.Membership{
			MembershipId: membership, PersonId: id, CreatedAt: changed.GetMembership().GetCreatedAt(), UpdatedAt: changed.GetMembership().GetUpdatedAt(),
		})
		if entries := p.entered(p.pseudonym(id))[before:]; len(entries) != 0 {
			t.Errorf("nothing changed, nothing was read, and the log says %q", entries)
		}

		reader := p.byClient(production, "identity.read", "identity.write")
		_, err = persons.UpdatePerson(reader, changePerson)
		check(t, err)
		_, err = memberships.UpdateMembership(reader, changeMembership)
		check(t, err)
		_, err = memberships.EndMembership(reader, endMembership)
		check(t, err)
		ended, err := memberships.EndMembership(writer, endMembership)
		check(t, err)
		if got := ended.GetMembership(); got.GetPosition() != "" || got.GetNumber() != "" || got.GetEndedAt() == nil {
			t.Errorf("a writer got %v", got)
		}
		entries := p.entered(p.pseudonym(id))[before:]
		for i, parts := range [][]string{
			{`"act":"UpdatePerson"`, `"identifiers","contacts"`, `"purpose":"rectified"`},
			{`"act":"UpdateMembership"`, `"salary_level"`},
			{`"act":"EndMembership"`, `"fields":["ended_at"]`},
			{`"act":"EndMembership"`, `"salary_level"`},
		} {
			for _, part := range parts {
				if len(entries) != 4 || !strings.Contains(entries[i], part) {
					t.Fatalf("entry %d has no %s: %q", i, part, entries)
				}
			}
		}
	})
}
