package e2e

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"testing"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	identityv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/identity/v1"
)

// cardHolders are the persons of the drill, each with one membership.
const cardHolders = 40

var drilling = &identityv1.Access{Purpose: "drill"}

// TestDrillCards kills identity at random moments while cards are issued, renewed and shown: no folio is there twice, no
// membership has two live cards, every card that was acknowledged is there and verifies, and every profile that was
// answered is in the access log.
func TestDrillCards(t *testing.T) {
	onEngines(t, func(t *testing.T, m *mortal, random *rand.Rand) {
		b := newCardBook(t, m)
		for range rounds(5, 50) {
			issuing := begin(t, "cards issued and renewed", 4, b.change)
			showing := begin(t, "profiles", 3, b.show)
			issuing.more(t, 1+random.Int64N(40))
			showing.more(t, 1+random.Int64N(20))
			m.dies(t)
			issuing.more(t, 1)
			showing.more(t, 1)
			issuing.end()
			showing.end()
			b.check(t)
		}
		if out, err := command(t, append(append([]string{"admin"}, m.owner.flags...), "access", "verify")...); err != nil {
			t.Errorf("verifying the access log: %v\n%s", err, out)
		}
		t.Logf("kept: %d cards acknowledged, %d profiles answered", len(b.acknowledged), b.answered)
	})
}

// cardBook is what a platform has acknowledged of the cards of some persons.
type cardBook struct {
	*mortal
	cards   identityv1.CardServiceClient
	log     identityv1.AccessLogServiceClient
	holders []cardHolder

	mu           sync.Mutex
	acknowledged map[string]*identityv1.Card // by folio
	newest       map[string]*identityv1.Card // by membership
	shown        map[string]int              // answered profiles by person
	answered     int
}

type cardHolder struct{ person, membership string }

func newCardBook(t *testing.T, m *mortal) *cardBook {
	t.Helper()
	conn := m.dial(t)
	b := &cardBook{
		mortal: m, cards: identityv1.NewCardServiceClient(conn), log: identityv1.NewAccessLogServiceClient(conn),
		acknowledged: map[string]*identityv1.Card{}, newest: map[string]*identityv1.Card{}, shown: map[string]int{},
	}
	persons, memberships := identityv1.NewPersonServiceClient(conn), identityv1.NewMembershipServiceClient(conn)
	for i := range cardHolders {
		person, err := persons.CreatePerson(t.Context(), &identityv1.CreatePersonRequest{Person: &identityv1.Person{
			UniqueKey: fmt.Sprintf("holder-%d", i), GivenNames: "INVENTADA", FirstSurname: "PRUEBA",
		}})
		if err != nil {
			t.Fatalf("entering a person: %v", err)
		}
		id := person.GetPerson().GetPersonId()
		membership, err := memberships.CreateMembership(t.Context(), &identityv1.CreateMembershipRequest{Membership: &identityv1.Membership{
			PersonId: id, Type: identityv1.MembershipType_MEMBERSHIP_TYPE_EXTERNAL, Entity: "ENTIDAD INVENTADA", Status: "ACTIVO",
		}})
		if err != nil {
			t.Fatalf("adding a membership: %v", err)
		}
		b.holders = append(b.holders, cardHolder{id, membership.GetMembership().GetMembershipId()})
	}
	return b
}

// change renews the newest card of a membership, or issues one. That another was first is no failure. One that is under way when the
// load ends comes to its own end: given up, it could be made while the book is checked.
func (b *cardBook) change(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), patience)
	defer cancel()
	of := b.holders[rand.IntN(len(b.holders))].membership
	b.mu.Lock()
	old := b.newest[of]
	b.mu.Unlock()
	var made interface{ GetCard() *identityv1.Card }
	var err error
	if old == nil || rand.IntN(4) == 0 {
		made, err = b.cards.IssueCard(ctx, &identityv1.IssueCardRequest{MembershipId: of})
	} else {
		made, err = b.cards.RenewCard(ctx, &identityv1.RenewCardRequest{Folio: old.GetFolio()})
	}
	switch status.Code(err) {
	case codes.OK:
		b.note(made.GetCard())
		return nil
	case codes.AlreadyExists, codes.FailedPrecondition:
		return b.catchUp(ctx, of)
	}
	return err
}

