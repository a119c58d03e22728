package identity_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/testing/protocmp"
	"google.golang.org/protobuf/types/known/fieldmaskpb"
	"google.golang.org/protobuf/types/known/timestamppb"

	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
	identityv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/identity/v1"
)

const (
	undergraduate = identityv1.MembershipType_MEMBERSHIP_TYPE_STUDENT_UNDERGRADUATE
	teaching      = identityv1.MembershipType_MEMBERSHIP_TYPE_WORKER_TEACHING
	external      = identityv1.MembershipType_MEMBERSHIP_TYPE_EXTERNAL
)

// codes puts what memberships of tests have into production's catalogues.
func (r *replica) codes() {
	r.T.Helper()
	catalogues := identityv1.NewCatalogueServiceClient(r.As("gateway"))
	for catalogue, code := range map[identityv1.Catalogue]string{
		identityv1.Catalogue_CATALOGUE_PROGRAMMES: "6895", identityv1.Catalogue_CATALOGUE_ACADEMIC_UNITS: "UACE", identityv1.Catalogue_CATALOGUE_DEPARTMENTS: "77",
	} {
		_, err := catalogues.PutCatalogueEntry(r.ByOperator("editor"), &identityv1.PutCatalogueEntryRequest{
			Entry: &identityv1.CatalogueEntry{Catalogue: catalogue, Code: code, Name: "CIENCIAS"},
		})
		check(r.T, err)
	}
}

func studentOf(personID string) *identityv1.Membership {
	return &identityv1.Membership{
		PersonId: personID, Type: undergraduate, Number: "19003500", Programme: "6895", AcademicUnit: "UACE", Term: "AGO2013", Status: "INSCRITO",
		ValidUntil: "2030-12-31",
	}
}

func workerOf(personID string) *identityv1.Membership {
	return &identityv1.Membership{
		PersonId: personID, Type: teaching, Number: "77", Department: "77", Status: "ACTIVO", Position: "PTC", HiredOn: "2001-02-03", SalaryLevel: "C",
	}
}

func externalOf(personID string) *identityv1.Membership {
	return &identityv1.Membership{PersonId: personID, Type: external, Entity: "IMSS", Status: "ACTIVO"}
}

