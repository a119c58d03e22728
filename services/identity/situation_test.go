package identity_test

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/testing/protocmp"
	"google.golang.org/protobuf/types/known/structpb"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/ventanilla/ventanilla/pkg/authn"
	"github.com/ventanilla/ventanilla/pkg/testkit"
	authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
	identityv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/identity/v1"
)

const child = identityv1.HouseholdRelation_HOUSEHOLD_RELATION_CHILD

// family is an invented household: Leo, the child, was recorded before Ana, the head.
type family struct {
	home, ana, leo string
	since          time.Time
}

const anasRUT = "12345678-5"

func (r *replica) family() family {
	conn, editor := r.As("gateway"), r.ByOperator("editor")
	persons, households, facts := identityv1.NewPersonServiceClient(conn), identityv1.NewHouseholdServiceClient(conn), identityv1.NewFactServiceClient(conn)
	f := family{since: r.Clock.Now().Truncate(time.Millisecond).AddDate(0, -1, 0)}
	f.ana = r.createPerson(persons, &identityv1.Person{
		UniqueKey: "ana", GivenNames: "ANA MARÍA", FirstSurname: "SOTO", SecondSurname: "ROJAS", BirthDate: "1980-02-29",
		Identifiers: []*identityv1.Identifier{{Kind: rut, Value: anasRUT}},
	}).GetPersonId()
	f.leo = r.createPerson(persons, &identityv1.Person{UniqueKey: "leo", GivenNames: "LEO", FirstSurname: "SOTO"}).GetPersonId()
	made, err := households.CreateHousehold(editor, &identityv1.CreateHouseholdRequest{HouseholdKey: "H"})
	check(r.T, err)
	f.home = made.GetHousehold().GetHouseholdId()
	_, err = households.RecordHouseholdMembers(editor, &identityv1.RecordHouseholdMembersRequest{HouseholdId: f.home, Members: []*identityv1.HouseholdMember{
		memberOf(f.leo, child, stated(f.since, "")), memberOf(f.ana, head, stated(f.since, "")),
	}})
	check(r.T, err)
	for subject, told := range map[*identityv1.FactSubject][]*identityv1.Fact{
		aboutPerson(f.ana):     {fact("work.formal", false, stated(f.since, "")), fact("work.hours", 45, stated(f.since, "")), fact("health.scheme", "FONASA", stated(f.since, ""))},
		aboutHousehold(f.home): {fact("household.rsh_tranche", 40, stated(f.since, "")), fact("household.commune", "Coyhaique", stated(f.since, ""))},
	} {
		_, err := facts.RecordFacts(editor, &identityv1.RecordFactsRequest{Subject: subject, Facts: told})
		check(r.T, err)
	}
	return f
}

func personID(id string) *identityv1.PersonKey {
	return &identityv1.PersonKey{Key: &identityv1.PersonKey_PersonId{PersonId: id}}
}

func personRUT(value string) *identityv1.PersonKey {
	return &identityv1.PersonKey{Key: &identityv1.PersonKey_Identifier{Identifier: &identityv1.Identifier{Kind: rut, Value: value}}}
}

func scope() *identityv1.SituationScope {
	return &identityv1.SituationScope{
		PersonFacts: []string{"work.formal", "health.scheme", "never.stated"}, HouseholdFacts: []string{"household.rsh_tranche"},
		Access: &identityv1.Access{Purpose: "beneficios potenciales", OnBehalfOf: "client:c9"},
	}
}

func (r *replica) situations() identityv1.SituationServiceClient {
	return identityv1.NewSituationServiceClient(r.As("benefits"))
}

// lastEntry is the newest entry of the access log about a target.
func (p *platform) lastEntry(target string) string {
	p.T.Helper()
	entries := p.entered(target)
	if len(entries) == 0 {
		p.T.Fatal("nothing was entered")
	}
	return entries[len(entries)-1]
}

func wantIn(t testing.TB, text string, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if !strings.Contains(text, part) {
			t.Errorf("no %s in %s", part, text)
		}
	}
}

