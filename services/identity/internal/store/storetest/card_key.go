package storetest

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
	"github.com/ventanilla/ventanilla/services/identity/internal/store"
)

var cardKeyChecks = checks{
	"CardKeysGoThroughTheirLife":       cardKeysGoThroughTheirLife,
	"RefusedCardKeysStay":              refusedCardKeysStay,
	"NoCardIsLiveUnderARetiredKey":     noCardIsLiveUnderARetiredKey,
	"KeysWithLiveCardsArePublished":    keysWithLiveCardsArePublished,
	"RevokedCardsOfPublishedKeysCount": revokedCardsOfPublishedKeysCount,
}

func agreed(store.SigningKey) error { return nil }

func rotate(t *testing.T, s *store.Store, fresh string) store.CardKey {
	t.Helper()
	active, err := s.RotateCardKey(t.Context(), act, store.Production, cardKey(fresh, store.KeyNext), agreed)
	check(t, err)
	return active
}

func published(t *testing.T, s *store.Store) (ids []string) {
	t.Helper()
	keys, err := s.PublishedKeys(t.Context(), store.Production)
	check(t, err)
	for _, k := range keys {
		ids = append(ids, k.ID)
	}
	return ids
}

func cardKeysGoThroughTheirLife(t *testing.T, open Open) {
	s, clock := one(t, open)
	withCardKeys(t, s)
	issueCard(t, s, withHolder(t, s, "1"), "a")
	issueCard(t, s, withHolder(t, s, "2"), "b")
	_, err := s.RevokeCard(t.Context(), act, store.Production, "b", store.CardLost)
	check(t, err)
	rotated := clock.Advance(time.Minute)
	active := rotate(t, s, "third")
	if made := issueCard(t, s, withHolder(t, s, "3"), "c"); made.KeyID != "second" {
		t.Errorf("signed with %s", made.KeyID)
	}
	clock.Advance(time.Minute)
	want := []store.CardKey{
		{SigningKey: cardKey("first", store.KeyOld), LiveCards: 1},
		{SigningKey: cardKey("second", store.KeyActive), LiveCards: 1},
		{SigningKey: cardKey("third", store.KeyNext)},
	}
	want[0].CreatedAt, want[1].CreatedAt, want[2].CreatedAt = start, start, rotated
	want[0].ActivatedAt, want[1].ActivatedAt = start, rotated
	all, err := s.CardKeys(t.Context())
	check(t, err)
	wantSame(t, "keys", all, want)
	wantSame(t, "active", active.SigningKey, want[1].SigningKey)

	at := clock.Advance(time.Minute)
	for _, expected := range []int64{1, 0} {
		if revoked, err := s.RetireCardKey(t.Context(), act, "first", agreed); err != nil || revoked != expected {
			t.Errorf("revoked %d, %v", revoked, err)
		}
	}
	card, err := s.Card(t.Context(), store.Production, "a")
	check(t, err)
	if !card.RevokedAt.Equal(at) || card.Reason != store.CardKeyCompromised {
		t.Errorf("%+v", card)
	}
	if other, err := s.Card(t.Context(), store.Production, "b"); err != nil || other.Reason != store.CardLost {
		t.Errorf("%+v, %v", other, err)
	}
	want[0].State, want[0].SealedPrivate, want[0].LiveCards = store.KeyRetired, nil, 0
	all, err = s.CardKeys(t.Context())
	check(t, err)
	if len(all[0].SealedPrivate) == 0 { // an engine reads it as nil, the other as empty
		all[0].SealedPrivate = nil
	}
	wantSame(t, "after one was retired", all, want)
	if logged := entries(t, s, "first"); len(logged) != 1 || !strings.Contains(logged[0], `"revoked_cards":"1"`) {
		t.Errorf("logged %v", logged)
	}
	if logged := entries(t, s, "second"); len(logged) != 1 || !strings.Contains(logged[0], `"old":"first","next":"third"`) ||
		strings.Contains(logged[0], "private") {
		t.Errorf("logged %v", logged)
	}
}

func refusedCardKeysStay(t *testing.T, open Open) {
	s, _ := one(t, open)
	withCardKeys(t, s)
	issueCard(t, s, withHolder(t, s, "1"), "a")
	check(t, s.EnsureKey(t.Context(), store.SigningKey{ID: "log", Use: store.UseLog, State: store.KeyActive, Public: []byte{1}, SealedPrivate: []byte{1}}))
	before, err := s.CardKeys(t.Context())
	check(t, err)
	refusal := errors.New("refused")
	_, err = s.RotateCardKey(t.Context(), act, store.Production, cardKey("third", store.KeyNext), func(next store.SigningKey) error {
		if next.ID != "second" {
			t.Errorf("asked about %s", next.ID)
		}
		return refusal
	})
	wantClass(t, "rotated", err, refusal)
	_, err = s.RotateCardKey(t.Context(), act, store.Production, cardKey("second", store.KeyNext), agreed)
	wantClass(t, "rotated to a known key", err, sqlstore.ErrConflict)
	_, err = s.RotateCardKey(t.Context(), act, store.Staging, cardKey("third", store.KeyNext), agreed)
	wantClass(t, "rotated where there are no keys", err, sqlstore.ErrNotFound)
	_, err = s.RetireCardKey(t.Context(), act, "first", func(store.SigningKey) error { return refusal })
	wantClass(t, "retired", err, refusal)
	for _, id := range []string{"", "nobody", "log", "a\x00", "\xff"} {
		_, err = s.RetireCardKey(t.Context(), act, id, agreed)
		wantClass(t, "retired what is no key", err, sqlstore.ErrNotFound)
	}
	after, err := s.CardKeys(t.Context())
	check(t, err)
	wantSame(t, "keys", after, before)
}

