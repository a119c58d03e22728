package identity_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/ventanilla/ventanilla/pkg/keyring"
	authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
	identityv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/identity/v1"
	"github.com/ventanilla/ventanilla/services/identity"
)

const (
	nextKey    = identityv1.CardKeyState_CARD_KEY_STATE_NEXT
	activeKey  = identityv1.CardKeyState_CARD_KEY_STATE_ACTIVE
	oldKey     = identityv1.CardKeyState_CARD_KEY_STATE_OLD
	retiredKey = identityv1.CardKeyState_CARD_KEY_STATE_RETIRED
)

func (r *replica) cardKeys() identityv1.CardKeyServiceClient {
	return identityv1.NewCardKeyServiceClient(r.As("gateway"))
}

// keysOf are the keys of a data set by their states; the newest of each.
func (r *replica) keysOf(set authv1.DataSet) map[identityv1.CardKeyState]*identityv1.CardKey {
	r.T.Helper()
	answer, err := r.cardKeys().ListCardKeys(r.ByOperator("viewer"), &identityv1.ListCardKeysRequest{})
	check(r.T, err)
	found := map[identityv1.CardKeyState]*identityv1.CardKey{}
	for _, key := range answer.GetCardKeys() {
		if key.GetDataSet() == set {
			found[key.GetState()] = key
		}
	}
	return found
}

func (r *replica) rotate(force bool) (*identityv1.CardKey, error) {
	answer, err := r.cardKeys().RotateCardKey(r.ByOperator("security"), &identityv1.RotateCardKeyRequest{Force: force})
	return answer.GetCardKey(), err
}

func (r *replica) retire(id string) (int64, error) {
	answer, err := r.cardKeys().RetireCardKey(r.ByOperator("security"), &identityv1.RetireCardKeyRequest{KeyId: id})
	return answer.GetRevokedCards(), err
}

func TestKeysAreRotatedAndRetired(t *testing.T) {
	onBoth(t, func(t *testing.T, p *platform) {
		r, other := p.replica(), p.replica()
		first := r.issue(p.enter(student("1")))
		before := r.keysOf(inProduction)
		if first.GetKeyId() != before[activeKey].GetKeyId() || before[activeKey].GetLiveCards() != 1 || before[nextKey] == nil {
			t.Errorf("%v", before)
		}
		_, err := r.rotate(false)
		wantReason(t, err, errorsv1.Reason_REASON_KEY_NOT_READY)
		if ready := p.Clock.Now().UTC().Add(24 * time.Hour).Format(time.RFC3339); !strings.Contains(err.Error(), ready) {
			t.Errorf("%v does not say %s", err, ready)
		}
		p.Clock.Advance(24 * time.Hour)
		active, err := r.rotate(false)
		check(t, err)
		after := r.keysOf(inProduction)
		if active.GetKeyId() != before[nextKey].GetKeyId() || active.GetActivatedAt() == nil || after[activeKey].GetKeyId() != active.GetKeyId() ||
			after[oldKey].GetKeyId() != first.GetKeyId() || after[nextKey].GetKeyId() == active.GetKeyId() {
			t.Errorf("%v, %v", active, after)
		}
		if staging := r.keysOf(inStaging); staging[oldKey] != nil {
			t.Error("staging's keys were rotated")
		}

		// The other replica signs with the new key at once, and both keys' cards verify.
		second := other.issue(p.enter(student("2")))
		if second.GetKeyId() != active.GetKeyId() || !r.offline(second) || !other.offline(first) {
			t.Errorf("%+v", second)
		}
		for id, want := range map[string]errorsv1.Reason{
			active.GetKeyId(): errorsv1.Reason_REASON_KEY_IN_USE, after[nextKey].GetKeyId(): errorsv1.Reason_REASON_KEY_IN_USE,
			"nobody": errorsv1.Reason_REASON_KEY_NOT_FOUND, "k\x00": errorsv1.Reason_REASON_KEY_NOT_FOUND,
		} {
			_, err := r.retire(id)
			wantReason(t, err, want)
		}
		for _, want := range []int64{1, 0} {
			if revoked, err := other.retire(first.GetKeyId()); err != nil || revoked != want {
				t.Errorf("revoked %d, %v", revoked, err)
			}
		}
		status, err := r.status(first)
		check(t, err)
		if status.GetState() != revoked || status.GetRevocationReason() != identityv1.RevocationReason_REVOCATION_REASON_KEY_COMPROMISED {
			t.Errorf("%+v", status)
		}
		want := []string{active.GetKeyId(), after[nextKey].GetKeyId()}
		slices.Sort(want)
		if got := slices.Sorted(maps.Keys(r.publicKeys(inProduction))); !slices.Equal(got, want) {
			t.Errorf("published %v, want %v", got, want)
		}
		if r.offline(first) || r.keysOf(inProduction)[retiredKey].GetLiveCards() != 0 {
			t.Error("the card of a retired key lives on")
		}

		_, err = r.rotate(true)
		check(t, err)
		for act, wanted := range map[string]int{"RotateCardKey": 2, "RetireCardKey": 1} {
			if n := p.count(`SELECT count(*) FROM log_entry WHERE act = $1 AND actor = 'ana'`, act); n != int64(wanted) {
				t.Errorf("%d entries of %s", n, act)
			}
		}
		for _, key := range []string{"viewer", "editor"} {
			_, err := r.cardKeys().RetireCardKey(r.ByOperator(key), &identityv1.RetireCardKeyRequest{KeyId: active.GetKeyId()})
			wantReason(t, err, errorsv1.Reason_REASON_PERMISSION_DENIED)
		}
	})
}

