package identity_test

import (
	"strings"
	"testing"
	"time"

	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"

	authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
	identityv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/identity/v1"
)

func (r *replica) verdict(qr string, set authv1.DataSet) *identityv1.VerifyCardResponse {
	r.T.Helper()
	answer, err := r.cards().VerifyCard(r.ByPeer("gateway"), &identityv1.VerifyCardRequest{Qr: qr, DataSet: set, Access: because()})
	check(r.T, err)
	return answer
}

func (r *replica) statusOf(folio, signature string, set authv1.DataSet) (*identityv1.GetCardStatusResponse, error) {
	return r.cards().GetCardStatus(r.T.Context(), &identityv1.GetCardStatusRequest{
		Folio: folio, Signature: signature, DataSet: set, Access: because(),
	})
}

func (r *replica) status(c *identityv1.Card) (*identityv1.GetCardStatusResponse, error) {
	return r.statusOf(c.GetFolio(), c.GetSignature(), c.GetDataSet())
}

func TestVerdicts(t *testing.T) {
	onBoth(t, func(t *testing.T, p *platform) {
		r := p.replica()
		c, gone := r.issue(p.enter(student("1"))), r.issue(p.enter(student("2")))
		r.revoke(gone)
		before := len(p.logged("pseudonym of 1"))
		bare := strings.TrimPrefix(c.GetQr(), "https://id.example/c#")
		for _, test := range []struct {
			name, qr string
			set      authv1.DataSet
			want     identityv1.CardVerdict
			recorded bool
		}{
			{"valid", c.GetQr(), inProduction, identityv1.CardVerdict_CARD_VERDICT_VALID, true},
			{"without the address", bare, inProduction, identityv1.CardVerdict_CARD_VERDICT_VALID, true},
			{"no card", "https://example.com/", inProduction, identityv1.CardVerdict_CARD_VERDICT_UNREADABLE, false},
			{"another address", "https://id.example/d#" + bare, inProduction, identityv1.CardVerdict_CARD_VERDICT_UNKNOWN_ISSUER, false},
			{"empty address", "#" + bare, inProduction, identityv1.CardVerdict_CARD_VERDICT_UNKNOWN_ISSUER, false},
			{"staging's address", "https://id.example/cs#" + bare, inProduction, identityv1.CardVerdict_CARD_VERDICT_UNKNOWN_ISSUER, false},
			{"another name", strings.Replace(c.GetQr(), "NUÑEZ", "NUNEZ", 1), inProduction, identityv1.CardVerdict_CARD_VERDICT_BAD_SIGNATURE, false},
			{
				"another card's signature", strings.Replace(c.GetQr(), c.GetSignature(), gone.GetSignature(), 1), inProduction,
				identityv1.CardVerdict_CARD_VERDICT_BAD_SIGNATURE, false,
			},
			{"unknown folio", strings.Replace(bare, c.GetFolio(), "nobody", 1), inProduction, identityv1.CardVerdict_CARD_VERDICT_BAD_SIGNATURE, false},
			{"in staging", bare, inStaging, identityv1.CardVerdict_CARD_VERDICT_BAD_SIGNATURE, false},
		} {
			got := r.verdict(test.qr, test.set)
			if got.GetVerdict() != test.want || (len(got.GetFields()) == 7) != (test.want != identityv1.CardVerdict_CARD_VERDICT_UNREADABLE) {
				t.Errorf("%s: %+v", test.name, got)
			}
			if after := len(p.logged("pseudonym of 1")); (after > before) != test.recorded {
				t.Errorf("%s: %d entries", test.name, after-before)
			} else {
				before = after
			}
		}
		got := r.verdict(gone.GetQr(), inProduction)
		if got.GetVerdict() != identityv1.CardVerdict_CARD_VERDICT_REVOKED || got.GetRevocationReason() != lost ||
			strings.Join(got.GetFields(), "|") != gone.GetText() {
			t.Errorf("%+v", got)
		}
		if entry := p.logged("pseudonym of 2")[0]; !strings.Contains(entry, `"act":"VerifyCard"`) || strings.Contains(entry, "NUÑEZ") {
			t.Errorf("logged %s", entry)
		}
	})
}