// Cards are issued while keys are rotated and retired.
func noCardIsLiveUnderARetiredKey(t *testing.T, open Open) {
	replica := open(t, 4, time.Now)
	s := replica()
	withCardKeys(t, s)
	const holders = 30
	for n := range holders {
		withHolder(t, s, fmt.Sprint(n))
	}
	var group sync.WaitGroup
	for i := range 3 {
		s := replica()
		group.Go(func() {
			for n := i; n < holders; n += 3 {
				if _, err := s.IssueCard(t.Context(), act, "m-"+fmt.Sprint(n), func(from store.CardSource, key store.SigningKey) (store.Card, error) {
					if key.State != store.KeyActive || len(key.SealedPrivate) == 0 {
						t.Errorf("signed with a key that is %s", key.State)
					}
					return under(fmt.Sprint(n), noEnd)(from, key)
				}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	for i := range 2 {
		s := replica()
		group.Go(func() {
			for round := range 5 {
				var before string
				_, err := s.RotateCardKey(t.Context(), act, store.Production, cardKey(fmt.Sprint("key ", i, round), store.KeyNext), agreed)
				if err != nil {
					t.Error(err)
				}
				all, err := s.CardKeys(t.Context())
				if err != nil {
					t.Error(err)
				}
				for _, k := range all {
					if k.State == store.KeyOld {
						before = k.ID
					}
				}
				if _, err := s.RetireCardKey(t.Context(), act, before, agreed); before != "" && err != nil {
					t.Error(err)
				}
			}
		})
	}
	group.Wait()
	if cards := count(t, s, `SELECT count(*) FROM card`); cards != holders {
		t.Errorf("%d cards", cards)
	}
	live := count(t, s, `SELECT count(*) FROM card JOIN signing_key ON signing_key.key_id = card.key_id
		WHERE card.revoked_at IS NULL AND signing_key.state = 'retired'`)
	if live != 0 {
		t.Errorf("%d live cards of retired keys", live)
	}
	for _, state := range []store.KeyState{store.KeyActive, store.KeyNext} {
		if keys := count(t, s, `SELECT count(*) FROM signing_key WHERE use = 'card' AND state = $1`, state); keys != 1 {
			t.Errorf("%d keys are %s", keys, state)
		}
	}
}

func keysWithLiveCardsArePublished(t *testing.T, open Open) {
	s, clock := one(t, open)
	withCardKeys(t, s)
	_, err := s.IssueCard(t.Context(), act, withHolder(t, s, "1"), under("a", start.Add(time.Hour)))
	check(t, err)
	clock.Advance(time.Minute)
	rotate(t, s, "third")
	issueCard(t, s, withHolder(t, s, "2"), "b")
	clock.Advance(time.Minute)
	rotate(t, s, "fourth")
	wantSame(t, "with live cards", published(t, s), []string{"first", "second", "third", "fourth"})
	_, err = s.RevokeCard(t.Context(), act, store.Production, "b", store.CardLost)
	check(t, err)
	wantSame(t, "after a card was revoked", published(t, s), []string{"first", "third", "fourth"})
	clock.Advance(time.Hour)
	wantSame(t, "after a card has expired", published(t, s), []string{"third", "fourth"})
	if keys, err := s.PublishedKeys(t.Context(), store.Staging); err != nil || len(keys) != 0 {
		t.Errorf("%d keys of staging, %v", len(keys), err)
	}
}

func revokedCardsOfPublishedKeysCount(t *testing.T, open Open) {
	s, clock := one(t, open)
	withCardKeys(t, s)
	if last, err := s.LastRevocation(t.Context(), store.Production); err != nil || !last.IsZero() {
		t.Errorf("last %v, %v", last, err)
	}
	issueCard(t, s, withHolder(t, s, "stays"), "stays")
	_, err := s.IssueCard(t.Context(), act, withHolder(t, s, "ends"), under("ends", start.Add(time.Minute)))
	check(t, err)
	issueCard(t, s, withHolder(t, s, "goes"), "goes")
	for _, folio := range []string{"ends", "goes"} {
		_, err = s.RevokeCard(t.Context(), act, store.Production, folio, store.CardLost)
		check(t, err)
	}
	list := func(limit int) (folios []string) {
		t.Helper()
		cards, err := s.RevokedCards(t.Context(), store.Production, limit)
		check(t, err)
		for _, c := range cards {
			if c.Signature != "signature of "+c.Folio {
				t.Errorf("%+v", c)
			}
			folios = append(folios, c.Folio)
		}
		slices.Sort(folios)
		return folios
	}
	clock.Advance(time.Hour)
	wantSame(t, "revoked, the expired one among them", list(10), []string{"ends", "goes"})
	if n := len(list(1)); n != 1 {
		t.Errorf("%d, at most 1", n)
	}
	if last, err := s.LastRevocation(t.Context(), store.Production); err != nil || !last.Equal(start) {
		t.Errorf("last %v, %v", last, err)
	}
	rotate(t, s, "third")
	wantSame(t, "of an old key that is published", list(10), []string{"ends", "goes"})
	at := clock.Advance(time.Minute)
	_, err = s.RetireCardKey(t.Context(), act, "first", agreed)
	check(t, err)
	wantSame(t, "of a key that is not", list(10), nil)
	if last, err := s.LastRevocation(t.Context(), store.Production); err != nil || !last.Equal(at) {
		t.Errorf("last %v, %v", last, err)
	}
	if cards, err := s.RevokedCards(t.Context(), store.Staging, 10); err != nil || len(cards) != 0 {
		t.Errorf("staging: %v, %v", cards, err)
	}
}