func wantMembership(t testing.TB, what string, got, want *identityv1.Membership) {
	t.Helper()
	if diff := cmp.Diff(want, got, protocmp.Transform()); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

func TestAMembershipsLife(t *testing.T) {
	onBoth(t, func(t *testing.T, p *platform) {
		r := p.replica()
		r.codes()
		conn := r.As("gateway")
		memberships := identityv1.NewMembershipServiceClient(conn)
		person := p.createPerson(identityv1.NewPersonServiceClient(conn), valentina(t, "a")).GetPersonId()
		client := p.byClient(production, "identity.read", "identity.write")
		var want []*identityv1.Membership
		now := func() *timestamppb.Timestamp { return timestamppb.New(p.Clock.Now().Truncate(time.Millisecond)) }
		for _, m := range []*identityv1.Membership{studentOf(person), workerOf(person), externalOf(person)} {
			made, err := memberships.CreateMembership(client, &identityv1.CreateMembershipRequest{Membership: m})
			check(t, err)
			m.MembershipId, m.CreatedAt, m.UpdatedAt = made.GetMembership().GetMembershipId(), now(), now()
			wantMembership(t, "made", made.GetMembership(), m)
			want = append(want, m)
		}
		p.Clock.Advance(time.Minute)
		changed, err := memberships.UpdateMembership(client, &identityv1.UpdateMembershipRequest{
			Membership: &identityv1.Membership{MembershipId: want[0].GetMembershipId(), Status: "EGRESADO", Number: "not in the mask"},
			UpdateMask: &fieldmaskpb.FieldMask{Paths: []string{"status", "term"}},
		})
		check(t, err)
		want[0].Status, want[0].Term, want[0].UpdatedAt = "EGRESADO", "", now()
		wantMembership(t, "changed", changed.GetMembership(), want[0])
		p.Clock.Advance(time.Minute)
		for range 2 {
			ended, err := memberships.EndMembership(client, &identityv1.EndMembershipRequest{MembershipId: want[1].GetMembershipId()})
			check(t, err)
			if want[1].EndedAt == nil {
				want[1].EndedAt, want[1].UpdatedAt = now(), now()
			}
			wantMembership(t, "ended", ended.GetMembership(), want[1])
			p.Clock.Advance(time.Minute)
		}
		list, err := memberships.ListMemberships(client, &identityv1.ListMembershipsRequest{PersonId: person, Access: because()})
		check(t, err)
		if diff := cmp.Diff(want, list.GetMemberships(), protocmp.Transform()); diff != "" {
			t.Errorf("listed (-want +got):\n%s", diff)
		}

		var acts []string
		for _, text := range p.entered(p.pseudonym(person)) {
			_, text, _ = strings.Cut(text, `"act":"`)
			name, _, _ := strings.Cut(text, `"`)
			_, text, _ = strings.Cut(text, `"fields":[`)
			fields, _, _ := strings.Cut(text, `]`)
			acts = append(acts, name+" "+strings.ReplaceAll(fields, `"`, ""))
		}
		if diff := cmp.Diff([]string{
			"CreateMembership type,number,programme,academic_unit,term,status,valid_until",
			"CreateMembership type,number,department,status,position,hired_on,salary_level",
			"CreateMembership type,entity,status",
			"UpdateMembership term,status",
			"UpdateMembership membership_id,person_id,type,number,programme,academic_unit,status,valid_until,created_at,updated_at",
			"EndMembership ended_at",
			"EndMembership membership_id,person_id,type,number,department,status,position,hired_on,salary_level,ended_at,created_at,updated_at",
			"EndMembership membership_id,person_id,type,number,department,status,position,hired_on,salary_level,ended_at,created_at,updated_at",
			"ListMemberships membership_id,person_id,type,number,programme,academic_unit,department,entity,status,position,hired_on,salary_level," +
				"valid_until,ended_at,created_at,updated_at",
		}, acts[1:]); diff != "" {
			t.Errorf("the log (-want +got):\n%s", diff)
		}
	})
}

func TestMembershipsThatAreRefused(t *testing.T) {
	p := newPlatform(t)
	r := p.replica()
	r.codes()
	conn := r.As("gateway")
	memberships := identityv1.NewMembershipServiceClient(conn)
	person := p.createPerson(identityv1.NewPersonServiceClient(conn), valentina(t, "a")).GetPersonId()
	editor := p.ByOperator("editor")
	const wrong, absent = errorsv1.Reason_REASON_FIELD_INVALID, errorsv1.Reason_REASON_FIELD_MISSING
	for name, c := range map[string]struct {
		of     func(string) *identityv1.Membership
		field  string
		change func(*identityv1.Membership)
		reason errorsv1.Reason
	}{
		"a student without a number":    {studentOf, "number", func(m *identityv1.Membership) { m.Number = "" }, absent},
		"a student with a short number": {studentOf, "number", func(m *identityv1.Membership) { m.Number = "123" }, wrong},
		"a student without programme":   {studentOf, "programme", func(m *identityv1.Membership) { m.Programme = "" }, absent},
		"a student of another one":      {studentOf, "programme", func(m *identityv1.Membership) { m.Programme = "6896" }, wrong},
		"a student of none":             {studentOf, "programme", func(m *identityv1.Membership) { m.Programme = "X" }, wrong},
		"a student without unit":        {studentOf, "academic_unit", func(m *identityv1.Membership) { m.AcademicUnit = "" }, absent},
		"a student of a blank unit":     {studentOf, "academic_unit", func(m *identityv1.Membership) { m.AcademicUnit = " " }, absent},
		"a student of another unit":     {studentOf, "academic_unit", func(m *identityv1.Membership) { m.AcademicUnit = "uace" }, wrong},
		"a student with a department":   {studentOf, "department", func(m *identityv1.Membership) { m.Department = "77" }, wrong},
		"a student of an entity":        {studentOf, "entity", func(m *identityv1.Membership) { m.Entity = "IMSS" }, wrong},
		"a student with a post":         {studentOf, "position", func(m *identityv1.Membership) { m.Position = "PTC" }, wrong},
		"a student hired":               {studentOf, "hired_on", func(m *identityv1.Membership) { m.HiredOn = "2001-02-03" }, wrong},
		"a student with a salary":       {studentOf, "salary_level", func(m *identityv1.Membership) { m.SalaryLevel = "C" }, wrong},
		"a term of lines":               {studentOf, "term", func(m *identityv1.Membership) { m.Term = "A\nB" }, wrong},
		"no status":                     {studentOf, "status", func(m *identityv1.Membership) { m.Status = "" }, absent},
		"another status":                {studentOf, "status", func(m *identityv1.Membership) { m.Status = "inscrito" }, wrong},
		"a day that is none":            {studentOf, "valid_until", func(m *identityv1.Membership) { m.ValidUntil = "2023-02-29" }, wrong},
		"a day's form":                  {studentOf, "valid_until", func(m *identityv1.Membership) { m.ValidUntil = "tomorrow" }, wrong},
		"a worker without a number":     {workerOf, "number", func(m *identityv1.Membership) { m.Number = "" }, absent},
		"a worker with one digit":       {workerOf, "number", func(m *identityv1.Membership) { m.Number = "7" }, wrong},
		"a worker without department":   {workerOf, "department", func(m *identityv1.Membership) { m.Department = "" }, absent},
		"a worker of another one":       {workerOf, "department", func(m *identityv1.Membership) { m.Department = "78" }, wrong},
		"a worker with a programme":     {workerOf, "programme", func(m *identityv1.Membership) { m.Programme = "6895" }, wrong},
		"a worker with a term":          {workerOf, "term", func(m *identityv1.Membership) { m.Term = "AGO2013" }, wrong},
		"a worker hired on no day":      {workerOf, "hired_on", func(m *identityv1.Membership) { m.HiredOn = "2001-13-01" }, wrong},
		"an external without entity":    {externalOf, "entity", func(m *identityv1.Membership) { m.Entity = "" }, absent},
		"an external with a number":     {externalOf, "number", func(m *identityv1.Membership) { m.Number = "1234" }, wrong},
	} {
		t.Run(name, func(t *testing.T) {
			m := c.of(person)
			c.change(m)
			_, err := memberships.CreateMembership(editor, &identityv1.CreateMembershipRequest{Membership: m})
			wantViolation(t, err, c.reason, "membership."+c.field)
			good, err := memberships.CreateMembership(editor, &identityv1.CreateMembershipRequest{Membership: c.of(person)})
			check(t, err)
			m.MembershipId = good.GetMembership().GetMembershipId()
			_, err = memberships.UpdateMembership(editor, &identityv1.UpdateMembershipRequest{Membership: m, UpdateMask: &fieldmaskpb.FieldMask{Paths: []string{c.field}}})
			wantViolation(t, err, c.reason, "membership."+c.field)
			ended, err := memberships.EndMembership(editor, &identityv1.EndMembershipRequest{MembershipId: m.GetMembershipId()})
			check(t, err)
			after := proto.CloneOf(good.GetMembership())
			after.EndedAt = ended.GetMembership().GetEndedAt()
			wantMembership(t, "after a refused change", ended.GetMembership(), after)
			p.deleteMemberships()
		})
	}
	_, err := memberships.UpdateMembership(editor, &identityv1.UpdateMembershipRequest{
		Membership: &identityv1.Membership{MembershipId: "x"}, UpdateMask: &fieldmaskpb.FieldMask{Paths: []string{"type"}},
	})
	wantViolation(t, err, wrong, "update_mask.paths[0]")
	_, err = memberships.UpdateMembership(editor, &identityv1.UpdateMembershipRequest{UpdateMask: &fieldmaskpb.FieldMask{Paths: []string{"status"}}})
	wantViolation(t, err, absent, "membership.membership_id")
}

// deleteMemberships makes room for more of a person's.
func (p *platform) deleteMemberships() {
	p.T.Helper()
	_, err := p.DB.Write.ExecContext(p.T.Context(), `DELETE FROM membership`)
	check(p.T, err)
}

func TestMembershipsThatExist(t *testing.T) {
	onBoth(t, func(t *testing.T, p *platform) {
		r := p.replica()
		r.codes()
		conn := r.As("gateway")
		memberships := identityv1.NewMembershipServiceClient(conn)
		person := p.createPerson(identityv1.NewPersonServiceClient(conn), valentina(t, "a")).GetPersonId()
		create := func(m *identityv1.Membership) (*identityv1.Membership, error) {
			made, err := memberships.CreateMembership(p.ByOperator("editor"), &identityv1.CreateMembershipRequest{Membership: m})
			return made.GetMembership(), err
		}
		const exists = errorsv1.Reason_REASON_MEMBERSHIP_EXISTS
		first, err := create(studentOf(person))
		check(t, err)
		_, err = create(studentOf(person))
		wantReason(t, err, exists)
		other := studentOf(person)
		other.Number = "19003501"
		second, err := create(other)
		check(t, err)
		number := func(m *identityv1.Membership, number string) error {
			_, err := memberships.UpdateMembership(p.ByOperator("editor"), &identityv1.UpdateMembershipRequest{
				Membership: &identityv1.Membership{MembershipId: m.GetMembershipId(), Number: number}, UpdateMask: &fieldmaskpb.FieldMask{Paths: []string{"number"}},
			})
			return err
		}
		wantReason(t, number(second, "19003500"), exists)
		_, err = memberships.EndMembership(p.ByOperator("editor"), &identityv1.EndMembershipRequest{MembershipId: first.GetMembershipId()})
		check(t, err)
		check(t, number(second, "19003500"))
		for i := range 62 {
			other.Number = fmt.Sprint(1000 + i)
			_, err := create(other)
			check(t, err)
		}
		other.Number = "1-1-1"
		_, err = create(other)
		wantField(t, err, "membership.person_id")
	})
}

// What belongs to the other data set does not exist for a client, and what a client's scopes do not name is forbidden.
func TestClientsAndMemberships(t *testing.T) {
	p := newPlatform(t)
	r := p.replica()
	r.codes()
	conn := r.As("gateway")
	memberships := identityv1.NewMembershipServiceClient(conn)
	person := p.createPerson(identityv1.NewPersonServiceClient(conn), valentina(t, "a")).GetPersonId()
	made, err := memberships.CreateMembership(p.ByPeer("gateway"), &identityv1.CreateMembershipRequest{Membership: studentOf(person)})
	check(t, err)
	id, nobody := made.GetMembership().GetMembershipId(), "nobody\x00"
	const noPerson, noMembership = errorsv1.Reason_REASON_PERSON_NOT_FOUND, errorsv1.Reason_REASON_MEMBERSHIP_NOT_FOUND
	for name, c := range map[string]struct {
		scope string
		call  func(ctx context.Context, person, membership string) error
		want  errorsv1.Reason
	}{
		"create": {"identity.write", func(ctx context.Context, person, _ string) error {
			_, err := memberships.CreateMembership(ctx, &identityv1.CreateMembershipRequest{Membership: workerOf(person)})
			return err
		}, noPerson},
		"list": {"identity.read", func(ctx context.Context, person, _ string) error {
			_, err := memberships.ListMemberships(ctx, &identityv1.ListMembershipsRequest{PersonId: person, Access: because()})
			return err
		}, noPerson},
		"update": {"identity.write", func(ctx context.Context, _, membership string) error {
			_, err := memberships.UpdateMembership(ctx, &identityv1.UpdateMembershipRequest{
				Membership: &identityv1.Membership{MembershipId: membership, Status: "A PAGO"}, UpdateMask: &fieldmaskpb.FieldMask{Paths: []string{"status"}},
			})
			return err
		}, noMembership},
		"end": {"identity.write", func(ctx context.Context, _, membership string) error {
			_, err := memberships.EndMembership(ctx, &identityv1.EndMembershipRequest{MembershipId: membership})
			return err
		}, noMembership},
	} {
		t.Run(name, func(t *testing.T) {
			other := map[string]string{"identity.write": "identity.read", "identity.read": "identity.write"}[c.scope]
			wantReason(t, c.call(p.byClient(production, other, "catalogo"), person, id), errorsv1.Reason_REASON_PERMISSION_DENIED)
			wantReason(t, c.call(p.byClient(staging, c.scope), person, id), c.want)
			wantReason(t, c.call(p.byClient(production, c.scope), nobody, nobody), c.want)
			if c.scope == "identity.write" {
				wantReason(t, c.call(p.ByOperator("viewer", "support", "publisher", "security"), person, id), errorsv1.Reason_REASON_PERMISSION_DENIED)
			}
			check(t, c.call(p.byClient(production, c.scope), person, id))
		})
	}
}
