package identity_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
	identityv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/identity/v1"
)

func (r *replica) profile(ctx context.Context, c *identityv1.Card, extended bool) (*identityv1.GetProfileResponse, error) {
	return identityv1.NewProfileServiceClient(r.As("gateway")).GetProfile(ctx, &identityv1.GetProfileRequest{
		Folio: c.GetFolio(), Signature: c.GetSignature(), Extended: extended,
		Access: &identityv1.Access{Purpose: "perfil iDDi por folio", OnBehalfOf: "the library"},
	})
}

// holder stores a person who studies with a card, teaches without one, and has left the hospital.
func (p *platform) holder() (membership string) {
	p.T.Helper()
	membership = p.enter(student("1"))
	p.exec(`UPDATE person SET contacts = $1, photo_url = 'https://photos.example/1', photo_accepted = 1, mobile_identity = 1 WHERE person_id = 'p-1'`,
		`[{"kind":"email","value":"maria@example.org","verified_at":"2026-01-02T03:04:05Z"},{"kind":"phone","value":"33 1234 5678"}]`)
	p.exec(`UPDATE membership SET term = 'AGO2013', academic_unit = 'CUCSH' WHERE membership_id = 'm-1'`)
	p.exec(`INSERT INTO catalogue_entry (data_set, catalogue, code, name) VALUES ('production', 'academic_units', 'CUCSH', 'Ciencias Sociales'),
		('staging', 'academic_units', 'CUCSH', 'Otra')`)
	const columns = `INSERT INTO membership (membership_id, person_id, data_set, type, number, programme, academic_unit, department, entity,
		term, status, position, hired_on, salary_level, valid_until, ended_at, created_at, updated_at) VALUES `
	p.exec(columns + `('m-2', 'p-1', 'production', 'D', '1234', '', '', '6895', '', '', 'ACTIVO', 'Profesora', '2020-02-03', 'B', '2030-12-31', NULL, 5, 6)`)
	p.exec(columns+`('m-3', 'p-1', 'production', 'E', '', '', '', '', 'Hospital Civil', '', 'ACTIVO', '', '', '', '', $1, 5, 6)`, p.Clock.Now().UnixMilli())
	return membership
}

