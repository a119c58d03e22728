package identity_test

import (
	"context"
	"database/sql"
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ventanilla/ventanilla/pkg/auditlog"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
	identityv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/identity/v1"
)

func (r *replica) protection() identityv1.DataProtectionServiceClient {
	return identityv1.NewDataProtectionServiceClient(r.As("gateway"))
}

func (r *replica) exportPerson(ctx context.Context, id string) ([]byte, error) {
	answer, err := r.protection().ExportPerson(ctx, &identityv1.ExportPersonRequest{PersonId: id, Reason: "request 17"})
	return answer.GetDocument(), err
}

func (r *replica) erase(ctx context.Context, id string) (int64, error) {
	answer, err := r.protection().ErasePerson(ctx, &identityv1.ErasePersonRequest{PersonId: id, Reason: "request 18"})
	return answer.GetRevokedCards(), err
}

// known stores the holder with identifiers, facts and a household that somebody else is in too.
func (r *replica) known() (card *identityv1.Card, household string) {
	r.T.Helper()
	card = r.issue(r.holder())
	r.plainPerson("production", "p-other")
	r.exec(`INSERT INTO identifier (data_set, kind, value, person_id) VALUES ('production', 'curp', 'NUNM900101MJCXXX09', 'p-1')`)
	conn, editor, now := r.As("gateway"), r.ByOperator("editor"), r.Clock.Now().Truncate(time.Millisecond)
	homes := identityv1.NewHouseholdServiceClient(conn)
	made, err := homes.CreateHousehold(editor, &identityv1.CreateHouseholdRequest{HouseholdKey: "home 7"})
	check(r.T, err)
	household = made.GetHousehold().GetHouseholdId()
	_, err = homes.RecordHouseholdMembers(editor, &identityv1.RecordHouseholdMembersRequest{HouseholdId: household, Members: []*identityv1.HouseholdMember{
		{PersonId: "p-1", Relation: identityv1.HouseholdRelation_HOUSEHOLD_RELATION_HEAD, Statement: stated(now, "1")},
		{PersonId: "p-other", Relation: identityv1.HouseholdRelation_HOUSEHOLD_RELATION_CHILD, Statement: stated(now, "2")},
	}})
	check(r.T, err)
	_, err = identityv1.NewFactServiceClient(conn).RecordFacts(editor, &identityv1.RecordFactsRequest{
		Subject: aboutPerson("p-1"), Facts: []*identityv1.Fact{fact("schooling", "primary", stated(now, "3")), fact("schooling", nil, stated(now, "4"))},
	})
	check(r.T, err)
	return card, household
}

