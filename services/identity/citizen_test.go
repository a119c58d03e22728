package identity_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/testing/protocmp"
	"google.golang.org/protobuf/types/known/structpb"

	"github.com/ventanilla/ventanilla/pkg/authn"
	authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
	identityv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/identity/v1"
)

func (r *replica) citizens() identityv1.CitizenServiceClient {
	return identityv1.NewCitizenServiceClient(r.As("gateway"))
}

// citizenAccesses are those of Ana, asked for page by page.
func (r *replica) citizenAccesses(pageSize int32) []*identityv1.CitizenAccess {
	r.T.Helper()
	var all []*identityv1.CitizenAccess
	req := &identityv1.ListCitizenAccessesRequest{PageSize: pageSize, Purpose: "mis accesos"}
	for pages := 0; pages == 0 || req.PageToken != ""; pages++ {
		page, err := r.citizens().ListCitizenAccesses(r.byCitizen(production, anasRUT), req)
		check(r.T, err)
		if len(page.GetAccesses()) > int(pageSize) {
			r.T.Errorf("a page of %d has %d", pageSize, len(page.GetAccesses()))
		}
		all = append(all, page.GetAccesses()...)
		req.PageToken = page.GetNextPageToken()
	}
	return all
}

func TestACitizenIsShownWhatIsKept(t *testing.T) {
	onBoth(t, func(t *testing.T, p *platform) {
		r := p.replica()
		f := r.family()
		want := &identityv1.GetCitizenResponse{GivenNames: "ANA MARÍA", FirstSurname: "SOTO", SecondSurname: "ROJAS", Rut: anasRUT}
		bare, err := r.citizens().GetCitizen(p.byCitizen(production, anasRUT), &identityv1.GetCitizenRequest{HouseholdFacts: []string{"household.commune"}, Purpose: "mi perfil"})
		check(t, err)
		if diff := cmp.Diff(want, bare, protocmp.Transform()); diff != "" {
			t.Errorf("without the household (-want +got):\n%s", diff)
		}
		wantIn(t, p.lastEntry(p.pseudonym(f.ana)), `"act":"GetCitizen"`, `"actor":"client:w1"`, `"on_behalf_of":"the person"`, `"purpose":"mi perfil"`,
			`"fields":["given_names","first_surname","second_surname"]`)

		whole, err := r.citizens().GetCitizen(p.byCitizen(production, anasRUT), &identityv1.GetCitizenRequest{
			Household: true, HouseholdFacts: []string{"household.commune", "never.stated"}, Purpose: "mi hogar",
		})
		check(t, err)
		want.Household = &identityv1.CitizenHousehold{
			Members: []*identityv1.CitizenHouseholdMember{{GivenNames: "ANA MARÍA", Relation: head, Self: true}, {GivenNames: "LEO", Relation: child}},
			Facts:   map[string]*structpb.Value{"household.commune": structpb.NewStringValue("Coyhaique")},
		}
		if diff := cmp.Diff(want, whole, protocmp.Transform()); diff != "" {
			t.Errorf("with the household (-want +got):\n%s", diff)
		}
		wantIn(t, p.lastEntry(p.pseudonym(f.ana)), `"purpose":"mi hogar"`, `"set":"`+p.set(f.ana, f.leo)+`"`,
			`"household.members.given_names","household.members.relation","household.facts.household.commune"`)
	})
}

func TestACitizenInNoHousehold(t *testing.T) {
	p := newPlatform(t)
	r := p.replica()
	r.createPerson(identityv1.NewPersonServiceClient(r.As("gateway")), &identityv1.Person{
		UniqueKey: "eva", GivenNames: "EVA", Identifiers: []*identityv1.Identifier{{Kind: rut, Value: "1-9"}},
	})
	got, err := r.citizens().GetCitizen(p.byCitizen(production, "1-9"), &identityv1.GetCitizenRequest{Household: true, Purpose: "mi hogar"})
	check(t, err)
	if got.GetHousehold() != nil || got.GetGivenNames() != "EVA" {
		t.Errorf("got %v", got)
	}
}

func TestOnlyTheCitizenOfACredentialIsShown(t *testing.T) {
	onBoth(t, func(t *testing.T, p *platform) {
		r := p.replica()
		f := r.family()
		const notFound, denied = errorsv1.Reason_REASON_PERSON_NOT_FOUND, errorsv1.Reason_REASON_PERMISSION_DENIED
		refused := func(name, as string, reason errorsv1.Reason, claims authn.Claims) {
			t.Run(name, func(t *testing.T) {
				citizens, ctx := identityv1.NewCitizenServiceClient(r.As(as)), p.By(claims)
				_, err := citizens.GetCitizen(ctx, &identityv1.GetCitizenRequest{Household: true, Purpose: "a test"})
				wantReason(t, err, reason)
				_, err = citizens.ListCitizenAccesses(ctx, &identityv1.ListCitizenAccessesRequest{Purpose: "a test"})
				wantReason(t, err, reason)
			})
		}
		widget := func(set authv1.DataSet, rut string) authn.Claims {
			return authn.Claims{ClientID: "w1", Family: "cmp", Kind: authv1.ClientKind_CLIENT_KIND_WIDGET, DataSet: set, Citizen: rut}
		}
		refused("another data set", "gateway", notFound, widget(staging, anasRUT))
		refused("nobody on record", "gateway", notFound, widget(production, "1-9"))
		refused("no citizen", "gateway", denied, widget(production, ""))
		refused("no data set", "gateway", errorsv1.Reason_REASON_UNAVAILABLE, widget(0, anasRUT))
		refused("a client that may read", "gateway", denied, authn.Claims{ClientID: "c1", DataSet: production, Scopes: []string{"identity.read"}})
		refused("an operator", "gateway", denied, authn.Claims{Operator: "ana", Roles: []string{"security"}, Citizen: anasRUT})
		refused("a role", "gateway", denied, authn.Claims{Peer: "gateway", Citizen: anasRUT})
		refused("another role with the token", "benefits", errorsv1.Reason_REASON_PEER_REFUSED, widget(production, anasRUT))

		_, err := r.erase(p.ByOperator("security"), f.ana)
		check(t, err)
		refused("an erased person", "gateway", notFound, widget(production, anasRUT))
	})
}

