package identity_test

import (
	"context"
	"crypto/ed25519"
	"encoding/json"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/ventanilla/ventanilla/pkg/auditlog"
	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
	identityv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/identity/v1"
	"github.com/ventanilla/ventanilla/services/identity/internal/card"
)

const (
	inProduction = authv1.DataSet_DATA_SET_PRODUCTION
	inStaging    = authv1.DataSet_DATA_SET_STAGING

	live    = identityv1.CardState_CARD_STATE_LIVE
	expired = identityv1.CardState_CARD_STATE_EXPIRED
	revoked = identityv1.CardState_CARD_STATE_REVOKED

	lost     = identityv1.RevocationReason_REVOCATION_REASON_LOST
	replaced = identityv1.RevocationReason_REVOCATION_REASON_REPLACED
)

func (r *replica) cards() identityv1.CardServiceClient {
	return identityv1.NewCardServiceClient(r.As("gateway"))
}

// member is a person with one membership, as their rows have it.
type member struct {
	set                                    authv1.DataSet
	id, given, letter, number, code, until string
}

func student(id string) member {
	return member{inProduction, id, "María", "L", "19003500", "6895", ""}
}

// enter stores a person "p-" and a membership "m-", and returns the latter's identifier.
func (p *platform) enter(m member) string {
	p.T.Helper()
	set := map[authv1.DataSet]string{inProduction: "production", inStaging: "staging"}[m.set]
	p.exec(`INSERT INTO person (person_id, data_set, unique_key, pseudonym, given_names, first_surname, second_surname, birth_date,
		contacts, photo_url, photo_accepted, mobile_identity, attributes, version, created_at, updated_at)
		VALUES ($1, $2, $1, $3, $4, 'Núñez', '', '', '[]', '', 0, 0, '{}', 1, 1, 1)`, "p-"+m.id, set, "pseudonym of "+m.id, m.given)
	var programme, department, entity string
	switch m.letter {
	case "A", "D":
		department = m.code
	case "E", "S":
		entity = "Hospital Civil"
	default:
		programme = m.code
	}
	p.exec(`INSERT INTO membership (membership_id, person_id, data_set, type, number, programme, academic_unit,
		department, entity, term, status, position, hired_on, salary_level, valid_until, created_at, updated_at)
		VALUES ($1, $2, $3, $4, $5, $6, '', $7, $8, '', 'INSCRITO', '', '', '', $9, 1, 1)`,
		"m-"+m.id, "p-"+m.id, set, m.letter, m.number, programme, department, entity, m.until)
	for catalogue, name := range map[string]string{"programmes": "Ciencias de la Educación", "departments": "Secretaría de Docencia"} {
		p.exec(`INSERT INTO catalogue_entry (data_set, catalogue, code, name) VALUES ($1, $2, '6895', $3) ON CONFLICT DO NOTHING`,
			set, catalogue, name)
	}
	return "m-" + m.id
}

func (p *platform) exec(query string, args ...any) {
	p.T.Helper()
	_, err := p.DB.Write.ExecContext(p.T.Context(), query, args...)
	check(p.T, err)
}

func (r *replica) issue(membership string) *identityv1.Card {
	r.T.Helper()
	answer, err := r.cards().IssueCard(r.ByOperator("editor"), &identityv1.IssueCardRequest{MembershipId: membership})
	check(r.T, err)
	return answer.GetCard()
}

func (r *replica) revoke(c *identityv1.Card) *identityv1.Card {
	r.T.Helper()
	answer, err := r.cards().RevokeCard(r.ByOperator("support"), &identityv1.RevokeCardRequest{
		Folio: c.GetFolio(), DataSet: c.GetDataSet(), Reason: lost,
	})
	check(r.T, err)
	return answer.GetCard()
}