func TestProfiles(t *testing.T) {
	onBoth(t, func(t *testing.T, p *platform) {
		r := p.replica()
		c := r.issue(p.holder())
		client := p.byClient(inProduction, "perfil", "perfil:extendido")
		student := &identityv1.Membership{
			MembershipId: "m-1", PersonId: "p-1", Type: identityv1.MembershipType_MEMBERSHIP_TYPE_STUDENT_UNDERGRADUATE, Number: "19003500",
			Programme: "6895", AcademicUnit: "CUCSH", Term: "AGO2013", Status: "INSCRITO", HasCard: true,
			CreatedAt: timestamppb.New(time.UnixMilli(1)), UpdatedAt: timestamppb.New(time.UnixMilli(1)),
		}
		teacher := &identityv1.Membership{
			MembershipId: "m-2", PersonId: "p-1", Type: identityv1.MembershipType_MEMBERSHIP_TYPE_WORKER_TEACHING, Number: "1234",
			Department: "6895", Status: "ACTIVO", Position: "Profesora", HiredOn: "2020-02-03", SalaryLevel: "B", ValidUntil: "2030-12-31",
			CreatedAt: timestamppb.New(time.UnixMilli(5)), UpdatedAt: timestamppb.New(time.UnixMilli(6)),
		}
		want := &identityv1.GetProfileResponse{
			Folio: c.GetFolio(), GivenNames: "María", FirstSurname: "Núñez", PhotoAccepted: true, HasCard: true, MobileIdentity: true,
			Contacts: []*identityv1.Contact{
				{
					Kind: identityv1.ContactKind_CONTACT_KIND_EMAIL, Value: "maria@example.org",
					VerifiedAt: timestamppb.New(time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)),
				},
				{Kind: identityv1.ContactKind_CONTACT_KIND_PHONE, Value: "33 1234 5678"},
			},
			PhotoUrl: "https://photos.example/1",
			Memberships: []*identityv1.ProfileMembership{
				{Membership: student, ProgrammeName: "Ciencias de la Educación", AcademicUnitName: "Ciencias Sociales"},
				{Membership: teacher, DepartmentName: "Secretaría de Docencia"},
			},
		}
		got, err := r.profile(client, c, true)
		check(t, err)
		if !proto.Equal(got, want) {
			t.Errorf("extended: got %v\nwant %v", got, want)
		}
		want.Contacts, want.PhotoUrl = nil, ""
		for _, m := range want.GetMemberships() {
			m.Membership.Number, m.Membership.Position, m.Membership.HiredOn, m.Membership.SalaryLevel = "", "", "", ""
		}
		got, err = r.profile(client, c, false)
		check(t, err)
		if !proto.Equal(got, want) {
			t.Errorf("basic: got %v\nwant %v", got, want)
		}

		// Each read is in the log with what it gave.
		basic := "folio given_names first_surname photo_accepted has_card mobile_identity memberships memberships.programme_name " +
			"memberships.academic_unit_name memberships.department_name memberships.membership_id memberships.person_id memberships.type " +
			"memberships.programme memberships.academic_unit memberships.department memberships.term memberships.status " +
			"memberships.valid_until memberships.has_card memberships.created_at memberships.updated_at"
		extended := slices.Sorted(slices.Values(append(strings.Fields(basic),
			"contacts", "photo_url", "memberships.number", "memberships.position", "memberships.hired_on", "memberships.salary_level")))
		entries := r.accesses(&identityv1.ListAccessesRequest{Target: "pseudonym of 1", Act: "GetProfile"})
		if len(entries) != 2 || entries[0].GetActor() != "client:c1" || entries[0].GetOnBehalfOf() != "the library" ||
			entries[0].GetPurpose() != "perfil iDDi por folio" || strings.Join(entries[0].GetFields(), " ") != basic ||
			!slices.Equal(slices.Sorted(slices.Values(entries[1].GetFields())), extended) {
			t.Errorf("entered %v", entries)
		}
		for _, entry := range entries {
			if strings.Contains(entry.GetText(), "maria") || strings.Contains(entry.GetText(), "María") || strings.Contains(entry.GetText(), "1234") {
				t.Errorf("the log has personal data: %s", entry.GetText())
			}
		}

		// Operators see contacts masked.
		got, err = r.profile(p.ByOperator("viewer"), c, true)
		check(t, err)
		if len(got.GetContacts()) != 2 || strings.Contains(got.GetContacts()[0].GetValue(), "maria") {
			t.Errorf("an operator sees %v", got.GetContacts())
		}

		// Past its last day the card still leads to its holder, who has none that is live.
		p.exec(`UPDATE card SET expires_at = $1`, p.Clock.Now().Add(-time.Second).UnixMilli())
		got, err = r.profile(client, c, false)
		check(t, err)
		if got.GetHasCard() || got.GetMemberships()[0].GetMembership().GetHasCard() {
			t.Errorf("has a live card: %v", got)
		}
		p.exec(`UPDATE membership SET ended_at = $1`, p.Clock.Now().UnixMilli())
		if got, err = r.profile(client, c, false); err != nil || len(got.GetMemberships()) != 0 || got.GetGivenNames() != "María" {
			t.Errorf("without memberships: %v, %v", got, err)
		}
	})
}

func TestWhoMayReadProfiles(t *testing.T) {
	onBoth(t, func(t *testing.T, p *platform) {
		r := p.replica()
		c := r.issue(p.holder())
		const none, denied = errorsv1.Reason_REASON_UNSPECIFIED, errorsv1.Reason_REASON_PERMISSION_DENIED
		for name, test := range map[string]struct {
			ctx             context.Context
			basic, extended errorsv1.Reason
		}{
			"both scopes":            {p.byClient(inProduction, "perfil", "perfil:extendido"), none, none},
			"one scope":              {p.byClient(inProduction, "perfil"), none, denied},
			"the wrong scopes":       {p.byClient(inProduction, "identity.read", "catalogo"), denied, denied},
			"extended alone":         {p.byClient(inProduction, "perfil:extendido"), denied, denied},
			"a peer":                 {p.ByPeer("benefits"), none, none},
			"a viewer":               {p.ByOperator("viewer"), none, none},
			"an operator of no role": {p.ByOperator(), denied, denied},
			"of the other data set": {
				p.byClient(inStaging, "perfil", "perfil:extendido"),
				errorsv1.Reason_REASON_CARD_NOT_FOUND, errorsv1.Reason_REASON_CARD_NOT_FOUND,
			},
			"nobody": {t.Context(), errorsv1.Reason_REASON_CREDENTIAL_MISSING, errorsv1.Reason_REASON_CREDENTIAL_MISSING},
		} {
			for extended, want := range map[bool]errorsv1.Reason{false: test.basic, true: test.extended} {
				if _, err := r.profile(test.ctx, c, extended); err != nil || want != none {
					t.Run(name, func(t *testing.T) { wantReason(t, err, want) })
				}
			}
		}
		call := func(req *identityv1.GetProfileRequest) error {
			_, err := identityv1.NewProfileServiceClient(r.As("gateway")).GetProfile(p.byClient(inProduction, "perfil"), req)
			return err
		}
		good := &identityv1.GetProfileRequest{Folio: c.GetFolio(), Signature: c.GetSignature(), Access: because()}
		for name, change := range map[string]func(*identityv1.GetProfileRequest){
			"folio":     func(req *identityv1.GetProfileRequest) { req.Folio = "a-b" },
			"signature": func(req *identityv1.GetProfileRequest) { req.Signature = req.GetSignature()[:85] },
			"its end":   func(req *identityv1.GetProfileRequest) { req.Signature = req.GetSignature()[:85] + "_" },
		} {
			req := proto.CloneOf(good)
			change(req)
			if err := call(req); err == nil || strings.Contains(err.Error(), req.GetSignature()) {
				t.Errorf("%s: %v", name, err)
			} else {
				wantReason(t, err, errorsv1.Reason_REASON_FIELD_INVALID)
			}
		}
		req := proto.CloneOf(good)
		req.Access = nil
		wantReason(t, call(req), errorsv1.Reason_REASON_FIELD_MISSING)
		req = proto.CloneOf(good)
		req.DataSet = inStaging
		wantReason(t, call(req), denied)
	})
}