// Whoever read is told, changes are not, and no operator has a name.
func TestACitizenSeesWhoRead(t *testing.T) {
	onBoth(t, func(t *testing.T, p *platform) {
		r := p.replica()
		f := r.family()
		one := []*identityv1.PersonKey{personRUT(anasRUT)}
		read := func(ctx context.Context, behalf, purpose string) {
			t.Helper()
			want := scope()
			want.Access = &identityv1.Access{Purpose: purpose, OnBehalfOf: behalf}
			_, err := r.situations().GetSituations(ctx, &identityv1.GetSituationsRequest{Persons: one, Scope: want})
			check(t, err)
		}
		read(p.ByPeer("benefits"), "client:c9", "beneficios potenciales")
		read(p.ByPeer("benefits"), "the person", "mis beneficios")
		read(p.ByPeer("benefits"), "ana for eva", "explicación")
		read(p.ByPeer("benefits"), "client:c9 for an official", "otra consulta")
		read(p.ByPeer("benefits"), "peer:payroll for eva", "nómina")
		read(p.byClient(production, "identity.read"), "Municipalidad de Coyhaique", "trámite")
		_, err := identityv1.NewPersonServiceClient(r.As("gateway")).GetPerson(p.ByOperator("support"), &identityv1.GetPersonRequest{
			PersonId: f.ana, Access: &identityv1.Access{Purpose: "llamada", OnBehalfOf: "eva"},
		})
		check(t, err)
		// Nobody passes for the person, or for another.
		for _, behalf := range []string{"the person", "client:c9 for a bank"} {
			_, err := identityv1.NewPersonServiceClient(r.As("gateway")).GetPerson(p.ByOperator("support"), &identityv1.GetPersonRequest{
				PersonId: f.ana, Access: &identityv1.Access{Purpose: "disfraz", OnBehalfOf: behalf},
			})
			check(t, err)
		}
		for _, behalf := range []string{"the person", "peer:benefits", "client:c9", "operator"} {
			read(p.byClient(production, "identity.read"), behalf, "disfraz")
		}
		read(p.ByPeer("notifications"), "the person", "disfraz")
		// A read of several is entered under their set, and is not among those of each.
		_, err = r.situations().GetSituations(p.ByPeer("benefits"), &identityv1.GetSituationsRequest{Persons: append(one, personID(f.leo)), Scope: scope()})
		check(t, err)

		var got []string
		for _, access := range r.citizenAccesses(100) {
			got = append(got, fmt.Sprintf("%s/%s/%s", access.GetActor(), access.GetOnBehalfOf(), access.GetPurpose()))
			if access.GetAt() == nil {
				t.Error("no time")
			}
		}
		want := []string{
			"peer:notifications//disfraz", "client:c1//disfraz", "client:c1//disfraz", "client:c1//disfraz", "client:c1//disfraz",
			"operator/operator/disfraz", "operator/operator/disfraz",
			"operator/operator/llamada", "client:c1/Municipalidad de Coyhaique/trámite", "peer:benefits/peer:payroll/nómina",
			"peer:benefits/client:c9 for an official/otra consulta", "peer:benefits/operator/explicación",
			"peer:benefits/the person/mis beneficios", "peer:benefits/client:c9/beneficios potenciales",
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("accesses (-want +got):\n%s", diff)
		}
		own := r.citizenAccesses(100)[0]
		if own.GetActor() != "client:w1" || own.GetOnBehalfOf() != "the person" || own.GetPurpose() != "mis accesos" {
			t.Errorf("the own view is not entered: %v", own)
		}
	})
}

// Reads are found among many changes, in pages of any size.
func TestACitizensAccessesComeInPages(t *testing.T) {
	p := newPlatform(t)
	r := p.replica()
	f := r.family()
	facts := identityv1.NewFactServiceClient(r.As("gateway"))
	var want []string
	for i := range 12 {
		scope := scope()
		scope.Access.Purpose = fmt.Sprint("read ", i)
		want = append([]string{scope.GetAccess().GetPurpose()}, want...)
		_, err := r.situations().GetSituations(p.ByPeer("benefits"), &identityv1.GetSituationsRequest{Persons: []*identityv1.PersonKey{personID(f.ana)}, Scope: scope})
		check(t, err)
		for n := range 9 {
			_, err := facts.RecordFacts(p.ByOperator("editor"), &identityv1.RecordFactsRequest{
				Subject: aboutPerson(f.ana), Facts: []*identityv1.Fact{fact("work.hours", i*10+n, stated(p.Clock.Now(), ""))},
			})
			check(t, err)
		}
	}
	for _, size := range []int32{1, 5, 12, 100} {
		var got []string
		for _, access := range r.citizenAccesses(size) {
			if strings.HasPrefix(access.GetPurpose(), "read") {
				got = append(got, access.GetPurpose())
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("pages of %d (-want +got):\n%s", size, diff)
		}
	}
	_, err := r.citizens().ListCitizenAccesses(p.byCitizen(production, anasRUT), &identityv1.ListCitizenAccessesRequest{PageToken: "x", Purpose: "a test"})
	wantField(t, err, "page_token")
}