// publicKeys are those that are published, by their identifiers.
func (r *replica) publicKeys(set authv1.DataSet) map[string]ed25519.PublicKey {
	r.T.Helper()
	answer, err := r.cards().GetCardKeys(r.T.Context(), &identityv1.GetCardKeysRequest{DataSet: set})
	check(r.T, err)
	var jwks jose.JSONWebKeySet
	check(r.T, json.Unmarshal(answer.GetJwks(), &jwks))
	found := map[string]ed25519.PublicKey{}
	for _, key := range jwks.Keys {
		if key.Algorithm != "EdDSA" || key.Use != "sig" {
			r.T.Errorf("a key with alg %q and use %q", key.Algorithm, key.Use)
		}
		found[key.KeyID] = key.Key.(ed25519.PublicKey)
	}
	return found
}

// offline tells whether the published keys verify the text of a card's QR code.
func (r *replica) offline(c *identityv1.Card) bool {
	r.T.Helper()
	read, err := card.Parse(c.GetQr())
	check(r.T, err)
	key, ok := r.publicKeys(c.GetDataSet())[c.GetKeyId()]
	return ok && card.Verify(read.Text(), read.Signature, key)
}

// logged are the entries about a target, newest first.
func (p *platform) logged(target string) []string {
	p.T.Helper()
	recorded, _, err := auditlog.List(p.T.Context(), p.DB, 0, 100, auditlog.Filter{Target: target})
	check(p.T, err)
	var texts []string
	for _, r := range recorded {
		texts = append(texts, r.Text)
	}
	return texts
}

func TestCardsOfEachTypeAreIssued(t *testing.T) {
	onBoth(t, func(t *testing.T, p *platform) {
		r := p.replica()
		for letter, want := range map[string]string{
			"L": "iDDi1|L|19003500|NUÑEZ, , MARIA|CIENCIAS DE LA EDUCACION|6895|",
			"D": "iDDi1|D|17|NUÑEZ, , MARIA|SECRETARIA DE DOCENCIA|6895|",
			"S": "iDDi1|S|0000|NUÑEZ, , MARIA|HOSPITAL CIVIL|0|",
		} {
			m := student(letter)
			m.letter, m.number = letter, map[string]string{"L": "19003500", "D": "17"}[letter]
			c := r.issue(p.enter(m))
			if c.GetText() != want+c.GetFolio() || c.GetQr() != "https://id.example/c#"+c.GetText()+"|"+c.GetSignature() {
				t.Errorf("%+v", c)
			}
			if c.GetState() != live || c.GetPersonId() != "p-"+letter || c.GetMembershipId() != "m-"+letter || c.GetDataSet() != inProduction ||
				len(c.GetFolio()) != 6 || c.GetExpiresAt() != nil || c.GetRevokedAt() != nil || c.GetReplaces() != "" ||
				!c.GetIssuedAt().AsTime().Equal(p.Clock.Now().Truncate(time.Millisecond)) {
				t.Errorf("%+v", c)
			}
			if !r.offline(c) {
				t.Error("the published keys do not verify it")
			}
			entries := p.logged("pseudonym of " + letter)
			if len(entries) != 1 || !strings.Contains(entries[0], `"act":"IssueCard"`) || !strings.Contains(entries[0], `"folio":"`+c.GetFolio()+`"`) {
				t.Errorf("logged %q", entries)
			}
		}
		m := student("stag")
		m.set = inStaging
		if c := r.issue(p.enter(m)); !strings.HasPrefix(c.GetQr(), "https://id.example/cs#iDDi1|") || c.GetDataSet() != inStaging || !r.offline(c) {
			t.Errorf("%+v", c)
		}
	})
}