func TestSituationsAreWhatRulesNeed(t *testing.T) {
	onBoth(t, func(t *testing.T, p *platform) {
		r := p.replica()
		f := r.family()
		got, err := r.situations().GetSituations(p.ByPeer("benefits"), &identityv1.GetSituationsRequest{
			Persons: []*identityv1.PersonKey{personID("nobody"), personRUT("12.345.678-5"), personID(f.leo), personRUT("1-9"), personID(f.ana)}, Scope: scope(),
		})
		check(t, err)
		home := &identityv1.HouseholdSituation{
			HouseholdId: f.home, Relation: head, BirthDates: []string{"", "1980-02-29"},
			Facts: map[string]*structpb.Value{"household.rsh_tranche": structpb.NewNumberValue(40)},
		}
		ana := &identityv1.Situation{PersonId: f.ana, BirthDate: "1980-02-29", Household: home, Facts: map[string]*structpb.Value{
			"work.formal": structpb.NewBoolValue(false), "health.scheme": structpb.NewStringValue("FONASA"),
		}}
		leos := proto.CloneOf(home)
		leos.Relation = child
		want := []*identityv1.Situation{{}, ana, {PersonId: f.leo, Household: leos}, {}, ana}
		if diff := cmp.Diff(want, got.GetSituations(), protocmp.Transform()); diff != "" {
			t.Errorf("situations (-want +got):\n%s", diff)
		}
		wantIn(t, p.lastEntry(p.set(f.ana, f.leo)), `"act":"GetSituations"`, `"actor":"peer:benefits"`, `"on_behalf_of":"client:c9"`,
			`"purpose":"beneficios potenciales"`, `"count":"2"`,
			`["birth_date","facts.health.scheme","facts.work.formal","household.relation","household.birth_dates","household.facts.household.rsh_tranche"]`)
	})
}

// The read of one person is among those about the person; that of none is none.
func TestTheSituationOfOneIsEnteredUnderItsPseudonym(t *testing.T) {
	onBoth(t, func(t *testing.T, p *platform) {
		r := p.replica()
		f := r.family()
		before := len(r.accesses(&identityv1.ListAccessesRequest{Act: "GetSituations"}))
		for i, persons := range [][]*identityv1.PersonKey{{personID("nobody")}, {personID("nobody"), personRUT(anasRUT), personID(f.ana)}} {
			_, err := r.situations().GetSituations(p.ByPeer("benefits"), &identityv1.GetSituationsRequest{Persons: persons, Scope: scope()})
			check(t, err)
			if entered := len(r.accesses(&identityv1.ListAccessesRequest{Act: "GetSituations"})) - before; entered != i {
				t.Errorf("%d entries, want %d", entered, i)
			}
		}
		last := p.lastEntry(p.pseudonym(f.ana))
		wantIn(t, last, `"act":"GetSituations"`, `"set":"`+p.set(f.ana, f.leo)+`"`)
		if strings.Contains(last, "count") {
			t.Errorf("entered %s", last)
		}
	})
}

// What was known at a time is what was answered then, whatever became known later.
func TestSituationsAsOfATime(t *testing.T) {
	onBoth(t, func(t *testing.T, p *platform) {
		r := p.replica()
		f := r.family()
		known, later := p.Clock.Now(), p.Clock.Advance(time.Hour)
		editor, conn := p.ByOperator("editor"), r.As("gateway")
		_, err := identityv1.NewFactServiceClient(conn).RecordFacts(editor, &identityv1.RecordFactsRequest{
			Subject: aboutPerson(f.ana), Facts: []*identityv1.Fact{fact("work.formal", true, stated(f.since, "")), fact("health.scheme", nil, stated(later, ""))},
		})
		check(t, err)
		_, err = identityv1.NewHouseholdServiceClient(conn).RecordHouseholdMembers(editor, &identityv1.RecordHouseholdMembersRequest{
			HouseholdId: f.home, Members: []*identityv1.HouseholdMember{memberOf(f.ana, none, stated(later, ""))},
		})
		check(t, err)
		for name, c := range map[string]struct {
			valid, known *time.Time
			formal       bool
			facts        int
			home         bool
		}{
			"now":                    {nil, nil, true, 1, false},
			"before it ended":        {&known, nil, true, 2, true},
			"as it was known before": {&later, &known, false, 2, true},
		} {
			want := scope()
			if c.valid != nil {
				want.ValidAt = timestamppb.New(*c.valid)
			}
			if c.known != nil {
				want.KnownAt = timestamppb.New(*c.known)
			}
			got, err := r.situations().GetSituations(p.ByPeer("benefits"), &identityv1.GetSituationsRequest{Persons: []*identityv1.PersonKey{personID(f.ana)}, Scope: want})
			check(t, err)
			ana := got.GetSituations()[0]
			if ana.GetFacts()["work.formal"].GetBoolValue() != c.formal || len(ana.GetFacts()) != c.facts || (ana.GetHousehold() != nil) != c.home {
				t.Errorf("%s: %v", name, ana)
			}
		}
	})
}

