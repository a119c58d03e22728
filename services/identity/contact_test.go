package identity_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/testing/protocmp"

	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
	identityv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/identity/v1"
)

func (r *replica) contacts(ctx context.Context, as string, req *identityv1.GetContactsRequest) ([]*identityv1.PersonContacts, error) {
	if req.Access == nil {
		req.Access = &identityv1.Access{Purpose: "envío de notificaciones", OnBehalfOf: "client:c9"}
	}
	answer, err := identityv1.NewContactServiceClient(r.As(as)).GetContacts(ctx, req)
	return answer.GetPersons(), err
}

// reachable enters a person of production with contacts.
func (r *replica) reachable(key string, contacts ...*identityv1.Contact) string {
	return r.createPerson(identityv1.NewPersonServiceClient(r.As("gateway")), &identityv1.Person{
		UniqueKey: key, GivenNames: "ANA", FirstSurname: "SOTO", Contacts: contacts,
	}).GetPersonId()
}

func TestContactsAreGivenInOrderAndEachReadIsEntered(t *testing.T) {
	onBoth(t, func(t *testing.T, p *platform) {
		r := p.replica()
		mine := []*identityv1.Contact{
			{Kind: phone, Value: "+56 2 2000 0001"}, {Kind: email, Value: "ana@example.org"}, {Kind: phone, Value: "+56 2 2000 0002"},
		}
		ana, leo := r.reachable("ana", mine...), r.reachable("leo")
		got, err := r.contacts(p.ByPeer("notifications"), "notifications", &identityv1.GetContactsRequest{PersonIds: []string{leo, "nobody", ana}})
		check(t, err)
		want := []*identityv1.PersonContacts{{PersonId: leo}, {}, {PersonId: ana, Contacts: mine}}
		if diff := cmp.Diff(want, got, protocmp.Transform()); diff != "" {
			t.Errorf("contacts (-want +got):\n%s", diff)
		}
		for _, id := range []string{ana, leo} {
			wantIn(t, p.lastEntry(p.pseudonym(id)), `"act":"GetContacts"`, `"actor":"peer:notifications"`, `"on_behalf_of":"client:c9"`,
				`"purpose":"envío de notificaciones"`, `"fields":["contacts"]`)
		}
		if entries := r.accesses(&identityv1.ListAccessesRequest{Act: "GetContacts"}); len(entries) != 2 {
			t.Errorf("%d entries for two persons", len(entries))
		}
		if got, err := r.contacts(p.ByPeer("notifications"), "notifications", &identityv1.GetContactsRequest{PersonIds: []string{ana}, DataSet: staging}); err != nil || got[0].GetPersonId() != "" {
			t.Errorf("staging has production's %v, %v", got, err)
		}
	})
}

func TestContactsOfManyAreOneRead(t *testing.T) {
	onBoth(t, func(t *testing.T, p *platform) {
		r := p.replica()
		ids := make([]string, 200)
		for i := range ids {
			ids[i] = fmt.Sprint("many-", i)
			p.plainPerson("production", ids[i])
		}
		got, err := r.contacts(p.ByPeer("session"), "session", &identityv1.GetContactsRequest{PersonIds: ids})
		check(t, err)
		for i, one := range got {
			if one.GetPersonId() != ids[i] {
				t.Fatalf("%d is %v", i, one)
			}
		}
		if entries := r.accesses(&identityv1.ListAccessesRequest{Act: "GetContacts", PageSize: 500}); len(entries) != 200 {
			t.Errorf("%d entries", len(entries))
		}
		_, err = r.contacts(p.ByPeer("session"), "session", &identityv1.GetContactsRequest{PersonIds: append(ids, "one more")})
		wantReason(t, err, errorsv1.Reason_REASON_FIELD_INVALID)
	})
}

func TestContactsAreForWhoSends(t *testing.T) {
	p := newPlatform(t)
	r := p.replica()
	ana := r.reachable("ana")
	for name, c := range map[string]struct {
		ctx  context.Context
		as   string
		want errorsv1.Reason
	}{
		"an operator":              {p.ByOperator("viewer", "support", "editor", "publisher", "security"), "session", errorsv1.Reason_REASON_PERMISSION_DENIED},
		"a client without a scope": {p.byClient(production, "identity.write"), "session", errorsv1.Reason_REASON_PERMISSION_DENIED},
		"the gateway":              {p.byClient(production, "identity.read"), "gateway", errorsv1.Reason_REASON_PEER_REFUSED},
		"benefits":                 {p.ByPeer("benefits"), "benefits", errorsv1.Reason_REASON_PEER_REFUSED},
		"a client that may read":   {p.byClient(production, "identity.read"), "session", errorsv1.Reason_REASON_UNSPECIFIED},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := r.contacts(c.ctx, c.as, &identityv1.GetContactsRequest{PersonIds: []string{ana}})
			wantReason(t, err, c.want)
		})
	}
	_, err := r.contacts(p.byClient(production, "identity.read"), "session", &identityv1.GetContactsRequest{PersonIds: []string{ana}, DataSet: staging})
	wantReason(t, err, errorsv1.Reason_REASON_PERMISSION_DENIED)
}

// What cannot be entered in the log is not given out.
func TestContactsNeedTheAccessLog(t *testing.T) {
	onBoth(t, func(t *testing.T, p *platform) {
		r := p.replica()
		ana := r.reachable("ana")
		p.exec(`ALTER TABLE log_entry RENAME TO log_entry_away`)
		got, err := r.contacts(p.ByPeer("notifications"), "notifications", &identityv1.GetContactsRequest{PersonIds: []string{ana}})
		wantReason(t, err, errorsv1.Reason_REASON_UNAVAILABLE)
		if got != nil {
			t.Errorf("got %v", got)
		}
	})
}