func TestWhoeverLacksWhatIsPrintedGetsNoCard(t *testing.T) {
	onBoth(t, func(t *testing.T, p *platform) {
		r := p.replica()
		issue := func(membership string) error {
			_, err := r.cards().IssueCard(r.ByOperator("editor"), &identityv1.IssueCardRequest{MembershipId: membership})
			return err
		}
		for field, change := range map[string]func(*member){
			"given_names": func(m *member) { m.given = "李" },
			"number":      func(m *member) { m.number = "" },
			"programme":   func(m *member) { m.code = "1" }, // which is in no catalogue
			"department":  func(m *member) { m.letter, m.code = "A", "" },
		} {
			m := student(field)
			change(&m)
			err := issue(p.enter(m))
			wantReason(t, err, errorsv1.Reason_REASON_FIELD_INVALID)
			if fields := rpcerr.Fields(err); len(fields) != 1 || fields[0].Field != field {
				t.Errorf("%s: %v", field, fields)
			}
			if entries := p.logged("pseudonym of " + field); len(entries) > 0 {
				t.Errorf("logged %q", entries)
			}
		}
		wantReason(t, issue("m-nobody"), errorsv1.Reason_REASON_MEMBERSHIP_NOT_FOUND)
		wantReason(t, issue("m\x00"), errorsv1.Reason_REASON_MEMBERSHIP_NOT_FOUND)

		ended := p.enter(student("ended"))
		p.exec(`UPDATE membership SET ended_at = 1 WHERE membership_id = $1`, ended)
		wantReason(t, issue(ended), errorsv1.Reason_REASON_MEMBERSHIP_ENDED)
		past := student("past")
		past.until = p.Clock.Now().UTC().AddDate(0, 0, -1).Format(time.DateOnly)
		wantReason(t, issue(p.enter(past)), errorsv1.Reason_REASON_MEMBERSHIP_ENDED)

		holder := p.enter(student("holder"))
		check(t, issue(holder))
		wantReason(t, issue(holder), errorsv1.Reason_REASON_CARD_LIVE)
	})
}

// Cards end with their membership's last day; the next is issued when that was put off.
func TestACardEndsWithItsMembership(t *testing.T) {
	onBoth(t, func(t *testing.T, p *platform) {
		r := p.replica()
		m := student("1")
		today := p.Clock.Now().UTC().Truncate(24 * time.Hour)
		m.until = today.Format(time.DateOnly)
		c := r.issue(p.enter(m))
		end := today.Add(24 * time.Hour)
		if !c.GetExpiresAt().AsTime().Equal(end) {
			t.Errorf("ends %s, want %s", c.GetExpiresAt().AsTime(), end)
		}
		p.Clock.Advance(end.Add(-time.Millisecond).Sub(p.Clock.Now()))
		if got := r.verdict(c.GetQr(), inProduction).GetVerdict(); got != identityv1.CardVerdict_CARD_VERDICT_VALID {
			t.Errorf("in its last moment: %v", got)
		}
		p.Clock.Advance(time.Millisecond)
		if got := r.verdict(c.GetQr(), inProduction).GetVerdict(); got != identityv1.CardVerdict_CARD_VERDICT_EXPIRED {
			t.Errorf("after its last moment: %v", got)
		}
		status, err := r.status(c)
		check(t, err)
		if status.GetState() != expired || !status.GetExpiresAt().AsTime().Equal(end) {
			t.Errorf("%+v", status)
		}
		_, err = r.cards().RenderCard(r.ByOperator("viewer"), &identityv1.RenderCardRequest{Folio: c.GetFolio(), Access: because()})
		wantReason(t, err, errorsv1.Reason_REASON_MEMBERSHIP_ENDED)
		_, err = r.cards().RenewCard(r.ByOperator("editor"), &identityv1.RenewCardRequest{Folio: c.GetFolio()})
		wantReason(t, err, errorsv1.Reason_REASON_MEMBERSHIP_ENDED)

		p.exec(`UPDATE membership SET valid_until = '' WHERE membership_id = $1`, "m-1")
		next := r.issue("m-1")
		if next.GetReplaces() != c.GetFolio() || next.GetExpiresAt() != nil {
			t.Errorf("%+v", next)
		}
		if status, err := r.status(c); err != nil || status.GetState() != revoked || status.GetRevocationReason() != replaced {
			t.Errorf("%+v, %v", status, err)
		}
	})
}