func TestSituationsAreForRolesAndClientsThatMayRead(t *testing.T) {
	p := newPlatform(t)
	r := p.replica()
	f := r.family()
	get := func(ctx context.Context, as string, scope *identityv1.SituationScope) (*identityv1.GetSituationsResponse, error) {
		return identityv1.NewSituationServiceClient(r.As(as)).GetSituations(ctx, &identityv1.GetSituationsRequest{Persons: []*identityv1.PersonKey{personID(f.ana)}, Scope: scope})
	}
	const denied = errorsv1.Reason_REASON_PERMISSION_DENIED
	for name, ctx := range map[string]context.Context{
		"an operator of every role": p.ByOperator("viewer", "support", "editor", "publisher", "security"),
		"a client without a scope":  p.byClient(production, "identity.write"),
	} {
		t.Run(name, func(t *testing.T) {
			_, err := get(ctx, "gateway", scope())
			wantReason(t, err, denied)
			_, err = identityv1.NewSituationServiceClient(r.As("gateway")).ListSituations(ctx, &identityv1.ListSituationsRequest{Scope: scope()})
			wantReason(t, err, denied)
		})
	}
	_, err := get(p.ByPeer("stranger"), "stranger", scope())
	wantReason(t, err, errorsv1.Reason_REASON_PEER_REFUSED)

	for set, found := range map[string]bool{"production": true, "staging": false} {
		client := p.byClient(production, "identity.read")
		if set == "staging" {
			client = p.byClient(staging, "identity.read")
		}
		got, err := get(client, "gateway", scope())
		check(t, err)
		if (got.GetSituations()[0].GetPersonId() != "") != found {
			t.Errorf("%s: %v", set, got)
		}
	}
	other := scope()
	other.DataSet = staging
	_, err = get(p.byClient(production, "identity.read"), "gateway", other)
	wantReason(t, err, denied)
	got, err := get(p.ByPeer("benefits"), "benefits", other)
	check(t, err)
	if got.GetSituations()[0].GetPersonId() != "" {
		t.Errorf("staging has production's %v", got)
	}
}

func TestNamesOfFactsAskedForHave1To64Characters(t *testing.T) {
	p := newPlatform(t)
	situations, ctx := p.replica().situations(), p.ByPeer("benefits")
	for field, change := range map[string]func(*identityv1.SituationScope){
		"scope.person_facts[1]": func(s *identityv1.SituationScope) {
			s.PersonFacts = []string{strings.Repeat("ñ", 64), strings.Repeat("n", 65)}
		},
		"scope.household_facts[0]": func(s *identityv1.SituationScope) { s.HouseholdFacts = []string{""} },
	} {
		want := scope()
		change(want)
		_, err := situations.GetSituations(ctx, &identityv1.GetSituationsRequest{Scope: want, Persons: []*identityv1.PersonKey{personID("p")}})
		wantField(t, err, field)
		_, err = situations.ListSituations(ctx, &identityv1.ListSituationsRequest{Scope: want})
		wantField(t, err, field)
	}
}