// A replica does not begin to sign with a key that it cannot open.
func TestAKeyUnderAnotherKEKIsNotReady(t *testing.T) {
	p := newPlatform(t)
	r := p.replica()
	kek, err := keyring.New(bytes.Repeat([]byte{2}, 32))
	check(t, err)
	p.exec(`UPDATE signing_key SET sealed_private = $1 WHERE use = 'card' AND state = 'next'`, kek.Seal(make([]byte, 32), nil))
	_, err = r.rotate(true)
	wantReason(t, err, errorsv1.Reason_REASON_KEY_NOT_READY)
	if c := r.issue(p.enter(student("1"))); !r.offline(c) {
		t.Errorf("%+v", c)
	}
}

// revocationList is what an offline verifier gets of a list.
type revocationList struct {
	Issuer    string `json:"iss"`
	IssuedAt  int64  `json:"iat"`
	ExpiresAt int64  `json:"exp"`
	Revoked   string `json:"revoked"`
	jws       string
}

func (r *replica) revocations(set authv1.DataSet) revocationList {
	r.T.Helper()
	answer, err := r.cards().GetRevocationList(r.T.Context(), &identityv1.GetRevocationListRequest{DataSet: set})
	check(r.T, err)
	signed, err := jose.ParseSignedCompact(answer.GetJws(), []jose.SignatureAlgorithm{jose.EdDSA})
	check(r.T, err)
	header := signed.Signatures[0].Protected
	if header.ExtraHeaders[jose.HeaderType] != "card-revocations+jwt" {
		r.T.Errorf("typ %v", header.ExtraHeaders[jose.HeaderType])
	}
	claims, err := signed.Verify(r.publicKeys(set)[header.KeyID])
	check(r.T, err)
	list := revocationList{jws: answer.GetJws()}
	check(r.T, json.Unmarshal(claims, &list))
	if list.ExpiresAt != answer.GetExpiresAt().AsTime().Unix() {
		r.T.Errorf("expires %v and %d", answer.GetExpiresAt().AsTime(), list.ExpiresAt)
	}
	return list
}

// prefixes are what a list must have of these cards.
func prefixes(cards ...*identityv1.Card) string {
	var all [][]byte
	for _, c := range cards {
		sum := sha256.Sum256([]byte(c.GetFolio() + c.GetSignature()))
		all = append(all, sum[:8])
	}
	slices.SortFunc(all, bytes.Compare)
	return base64.RawURLEncoding.EncodeToString(bytes.Join(all, nil))
}