// catchUp learns which card is live where one was made and not acknowledged.
func (b *cardBook) catchUp(ctx context.Context, membership string) error {
	for _, h := range b.holders {
		if h.membership != membership {
			continue
		}
		all, err := b.cards.ListCards(ctx, &identityv1.ListCardsRequest{PersonId: h.person, Access: drilling})
		if err != nil {
			return err
		}
		for _, c := range all.GetCards() {
			if c.GetState() == identityv1.CardState_CARD_STATE_LIVE {
				b.note(c)
			}
		}
	}
	return nil
}

func (b *cardBook) note(c *identityv1.Card) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.acknowledged[c.GetFolio()], b.newest[c.GetMembershipId()] = c, c
}

// show asks for the profile of a holder with the newest card that is known.
func (b *cardBook) show(ctx context.Context) error {
	h := b.holders[rand.IntN(len(b.holders))]
	b.mu.Lock()
	c := b.newest[h.membership]
	b.mu.Unlock()
	if c == nil {
		breathe(ctx)
		return nil
	}
	a, err := b.try(ctx, get("/v1/iddi/perfil/"+c.GetFolio()+"?firma_digital="+c.GetSignature(), http.Header{"Authorization": {b.key}}))
	switch {
	case err != nil:
		return err
	case a.status == http.StatusNotFound: // renewed meanwhile
		return nil
	case a.status != http.StatusOK:
		return fmt.Errorf("profile: status %d, %s", a.status, a.body)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.shown[h.person]++
	b.answered++
	return nil
}

// check compares what is stored with what was acknowledged.
func (b *cardBook) check(t *testing.T) {
	t.Helper()
	stored := map[string]*identityv1.Card{}
	for _, h := range b.holders {
		all, err := b.cards.ListCards(t.Context(), &identityv1.ListCardsRequest{PersonId: h.person, Access: drilling})
		if err != nil {
			t.Fatalf("listing cards: %v", err)
		}
		live := 0
		for _, c := range all.GetCards() {
			if stored[c.GetFolio()] != nil {
				t.Errorf("folio %s is there twice", c.GetFolio())
			}
			stored[c.GetFolio()] = c
			if c.GetState() == identityv1.CardState_CARD_STATE_LIVE {
				live++
			}
		}
		if live != min(len(all.GetCards()), 1) {
			t.Errorf("%d live cards of %d of one membership", live, len(all.GetCards()))
		}
		if noted := b.profilesNoted(t, h.person); noted < b.shown[h.person] {
			t.Errorf("%d profiles were answered, %d are in the log", b.shown[h.person], noted)
		}
	}
	for folio, c := range b.acknowledged {
		if kept := stored[folio]; kept.GetSignature() != c.GetSignature() || kept.GetQr() != c.GetQr() {
			t.Errorf("card %s is lost or changed: %v", folio, kept)
		}
	}
	for _, c := range stored {
		b.verifies(t, c)
	}
}

// verifies checks a card as somebody who holds it would, against what is stored about it.
func (b *cardBook) verifies(t *testing.T, c *identityv1.Card) {
	t.Helper()
	want := identityv1.CardVerdict_CARD_VERDICT_VALID
	if c.GetState() == identityv1.CardState_CARD_STATE_REVOKED {
		want = identityv1.CardVerdict_CARD_VERDICT_REVOKED
	}
	answer, err := b.cards.VerifyCard(t.Context(), &identityv1.VerifyCardRequest{Qr: c.GetQr(), Access: drilling})
	if err != nil || answer.GetVerdict() != want {
		t.Errorf("card %s: %v, %v, want %v", c.GetFolio(), answer.GetVerdict(), err, want)
	}
}

// profilesNoted counts the entries about profiles of a person that were answered.
func (b *cardBook) profilesNoted(t *testing.T, person string) int {
	t.Helper()
	count := 0
	for token := ""; ; {
		page, err := b.log.ListPersonAccesses(t.Context(), &identityv1.ListPersonAccessesRequest{PersonId: person, PageSize: 500, PageToken: token})
		if err != nil {
			t.Fatalf("listing accesses: %v", err)
		}
		for _, e := range page.GetEntries() {
			if e.GetAct() == "GetProfile" && len(e.GetFields()) > 0 && strings.HasPrefix(e.GetActor(), "client:") {
				count++
			}
		}
		if token = page.GetNextPageToken(); token == "" {
			return count
		}
	}
}