func TestCardsAreRenewedAndRevoked(t *testing.T) {
	onBoth(t, func(t *testing.T, p *platform) {
		r := p.replica()
		first := r.issue(p.enter(student("1")))
		renew := func(folio string, set authv1.DataSet) (*identityv1.Card, error) {
			answer, err := r.cards().RenewCard(r.ByOperator("editor"), &identityv1.RenewCardRequest{Folio: folio, DataSet: set})
			return answer.GetCard(), err
		}
		second, err := renew(first.GetFolio(), inProduction)
		check(t, err)
		if second.GetReplaces() != first.GetFolio() || second.GetState() != live || !r.offline(second) {
			t.Errorf("%+v", second)
		}
		if entry := p.logged("pseudonym of 1")[0]; !strings.Contains(entry, `"act":"RenewCard"`) ||
			!strings.Contains(entry, `"folio":"`+second.GetFolio()+`","replaces":"`+first.GetFolio()+`"`) {
			t.Errorf("logged %s", entry)
		}
		_, err = renew(first.GetFolio(), inProduction)
		wantReason(t, err, errorsv1.Reason_REASON_CARD_REVOKED)
		_, err = renew(second.GetFolio(), inStaging)
		wantReason(t, err, errorsv1.Reason_REASON_CARD_NOT_FOUND)
		_, err = renew("nobody", inProduction)
		wantReason(t, err, errorsv1.Reason_REASON_CARD_NOT_FOUND)

		at := p.Clock.Advance(time.Minute)
		for range 2 {
			if got := r.revoke(second); got.GetState() != revoked || got.GetRevocationReason() != lost ||
				!got.GetRevokedAt().AsTime().Equal(at.Truncate(time.Millisecond)) {
				t.Errorf("%+v", got)
			}
			p.Clock.Advance(time.Minute)
		}
		if entries := p.logged("pseudonym of 1"); len(entries) != 4 || !strings.Contains(entries[1], `"reason":"lost"`) ||
			!strings.Contains(entries[0], `"act":"RevokeCard"`) || !strings.Contains(entries[0], `"fields":["card"]`) || strings.Contains(entries[0], "reason") {
			t.Errorf("logged %q", entries)
		}
		_, err = r.cards().RevokeCard(r.ByOperator("support"), &identityv1.RevokeCardRequest{Folio: "nobody", Reason: lost})
		wantReason(t, err, errorsv1.Reason_REASON_CARD_NOT_FOUND)

		p.exec(`UPDATE membership SET ended_at = 1 WHERE membership_id = 'm-1'`)
		_, err = renew(second.GetFolio(), inProduction)
		wantReason(t, err, errorsv1.Reason_REASON_CARD_REVOKED)
	})
}