func TestRevokedCardsAreListed(t *testing.T) {
	onBoth(t, func(t *testing.T, p *platform) {
		r, other := p.replica(), p.replica()
		var cards []*identityv1.Card
		for i := range 4 {
			cards = append(cards, r.issue(p.enter(student(fmt.Sprint(i)))))
		}
		empty := r.revocations(inProduction)
		now := p.Clock.Now().Unix()
		if empty.Revoked != "" || empty.Issuer != "https://id.example/c" || empty.IssuedAt != now || empty.ExpiresAt != now+24*60*60 {
			t.Errorf("%+v", empty)
		}
		if staging := r.revocations(inStaging); staging.Issuer != "https://id.example/cs" {
			t.Errorf("%+v", staging)
		}
		p.Clock.Advance(time.Second)
		if again := r.revocations(inProduction); again != empty {
			t.Error("the list is made anew though nothing has changed")
		}
		other.revoke(cards[0])
		if list := r.revocations(inProduction); list.Revoked != prefixes(cards[0]) {
			t.Errorf("%+v", list)
		}
		p.Clock.Advance(time.Second)
		r.revoke(cards[1])
		r.revoke(cards[2])
		list := r.revocations(inProduction)
		if list.Revoked != prefixes(cards[:3]...) {
			t.Errorf("%+v", list)
		}

		// A replica whose clock is behind revokes a card before the last revocation: it is there within a minute.
		p.exec(`UPDATE card SET revoked_at = 1, reason = 'lost' WHERE folio = $1`, cards[3].GetFolio())
		p.Clock.Advance(time.Minute - time.Second)
		if got := r.revocations(inProduction); got != list {
			t.Errorf("%+v", got)
		}
		p.Clock.Advance(time.Second)
		if got := r.revocations(inProduction); got.Revoked != prefixes(cards...) || got.IssuedAt != p.Clock.Now().Unix() {
			t.Errorf("%+v", got)
		}

		// Of a key that is no longer published no card verifies: the list has none of its.
		_, err := r.rotate(true)
		check(t, err)
		if got := r.revocations(inProduction); got.Revoked != "" {
			t.Errorf("%+v", got)
		}
	})
}

// A hundred thousand revoked cards fit into one answer.
func TestManyRevokedCardsAreListed(t *testing.T) {
	const many = 100_000
	p := newPlatform(t)
	r := p.replica()
	key := r.keysOf(inProduction)[activeKey].GetKeyId()
	p.exec(`INSERT INTO card (data_set, folio, person_id, membership_id, key_id, text, signature, issued_at, revoked_at, reason, replaces)
		WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < $1)
		SELECT 'production', printf('%06d', i), '', '', $2, '', printf('%086d', i), 1, 1, 'lost', '' FROM n`, many, key)
	list := r.revocations(inProduction)
	raw, err := base64.RawURLEncoding.DecodeString(list.Revoked)
	check(t, err)
	if len(raw) != many*8 {
		t.Fatalf("%d bytes", len(raw))
	}
	entries := slices.Collect(slices.Chunk(raw, 8))
	if !slices.IsSortedFunc(entries, bytes.Compare) {
		t.Error("they are not sorted")
	}
	for _, i := range []int{1, many / 2, many} {
		sum := sha256.Sum256(fmt.Appendf(nil, "%06d%086d", i, i))
		if _, found := slices.BinarySearchFunc(entries, sum[:8], bytes.Compare); !found {
			t.Errorf("card %d is not on the list", i)
		}
	}
}

func TestListsLastAsLongAsTheSettingSays(t *testing.T) {
	p := newPlatform(t)
	p.change = func(c *identity.Config) { c.Cards.RevocationListLife = time.Hour }
	if list := p.replica().revocations(inProduction); list.ExpiresAt-list.IssuedAt != 60*60 {
		t.Errorf("%+v", list)
	}
}

// A replica asks for a folio until it finds one that is free.
func TestATakenFolioIsNotGivenAgain(t *testing.T) {
	onBoth(t, func(t *testing.T, p *platform) {
		r := p.replica()
		r.service.SetFolios("aaaaaa", "aaaaaa", "bbbbbb", "aaaaaa", "bbbbbb", "cccccc")
		if c := r.issue(p.enter(student("1"))); c.GetFolio() != "aaaaaa" {
			t.Errorf("%+v", c)
		}
		c := r.issue(p.enter(student("2")))
		answer, err := r.cards().RenewCard(r.ByOperator("editor"), &identityv1.RenewCardRequest{Folio: c.GetFolio()})
		check(t, err)
		if c.GetFolio() != "bbbbbb" || answer.GetCard().GetFolio() != "cccccc" || len(p.logged("pseudonym of 2")) != 2 {
			t.Errorf("%+v, %+v", c, answer.GetCard())
		}
	})
}