// An unknown folio, a wrong signature and the other data set cost the same calls, give the same bytes and enter nothing.
func TestFoliosCannotBeProbedByProfiles(t *testing.T) {
	onBoth(t, func(t *testing.T, p *platform) {
		r := p.replica()
		c, other := r.issue(p.enter(student("1"))), r.issue(p.enter(student("2")))
		gone := r.issue(p.enter(student("3")))
		r.revoke(gone)
		before := p.count(`SELECT COUNT(*) FROM log_entry`)
		calls := r.service.CountProofs()
		var first []byte
		for name, asked := range map[string]struct {
			folio, signature string
			set              authv1.DataSet
		}{
			"unknown folio":            {"nobody", c.GetSignature(), inProduction},
			"wrong signature":          {c.GetFolio(), other.GetSignature(), inProduction},
			"revoked, wrong signature": {gone.GetFolio(), c.GetSignature(), inProduction},
			"of the other data set":    {c.GetFolio(), c.GetSignature(), inStaging},
		} {
			calls.Reset()
			_, err := r.profile(p.byClient(asked.set, "perfil"), &identityv1.Card{Folio: asked.folio, Signature: asked.signature}, false)
			wantReason(t, err, errorsv1.Reason_REASON_CARD_NOT_FOUND)
			bytes, failed := proto.MarshalOptions{Deterministic: true}.Marshal(status.Convert(err).Proto())
			check(t, failed)
			if first == nil {
				first = bytes
			}
			if string(bytes) != string(first) || calls.Finds() != 1 || calls.Verifications() != 1 {
				t.Errorf("%s: %d reads, %d verifications, bytes %q, others %q", name, calls.Finds(), calls.Verifications(), bytes, first)
			}
		}
		if after := p.count(`SELECT COUNT(*) FROM log_entry`); after != before {
			t.Errorf("%d entries about nothing", after-before)
		}
		_, err := r.profile(p.byClient(inProduction, "perfil"), gone, false)
		wantReason(t, err, errorsv1.Reason_REASON_CARD_REVOKED)
		if entry := p.logged("pseudonym of 3")[0]; !strings.Contains(entry, `"act":"GetProfile"`) || !strings.Contains(entry, `"refused":"card revoked"`) {
			t.Errorf("entered %s", entry)
		}
	})
}

// A profile whose reading cannot be entered stays where it is.
func TestNoProfileWithoutTheLog(t *testing.T) {
	onBoth(t, func(t *testing.T, p *platform) {
		r := p.replica()
		c, gone := r.issue(p.enter(student("1"))), r.issue(p.enter(student("2")))
		r.revoke(gone)
		p.exec(`ALTER TABLE log_entry RENAME TO away`)
		for _, asked := range []*identityv1.Card{c, gone} {
			got, err := r.profile(p.byClient(inProduction, "perfil"), asked, false)
			wantReason(t, err, errorsv1.Reason_REASON_UNAVAILABLE)
			if got != nil {
				t.Errorf("got %v", got)
			}
		}
		p.exec(`ALTER TABLE away RENAME TO log_entry`)
		if _, err := r.profile(p.byClient(inProduction, "perfil"), c, false); err != nil {
			t.Error(err)
		}
	})
}