func TestCardStatus(t *testing.T) {
	onBoth(t, func(t *testing.T, p *platform) {
		r := p.replica()
		c, gone := r.issue(p.enter(student("1"))), r.issue(p.enter(student("2")))
		p.Clock.Advance(time.Minute)
		r.revoke(gone)
		if got, err := r.status(c); err != nil || !proto.Equal(got, &identityv1.GetCardStatusResponse{State: live}) {
			t.Errorf("%+v, %v", got, err)
		}
		if got, err := r.status(gone); err != nil || got.GetState() != revoked || got.GetRevocationReason() != lost || got.GetRevokedAt() == nil {
			t.Errorf("%+v, %v", got, err)
		}
		if entry := p.logged("pseudonym of 2")[0]; !strings.Contains(entry, `"actor":"peer:gateway","act":"GetCardStatus"`) {
			t.Errorf("logged %s", entry)
		}

		// Once the person was erased, folio and signature are all that is left of the card.
		p.exec(`DELETE FROM person WHERE person_id = 'p-2'`)
		p.exec(`UPDATE card SET person_id = '', membership_id = '', text = '', reason = 'erased' WHERE folio = $1`, gone.GetFolio())
		if got, err := r.status(gone); err != nil || got.GetState() != revoked ||
			got.GetRevocationReason() != identityv1.RevocationReason_REVOCATION_REASON_ERASED {
			t.Errorf("%+v, %v", got, err)
		}
		if got := r.verdict(gone.GetQr(), inProduction); got.GetVerdict() != identityv1.CardVerdict_CARD_VERDICT_REVOKED {
			t.Errorf("%+v", got)
		}
		_, err := r.statusOf(gone.GetFolio(), c.GetSignature(), inProduction)
		wantReason(t, err, errorsv1.Reason_REASON_CARD_NOT_FOUND)

		for _, malformed := range []string{c.GetSignature()[:85], c.GetSignature() + "A", c.GetSignature()[:85] + "=", c.GetSignature()[:85] + "_"} {
			_, err := r.statusOf(c.GetFolio(), malformed, inProduction)
			wantReason(t, err, errorsv1.Reason_REASON_FIELD_INVALID)
		}
		_, err = r.statusOf("a-b", c.GetSignature(), inProduction)
		wantReason(t, err, errorsv1.Reason_REASON_FIELD_INVALID)
	})
}

// An unknown folio and a wrong signature cost the same calls and give the same bytes.
func TestFoliosCannotBeProbed(t *testing.T) {
	onBoth(t, func(t *testing.T, p *platform) {
		r := p.replica()
		c, other := r.issue(p.enter(student("1"))), r.issue(p.enter(student("2")))
		gone := r.issue(p.enter(student("3")))
		r.revoke(gone)
		calls := r.service.CountProofs()
		var first []byte
		for name, asked := range map[string]struct {
			folio, signature string
			set              authv1.DataSet
		}{
			"unknown folio":              {"nobody", c.GetSignature(), inProduction},
			"wrong signature":            {c.GetFolio(), other.GetSignature(), inProduction},
			"no signature at all":        {c.GetFolio(), strings.Repeat("A", 86), inProduction},
			"revoked, wrong signature":   {gone.GetFolio(), c.GetSignature(), inProduction},
			"of the other data set":      {c.GetFolio(), c.GetSignature(), inStaging},
			"unknown, an S out of range": {"nobody", strings.Repeat("_", 85) + "w", inProduction},
		} {
			calls.Reset()
			_, err := r.statusOf(asked.folio, asked.signature, asked.set)
			wantReason(t, err, errorsv1.Reason_REASON_CARD_NOT_FOUND)
			bytes, failed := proto.MarshalOptions{Deterministic: true}.Marshal(status.Convert(err).Proto())
			check(t, failed)
			if first == nil {
				first = bytes
			}
			if string(bytes) != string(first) {
				t.Errorf("%s: other bytes:\n%q\n%q", name, bytes, first)
			}
			if calls.Finds() != 1 || calls.Verifications() != 1 {
				t.Errorf("%s: %d reads, %d verifications", name, calls.Finds(), calls.Verifications())
			}
		}
		calls.Reset()
		if _, err := r.status(c); err != nil || calls.Finds() != 1 || calls.Verifications() != 1 {
			t.Errorf("right: %d reads, %d verifications, %v", calls.Finds(), calls.Verifications(), err)
		}
	})
}