func TestAPersonIsExportedWhole(t *testing.T) {
	onBoth(t, func(t *testing.T, p *platform) {
		r := p.replica()
		c, household := r.known()
		first, err := r.exportPerson(p.ByOperator("support"), "p-1")
		check(t, err)
		var got struct {
			Person struct {
				PersonID    string `json:"person_id"`
				Identifiers []struct{ Kind, Value string }
				Contacts    []struct{ Value string }
			}
			Memberships []struct {
				ID    string  `json:"membership_id"`
				Ended *string `json:"ended_at"`
			}
			Cards      []struct{ Folio, Text string }
			Facts      []struct{ Value any }
			Households []struct {
				ID     string `json:"household_id"`
				Key    string `json:"household_key"`
				Member struct {
					PersonID string `json:"person_id"`
					Relation string
				}
			}
			Accesses []struct{ Act, Target string }
			Complete bool `json:"accesses_complete"`
		}
		check(t, json.Unmarshal(first, &got))
		switch {
		case got.Person.PersonID != "p-1" || len(got.Person.Identifiers) != 1 || got.Person.Identifiers[0].Value != "NUNM900101MJCXXX09":
			t.Errorf("person %+v", got.Person)
		case len(got.Person.Contacts) != 2 || got.Person.Contacts[0].Value != "maria@example.org":
			t.Errorf("contacts %+v", got.Person.Contacts)
		case len(got.Memberships) != 3 || got.Memberships[2].ID != "m-3" || got.Memberships[2].Ended == nil:
			t.Errorf("memberships %+v", got.Memberships)
		case len(got.Cards) != 1 || got.Cards[0].Folio != c.GetFolio() || got.Cards[0].Text != c.GetText():
			t.Errorf("cards %+v", got.Cards)
		case len(got.Facts) != 2 || got.Facts[0].Value != "primary" || got.Facts[1].Value != nil:
			t.Errorf("facts %+v", got.Facts)
		case len(got.Households) != 1 || got.Households[0].ID != household || got.Households[0].Key != "home 7" ||
			got.Households[0].Member.PersonID != "p-1" || got.Households[0].Member.Relation != "HOUSEHOLD_RELATION_HEAD":
			t.Errorf("households %+v", got.Households)
		case len(got.Accesses) != 3 || got.Accesses[0].Act != "RecordFacts" || got.Accesses[0].Target != "pseudonym of 1" || !got.Complete:
			t.Errorf("accesses %+v", got.Accesses)
		case strings.Contains(string(first), "p-other"):
			t.Error("the export has another person")
		}
		// Members come in the same order each time; the second export has the first among its accesses.
		second, err := r.exportPerson(p.ByOperator("security"), "p-1")
		check(t, err)
		before, _, ok := strings.Cut(string(first), "  \"accesses\": [\n")
		if !ok || !strings.HasPrefix(string(second), before) || !strings.Contains(string(second), `"purpose": "request 17"`) {
			t.Errorf("the second export is\n%s", second)
		}
		last := 0
		for _, member := range []string{"person", "memberships", "cards", "facts", "households", "accesses", "accesses_complete"} {
			at := strings.Index(string(first), "\n  \""+member+"\": ")
			if at < last {
				t.Errorf("%s is at %d, behind %d", member, at, last)
			}
			last = at
		}
		entry := r.accesses(&identityv1.ListAccessesRequest{Act: "ExportPerson"})[1]
		if entry.GetTarget() != "pseudonym of 1" || entry.GetPurpose() != "request 17" || strings.Join(entry.GetFields(), " ") !=
			"person memberships cards facts households accesses" {
			t.Errorf("entered %v", entry)
		}
	})
}

// An export is one message, however much is in the log.
func TestAnExportHasAsManyAccessesAsFit(t *testing.T) {
	onBoth(t, func(t *testing.T, p *platform) {
		r := p.replica()
		p.plainPerson("production", "anna")
		entries := make([]auditlog.Entry, 3000)
		for i := range entries {
			entries[i] = auditlog.Entry{
				At: p.Clock.Now(), Actor: "client:c1", Act: "GetPerson", Target: p.pseudonymOf("anna"),
				Detail: []byte(`{"purpose":"` + strings.Repeat("x", 500) + `"}`),
			}
		}
		check(t, p.DB.InTx(t.Context(), func(tx *sql.Tx) error { return auditlog.AppendAll(t.Context(), tx, entries) }))
		document, err := r.exportPerson(p.ByOperator("support"), "anna")
		check(t, err)
		var got struct {
			Accesses []any
			Complete bool `json:"accesses_complete"`
		}
		check(t, json.Unmarshal(document, &got))
		if len(document) > 1<<20 || len(got.Accesses) < 1000 || len(got.Accesses) >= 3000 || got.Complete {
			t.Errorf("%d accesses in %d bytes, complete: %v", len(got.Accesses), len(document), got.Complete)
		}
	})
}