func TestSituationsAreListedPageByPage(t *testing.T) {
	onBoth(t, func(t *testing.T, p *platform) {
		r := p.replica()
		f := r.family()
		want := []string{f.ana, f.leo}
		for range 5 {
			want = append(want, p.resident("production"))
		}
		p.resident("staging")
		slices.Sort(want)
		var got []string
		req := &identityv1.ListSituationsRequest{PageSize: 3, Scope: scope()}
		for pages := 1; ; pages++ {
			page, err := r.situations().ListSituations(p.ByPeer("benefits"), req)
			check(t, err)
			var some []string
			for _, one := range page.GetSituations() {
				some = append(some, one.GetPersonId())
			}
			if len(some) > 1 {
				wantIn(t, p.lastEntry(p.set(some...)), `"act":"ListSituations"`, `"purpose":"beneficios potenciales"`)
			}
			got = append(got, some...)
			if req.PageToken = page.GetNextPageToken(); req.PageToken == "" {
				if pages != 3 {
					t.Errorf("%d pages", pages)
				}
				break
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("listed %v, want %v", got, want)
		}
	})
}

// An answer that would be too long for the wire is refused, or given in smaller pages.
func TestSituationsAreNoLongerThanAnAnswer(t *testing.T) {
	p := newPlatform(t)
	r := p.replica()
	facts, editor := identityv1.NewFactServiceClient(r.As("gateway")), p.ByOperator("editor")
	want := scope()
	want.PersonFacts = nil
	for i := range 200 {
		want.PersonFacts = append(want.PersonFacts, fmt.Sprintf("fact.n%d", i))
	}
	var keys []*identityv1.PersonKey
	for range 6 {
		id := p.resident("production")
		keys = append(keys, personID(id))
		for at := 0; at < 200; at += 50 {
			var some []*identityv1.Fact
			for _, name := range want.GetPersonFacts()[at : at+50] {
				some = append(some, fact(name, strings.Repeat("x", 4000), stated(p.Clock.Now(), "")))
			}
			_, err := facts.RecordFacts(editor, &identityv1.RecordFactsRequest{Subject: aboutPerson(id), Facts: some})
			check(t, err)
		}
	}
	_, err := r.situations().GetSituations(p.ByPeer("benefits"), &identityv1.GetSituationsRequest{Persons: keys, Scope: want})
	wantField(t, err, "persons")
	var listed int
	req := &identityv1.ListSituationsRequest{Scope: want}
	for pages := 0; pages == 0 || req.PageToken != ""; pages++ {
		page, err := r.situations().ListSituations(p.ByPeer("benefits"), req)
		check(t, err)
		listed += len(page.GetSituations())
		req.PageToken = page.GetNextPageToken()
	}
	if listed != len(keys) {
		t.Errorf("%d were listed", listed)
	}
}

func TestWrongKeysOfSituationsAreNamed(t *testing.T) {
	p := newPlatform(t)
	r := p.replica()
	later := scope()
	later.ValidAt = &timestamppb.Timestamp{Seconds: 1 << 60}
	for field, req := range map[string]*identityv1.GetSituationsRequest{
		"persons[1].identifier.value": {Persons: []*identityv1.PersonKey{personRUT("1-9"), personRUT("1-8")}, Scope: scope()},
		"scope.valid_at":              {Persons: []*identityv1.PersonKey{personRUT("1-9")}, Scope: later},
	} {
		_, err := r.situations().GetSituations(p.ByPeer("benefits"), req)
		wantField(t, err, field)
	}
}

// What cannot be entered in the log is not given out.
func TestSituationsThatCannotBeRecordedAreUnavailable(t *testing.T) {
	p := newPlatform(t)
	r := p.replica()
	f := r.family()
	_, err := p.DB.Write.ExecContext(t.Context(), `ALTER TABLE log_entry RENAME TO log_entry_gone`)
	check(t, err)
	_, err = r.situations().GetSituations(p.ByPeer("benefits"), &identityv1.GetSituationsRequest{Persons: []*identityv1.PersonKey{personID(f.ana)}, Scope: scope()})
	wantReason(t, err, errorsv1.Reason_REASON_UNAVAILABLE)
	_, err = r.situations().ListSituations(p.ByPeer("benefits"), &identityv1.ListSituationsRequest{Scope: scope()})
	wantReason(t, err, errorsv1.Reason_REASON_UNAVAILABLE)
	_, err = r.citizens().GetCitizen(p.byCitizen(production, anasRUT), &identityv1.GetCitizenRequest{Purpose: "mi perfil"})
	wantReason(t, err, errorsv1.Reason_REASON_UNAVAILABLE)
}

// No call keeps a connection while it waits for another, or for the log.
func TestOneConnectionServesAHundredCallersOfSituations(t *testing.T) {
	test := func(t *testing.T, url string) {
		p := openPlatform(t, url, 1)
		r := p.replica()
		f := r.family()
		situations, citizens := r.situations(), r.citizens()
		peer, cancel := context.WithTimeout(p.ByPeer("benefits"), 30*time.Second)
		defer cancel()
		citizen, cancel := context.WithTimeout(p.byCitizen(production, anasRUT), 30*time.Second)
		defer cancel()
		var callers sync.WaitGroup
		for range 100 {
			callers.Go(func() {
				_, err := situations.GetSituations(peer, &identityv1.GetSituationsRequest{Persons: []*identityv1.PersonKey{personID(f.ana), personID(f.leo)}, Scope: scope()})
				if err == nil {
					_, err = citizens.GetCitizen(citizen, &identityv1.GetCitizenRequest{Household: true, Purpose: "mi hogar"})
				}
				if err == nil {
					_, err = citizens.ListCitizenAccesses(citizen, &identityv1.ListCitizenAccessesRequest{Purpose: "mis accesos"})
				}
				if err != nil {
					t.Error(err)
				}
			})
		}
		callers.Wait()
	}
	t.Run("sqlite", func(t *testing.T) { test(t, "sqlite:"+filepath.Join(t.TempDir(), "identity.db")) })
	t.Run("postgres", func(t *testing.T) { test(t, testkit.Postgres(t)) })
}

// byCitizen is a context for calls of a client for a citizen.
func (p *platform) byCitizen(set authv1.DataSet, rut string) context.Context {
	return p.By(authn.Claims{ClientID: "w1", Family: "cmp", Kind: authv1.ClientKind_CLIENT_KIND_WIDGET, DataSet: set, Citizen: rut})
}