func TestWhoMayDoWhatWithCards(t *testing.T) {
	p := newPlatform(t)
	r := p.replica()
	c := r.issue(p.enter(student("1")))
	denied := map[string]func(ctx context.Context) error{
		"issue": func(ctx context.Context) error {
			_, err := r.cards().IssueCard(ctx, &identityv1.IssueCardRequest{MembershipId: "m-1"})
			return err
		},
		"renew": func(ctx context.Context) error {
			_, err := r.cards().RenewCard(ctx, &identityv1.RenewCardRequest{Folio: c.GetFolio()})
			return err
		},
		"revoke": func(ctx context.Context) error {
			_, err := r.cards().RevokeCard(ctx, &identityv1.RevokeCardRequest{Folio: c.GetFolio(), Reason: lost})
			return err
		},
		"list": func(ctx context.Context) error {
			_, err := r.cards().ListCards(ctx, &identityv1.ListCardsRequest{PersonId: "p-1", Access: because()})
			return err
		},
		"render": func(ctx context.Context) error {
			_, err := r.cards().RenderCard(ctx, &identityv1.RenderCardRequest{Folio: c.GetFolio(), Access: because()})
			return err
		},
		"verify": func(ctx context.Context) error {
			_, err := r.cards().VerifyCard(ctx, &identityv1.VerifyCardRequest{Qr: c.GetQr(), Access: because()})
			return err
		},
	}
	for name, call := range denied {
		wantReason(t, call(r.byClient(inProduction, "perfil")), errorsv1.Reason_REASON_PERMISSION_DENIED)
		if slices.Contains([]string{"issue", "renew", "revoke"}, name) {
			wantReason(t, call(r.ByOperator("viewer", "security")), errorsv1.Reason_REASON_PERMISSION_DENIED)
			continue
		}
		check(t, call(r.byClient(inProduction, "identity.read")))
		check(t, call(r.ByOperator("viewer")))
	}
	// What is another data set's does not exist for a client.
	other := r.byClient(inStaging, "identity.read")
	wantReason(t, denied["list"](other), errorsv1.Reason_REASON_PERSON_NOT_FOUND)
	wantReason(t, denied["render"](other), errorsv1.Reason_REASON_CARD_NOT_FOUND)
	if got, err := r.cards().VerifyCard(other, &identityv1.VerifyCardRequest{Qr: c.GetQr(), Access: because()}); err != nil ||
		got.GetVerdict() != identityv1.CardVerdict_CARD_VERDICT_UNKNOWN_ISSUER {
		t.Errorf("%v, %v", got, err)
	}
}

func TestAPersonsCardsAreListed(t *testing.T) {
	onBoth(t, func(t *testing.T, p *platform) {
		r := p.replica()
		first := r.issue(p.enter(student("1")))
		p.Clock.Advance(time.Second)
		answer, err := r.cards().RenewCard(r.ByOperator("editor"), &identityv1.RenewCardRequest{Folio: first.GetFolio()})
		check(t, err)
		list, err := r.cards().ListCards(r.ByOperator("viewer"), &identityv1.ListCardsRequest{PersonId: "p-1", Access: because()})
		check(t, err)
		if got := list.GetCards(); len(got) != 2 || got[0].GetFolio() != answer.GetCard().GetFolio() || got[0].GetState() != live ||
			got[1].GetFolio() != first.GetFolio() || got[1].GetState() != revoked || got[1].GetRevocationReason() != replaced {
			t.Errorf("%+v", got)
		}
		if entry := p.logged("pseudonym of 1")[0]; !strings.Contains(entry, `"act":"ListCards"`) || !strings.Contains(entry, `"purpose":"a test"`) {
			t.Errorf("logged %s", entry)
		}
		for _, id := range []string{"p-2", "p\x00"} {
			_, err = r.cards().ListCards(r.ByOperator("viewer"), &identityv1.ListCardsRequest{PersonId: id, Access: because()})
			wantReason(t, err, errorsv1.Reason_REASON_PERSON_NOT_FOUND)
		}
	})
}

// Of many that ask for the same membership's card at once, one gets it.
func TestOneLiveCardAMembership(t *testing.T) {
	onBoth(t, func(t *testing.T, p *platform) {
		replicas := []*replica{p.replica(), p.replica()}
		membership := p.enter(student("1"))
		by := p.ByOperator("editor")
		var mu sync.Mutex
		var issued []string
		var group sync.WaitGroup
		for i := range 16 {
			cards := replicas[i%2].cards()
			group.Go(func() {
				answer, err := cards.IssueCard(by, &identityv1.IssueCardRequest{MembershipId: membership})
				if err != nil {
					wantReason(t, err, errorsv1.Reason_REASON_CARD_LIVE)
					return
				}
				mu.Lock()
				defer mu.Unlock()
				issued = append(issued, answer.GetCard().GetFolio())
			})
		}
		group.Wait()
		if len(issued) != 1 || len(p.logged("pseudonym of 1")) != 1 {
			t.Errorf("issued %v, logged %q", issued, p.logged("pseudonym of 1"))
		}
	})
}