func TestAnErasedPersonIsGone(t *testing.T) {
	onBoth(t, func(t *testing.T, p *platform) {
		r := p.replica()
		c, household := r.known()
		if revoked, err := r.erase(p.ByOperator("security"), "p-1"); err != nil || revoked != 1 {
			t.Fatalf("%d cards revoked, %v", revoked, err)
		}
		if _, err := r.erase(p.ByOperator("security"), "p-1"); err == nil {
			t.Error("the person was erased twice")
		} else {
			wantReason(t, err, errorsv1.Reason_REASON_PERSON_NOT_FOUND)
		}
		for name, call := range map[string]func() error{
			"get": func() error {
				_, err := identityv1.NewPersonServiceClient(r.As("gateway")).GetPerson(p.ByOperator("viewer"),
					&identityv1.GetPersonRequest{PersonId: "p-1", Access: because()})
				return err
			},
			"accesses": func() error { _, err := r.lookUp(p.ByOperator("support"), "p-1"); return err },
			"export":   func() error { _, err := r.exportPerson(p.ByOperator("support"), "p-1"); return err },
			"facts": func() error {
				_, err := identityv1.NewFactServiceClient(r.As("gateway")).GetFacts(p.ByOperator("support"),
					&identityv1.GetFactsRequest{Subject: aboutPerson("p-1"), Access: because()})
				return err
			},
		} {
			t.Run(name, func(t *testing.T) { wantReason(t, call(), errorsv1.Reason_REASON_PERSON_NOT_FOUND) })
		}
		home, err := identityv1.NewHouseholdServiceClient(r.As("gateway")).GetHousehold(p.ByOperator("support"),
			&identityv1.GetHouseholdRequest{HouseholdId: household, Access: because()})
		if err != nil || len(home.GetHousehold().GetMembers()) != 1 || home.GetHousehold().GetMembers()[0].GetPersonId() != "p-other" {
			t.Errorf("the household is %v, %v", home, err)
		}

		// Folio and signature go on being refused, here and offline.
		if got, err := r.status(c); err != nil || got.GetState() != revoked ||
			got.GetRevocationReason() != identityv1.RevocationReason_REVOCATION_REASON_ERASED {
			t.Errorf("the card is %v, %v", got, err)
		}
		_, err = r.profile(p.byClient(inProduction, "perfil"), c, false)
		wantReason(t, err, errorsv1.Reason_REASON_CARD_REVOKED)
		if len(p.logged("card:"+c.GetFolio())) != 2 {
			t.Errorf("entered %v", p.logged("card:"+c.GetFolio()))
		}

		// What the log has stays, and leads to nobody.
		entries := r.accesses(&identityv1.ListAccessesRequest{Target: "pseudonym of 1"})
		if len(entries) != 4 || entries[0].GetAct() != "ErasePerson" || entries[0].GetActor() != "ana" || entries[0].GetPurpose() != "request 18" {
			t.Errorf("entries %v", entries)
		}
		if n := p.count(`SELECT COUNT(*) FROM person WHERE pseudonym = 'pseudonym of 1'`); n != 0 {
			t.Error("the pseudonym leads to a person")
		}
		r.sealedAccesses()
	})
}

func TestWhoMayExportAndErase(t *testing.T) {
	onBoth(t, func(t *testing.T, p *platform) {
		r := p.replica()
		p.plainPerson("staging", "anna")
		for name, call := range map[string]struct {
			roles []string
			call  func(ctx context.Context, id string) error
		}{
			"export": {[]string{"support", "security"}, func(ctx context.Context, id string) error { _, err := r.exportPerson(ctx, id); return err }},
			"erase":  {[]string{"security"}, func(ctx context.Context, id string) error { _, err := r.erase(ctx, id); return err }},
		} {
			for _, role := range allRoles {
				want := errorsv1.Reason_REASON_PERMISSION_DENIED
				if slices.Contains(call.roles, role) {
					want = errorsv1.Reason_REASON_PERSON_NOT_FOUND
				}
				for _, id := range []string{"nobody", "a\x00b"} {
					t.Run(name+" by "+role, func(t *testing.T) { wantReason(t, call.call(p.ByOperator(role), id), want) })
				}
			}
			wantReason(t, call.call(p.byClient(inStaging, "identity.read", "identity.write"), "anna"), errorsv1.Reason_REASON_PERMISSION_DENIED)
			wantReason(t, call.call(p.ByPeer("benefits"), "anna"), errorsv1.Reason_REASON_PERMISSION_DENIED)
		}
		_, err := r.protection().ErasePerson(p.ByOperator("security"), &identityv1.ErasePersonRequest{PersonId: "anna"})
		wantReason(t, err, errorsv1.Reason_REASON_FIELD_MISSING)
		_, err = r.protection().ExportPerson(p.ByOperator("security"), &identityv1.ExportPersonRequest{PersonId: "anna", Reason: strings.Repeat("x", 161)})
		wantReason(t, err, errorsv1.Reason_REASON_FIELD_INVALID)

		// Without the log nothing leaves, and nobody goes.
		p.exec(`ALTER TABLE log_entry RENAME TO away`)
		document, err := r.exportPerson(p.ByOperator("security"), "anna")
		if err == nil || document != nil {
			t.Errorf("exported %s, %v", document, err)
		}
		if _, err := r.erase(p.ByOperator("security"), "anna"); err == nil || p.count(`SELECT COUNT(*) FROM person`) != 1 {
			t.Errorf("erased without an entry: %v", err)
		}
	})
}
