package storetest

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
	"github.com/ventanilla/ventanilla/services/identity/internal/store"
)

var cardChecks = checks{
	"CardsAreKeptWhole":              cardsAreKeptWhole,
	"AMembershipHasOneLiveCard":      aMembershipHasOneLiveCard,
	"AnExpiredCardGivesWay":          anExpiredCardGivesWay,
	"AFolioIsGivenOnce":              aFolioIsGivenOnce,
	"CardsAreRenewedWholeOrNot":      cardsAreRenewedWholeOrNot,
	"ACardIsRenewedOnce":             aCardIsRenewedOnce,
	"ACardIsRevokedOnce":             aCardIsRevokedOnce,
	"WhatIsNotLoggedDoesNotHappen":   whatIsNotLoggedDoesNotHappen,
	"NoCardOutlivesItsMembership":    noCardOutlivesItsMembership,
	"NoCardOutlivesItsPerson":        noCardOutlivesItsPerson,
	"OneConnectionServesManyHolders": oneConnectionServesManyHolders,
}

// cardKey makes a key as the store keeps it.
func cardKey(id string, state store.KeyState) store.SigningKey {
	return store.SigningKey{
		ID: id, Use: store.UseCard, DataSet: store.Production, State: state, Public: []byte("public of " + id), SealedPrivate: []byte("private of " + id),
	}
}

// withCardKeys has the keys "first", which signs, and "second", the next.
func withCardKeys(t *testing.T, s *store.Store) {
	t.Helper()
	check(t, s.EnsureKey(t.Context(), cardKey("first", store.KeyActive)))
	check(t, s.EnsureKey(t.Context(), cardKey("second", store.KeyNext)))
}

// withHolder enters a person "p-", with the pseudonym "of ", and a membership "m-", whose identifier it returns.
func withHolder(t *testing.T, s *store.Store, id string) string {
	t.Helper()
	execute(t, s, `INSERT INTO person (person_id, data_set, unique_key, pseudonym, given_names, first_surname, second_surname, birth_date,
		contacts, photo_url, photo_accepted, mobile_identity, attributes, version, created_at, updated_at)
		VALUES ($1, 'production', $2, $3, 'Ana', 'Paz', 'Ruiz', '', '[]', '', 0, 0, '{}', 1, 1, 1)`, "p-"+id, id, "of "+id)
	execute(t, s, `INSERT INTO catalogue_entry (data_set, catalogue, code, name) VALUES ('production', 'programmes', '6895', 'Educación') ON CONFLICT DO NOTHING`)
	execute(t, s, `INSERT INTO membership (membership_id, person_id, data_set, type, number, programme, academic_unit, department, entity, term,
		status, position, hired_on, salary_level, valid_until, created_at, updated_at)
		VALUES ($1, $2, 'production', 'L', '19003500', '6895', '', '', 'an entity', '', 'INSCRITO', '', '', '', '2026-12-31', 1, 1)`, "m-"+id, "p-"+id)
	return "m-" + id
}

// under makes a card of a folio that ends at a time, which may be zero.
func under(folio string, end time.Time) store.CardMaker {
	return func(store.CardSource, store.SigningKey) (store.Card, error) {
		return store.Card{Folio: folio, Text: "text of " + folio, Signature: "signature of " + folio, ExpiresAt: end}, nil
	}
}

var noEnd time.Time

func issueCard(t *testing.T, s *store.Store, membership, folio string) store.Card {
	t.Helper()
	made, err := s.IssueCard(t.Context(), act, membership, under(folio, noEnd))
	check(t, err)
	return made
}

func folios(cards []store.Card) (all []string) {
	for _, c := range cards {
		all = append(all, c.Folio)
	}
	return all
}

func cardsAreKeptWhole(t *testing.T, open Open) {
	s, clock := one(t, open)
	withCardKeys(t, s)
	membership := withHolder(t, s, "1")
	end := start.Add(time.Hour)
	made, err := s.IssueCard(t.Context(), act, membership, func(from store.CardSource, key store.SigningKey) (store.Card, error) {
		wantSame(t, "source", from, store.CardSource{
			MembershipID: membership, PersonID: "p-1", Pseudonym: "of 1", DataSet: store.Production,
			GivenNames: "Ana", FirstSurname: "Paz", SecondSurname: "Ruiz", Type: "L", Number: "19003500",
			ProgrammeCode: "6895", ProgrammeName: "Educación", Entity: "an entity", ValidUntil: "2026-12-31",
		})
		active := cardKey("first", store.KeyActive)
		active.CreatedAt, active.ActivatedAt = start, start
		wantSame(t, "key", key, active)
		return under("a", end)(from, key)
	})
	check(t, err)
	want := store.Card{
		DataSet: store.Production, Folio: "a", PersonID: "p-1", MembershipID: membership, Text: "text of a", KeyID: "first",
		Signature: "signature of a", IssuedAt: start, ExpiresAt: end,
	}
	wantSame(t, "issued", made, want)
	read, err := s.Card(t.Context(), store.Production, "a")
	check(t, err)
	wantSame(t, "read", read, store.KeyedCard{Card: want, Public: []byte("public of first"), Pseudonym: "of 1"})
	at := clock.Advance(time.Minute)
	revoked, err := s.RevokeCard(t.Context(), act, store.Production, "a", store.CardLost)
	check(t, err)
	want.RevokedAt, want.Reason = at, store.CardLost
	wantSame(t, "revoked", revoked, want)
	renewed := issueCard(t, s, membership, "b")
	all, err := s.Cards(t.Context(), "p-1")
	check(t, err)
	wantSame(t, "listed", all, []store.Card{renewed, want})
	for _, folio := range []string{"A", "", "b "} {
		_, err := s.Card(t.Context(), store.Production, folio)
		wantClass(t, "a folio that is none", err, sqlstore.ErrNotFound)
	}
	_, err = s.Card(t.Context(), store.Staging, "a")
	wantClass(t, "another data set's", err, sqlstore.ErrNotFound)
	if logged := entries(t, s, "of 1"); len(logged) != 3 || !strings.Contains(logged[0], `"detail":{"folio":"a","key":"first"}`) {
		t.Errorf("logged %v", logged)
	}
}

// race runs a function for each replica and some rounds, and returns how often it returned nil. All other errors must be of the class.
func race(t *testing.T, replica func() *store.Store, refusal error, run func(s *store.Store, n int) error) int {
	t.Helper()
	var done atomic.Int32
	var group sync.WaitGroup
	for i := range 3 {
		s := replica()
		group.Go(func() {
			for round := range 5 {
				switch err := run(s, 5*i+round); {
				case err == nil:
					done.Add(1)
				case !errors.Is(err, refusal):
					t.Error(err)
				}
			}
		})
	}
	group.Wait()
	return int(done.Load())
}

func aMembershipHasOneLiveCard(t *testing.T, open Open) {
	replica := open(t, 2, time.Now)
	s := replica()
	withCardKeys(t, s)
	membership := withHolder(t, s, "1")
	issued := race(t, replica, store.ErrCardLive, func(s *store.Store, n int) error {
		_, err := s.IssueCard(t.Context(), act, membership, under(fmt.Sprint(n), noEnd))
		return err
	})
	all, err := s.Cards(t.Context(), "p-1")
	check(t, err)
	if logged := entries(t, s, "of 1"); issued != 1 || len(all) != 1 || len(logged) != 1 {
		t.Errorf("issued %d, %d cards, %d entries", issued, len(all), len(logged))
	}
	for _, id := range []string{"m-2", "", "m\x00", "\xff"} {
		_, err := s.IssueCard(t.Context(), act, id, under("x", noEnd))
		wantClass(t, "no membership", err, store.ErrNoMembership)
	}
}

func anExpiredCardGivesWay(t *testing.T, open Open) {
	s, clock := one(t, open)
	withCardKeys(t, s)
	membership := withHolder(t, s, "1")
	_, err := s.IssueCard(t.Context(), act, membership, under("a", start.Add(time.Hour)))
	check(t, err)
	clock.Advance(time.Hour - time.Millisecond)
	_, err = s.IssueCard(t.Context(), act, membership, under("b", noEnd))
	wantClass(t, "before its end", err, store.ErrCardLive)
	at := clock.Advance(time.Millisecond)
	made, err := s.IssueCard(t.Context(), act, membership, under("b", noEnd))
	check(t, err)
	before, err := s.Card(t.Context(), store.Production, "a")
	check(t, err)
	if made.Replaces != "a" || !before.RevokedAt.Equal(at) || before.Reason != store.CardReplaced {
		t.Errorf("%+v in the place of %+v", made, before)
	}
}

func aFolioIsGivenOnce(t *testing.T, open Open) {
	replica := open(t, 2, time.Now)
	s := replica()
	withCardKeys(t, s)
	for n := range 15 {
		withHolder(t, s, fmt.Sprint(n))
	}
	issued := race(t, replica, store.ErrFolioTaken, func(s *store.Store, n int) error {
		_, err := s.IssueCard(t.Context(), act, "m-"+fmt.Sprint(n), under("same", noEnd))
		return err
	})
	if cards := count(t, s, `SELECT count(*) FROM card`); issued != 1 || cards != 1 {
		t.Errorf("issued %d, %d cards", issued, cards)
	}
	staging := cardKey("staging", store.KeyActive)
	staging.DataSet = store.Staging
	check(t, s.EnsureKey(t.Context(), staging))
	membership := withHolder(t, s, "staging")
	execute(t, s, `UPDATE membership SET data_set = 'staging' WHERE membership_id = $1`, membership)
	if made := issueCard(t, s, membership, "same"); made.DataSet != store.Staging || made.KeyID != "staging" {
		t.Errorf("%+v", made)
	}
}

func cardsAreRenewedWholeOrNot(t *testing.T, open Open) {
	s, clock := one(t, open)
	withCardKeys(t, s)
	membership := withHolder(t, s, "1")
	first := issueCard(t, s, membership, "a")
	issueCard(t, s, withHolder(t, s, "2"), "taken")
	clock.Advance(time.Minute)
	refusal := errors.New("refused")
	for _, refused := range []struct {
		make store.CardMaker
		want error
	}{
		{func(store.CardSource, store.SigningKey) (store.Card, error) { return store.Card{}, refusal }, refusal},
		{under("taken", noEnd), store.ErrFolioTaken},
	} {
		_, err := s.RenewCard(t.Context(), act, store.Production, "a", refused.make)
		wantClass(t, "renewed", err, refused.want)
		read, err := s.Card(t.Context(), store.Production, "a")
		check(t, err)
		wantSame(t, "left alone", read.Card, first)
	}
	if logged := entries(t, s, "of 1"); len(logged) != 1 {
		t.Errorf("logged %v", logged)
	}
	made, err := s.RenewCard(t.Context(), act, store.Production, "a", under("b", noEnd))
	check(t, err)
	if made.Replaces != "a" || made.MembershipID != membership {
		t.Errorf("%+v", made)
	}
	if logged := entries(t, s, "of 1"); !strings.Contains(logged[1], `{"folio":"b","replaces":"a","key":"first"}`) {
		t.Errorf("logged %s", logged[1])
	}
	_, err = s.RenewCard(t.Context(), act, store.Production, "a", under("c", noEnd))
	wantClass(t, "a revoked card renewed", err, store.ErrCardRevoked)
	_, err = s.RenewCard(t.Context(), act, store.Staging, "b", under("c", noEnd))
	wantClass(t, "another data set's renewed", err, sqlstore.ErrNotFound)
}

func aCardIsRenewedOnce(t *testing.T, open Open) {
	replica := open(t, 2, time.Now)
	s := replica()
	withCardKeys(t, s)
	issueCard(t, s, withHolder(t, s, "1"), "a")
	renewed := race(t, replica, store.ErrCardRevoked, func(s *store.Store, n int) error {
		_, err := s.RenewCard(t.Context(), act, store.Production, "a", under(fmt.Sprint(n), noEnd))
		return err
	})
	all, err := s.Cards(t.Context(), "p-1")
	check(t, err)
	if logged := entries(t, s, "of 1"); renewed != 1 || len(all) != 2 || len(logged) != 2 {
		t.Errorf("renewed %d, cards %v, %d entries", renewed, folios(all), len(logged))
	}
}

func aCardIsRevokedOnce(t *testing.T, open Open) {
	replica := open(t, 2, time.Now)
	s := replica()
	withCardKeys(t, s)
	issueCard(t, s, withHolder(t, s, "1"), "a")
	var mu sync.Mutex
	seen := map[store.CardReason]bool{}
	reasons := []store.CardReason{store.CardLost, store.CardStolen, store.CardIssuedInError}
	race(t, replica, nil, func(s *store.Store, n int) error {
		revoked, err := s.RevokeCard(t.Context(), act, store.Production, "a", reasons[n%len(reasons)])
		mu.Lock()
		defer mu.Unlock()
		seen[revoked.Reason] = true
		return err
	})
	logged := strings.Join(entries(t, s, "of 1"), "\n")
	if len(seen) != 1 || strings.Count(logged, `"reason":`) != 1 {
		t.Errorf("revoked for %v:\n%s", seen, logged)
	}
	for _, set := range store.DataSets() {
		_, err := s.RevokeCard(t.Context(), act, set, "b", store.CardLost)
		wantClass(t, "no card", err, sqlstore.ErrNotFound)
	}
}

// A change and its entry are of one transaction: without the one there is not the other.
func whatIsNotLoggedDoesNotHappen(t *testing.T, open Open) {
	s, _ := one(t, open)
	withCardKeys(t, s)
	membership, other := withHolder(t, s, "1"), withHolder(t, s, "2")
	issueCard(t, s, membership, "a")
	rotate(t, s, "third")
	nobody := store.Act{Actor: "no\nname", Name: "Test"}
	state := func() []any {
		cards, err := s.Cards(t.Context(), "p-1")
		check(t, err)
		keys, err := s.CardKeys(t.Context())
		check(t, err)
		return []any{cards, keys, count(t, s, `SELECT count(*) FROM card`), count(t, s, `SELECT count(*) FROM log_entry`)}
	}
	before := state()
	for name, change := range map[string]func() error{
		"issue": func() error {
			_, err := s.IssueCard(t.Context(), nobody, other, under("b", noEnd))
			return err
		},
		"renew": func() error {
			_, err := s.RenewCard(t.Context(), nobody, store.Production, "a", under("b", noEnd))
			return err
		},
		"revoke": func() error {
			_, err := s.RevokeCard(t.Context(), nobody, store.Production, "a", store.CardLost)
			return err
		},
		"rotate": func() error {
			_, err := s.RotateCardKey(t.Context(), nobody, store.Production, cardKey("fourth", store.KeyNext), agreed)
			return err
		},
		"retire": func() error {
			_, err := s.RetireCardKey(t.Context(), nobody, "first", agreed)
			return err
		},
		"rewrap": func() error {
			_, _, err := s.RewrapKeys(t.Context(), nobody, sealedAs("new"))
			return err
		},
	} {
		if change() == nil {
			t.Errorf("%s: it succeeds without an entry", name)
		}
		wantSame(t, name, state(), before)
	}
}

// However memberships end and cards are issued at once, no live card is left of one that has ended.
func noCardOutlivesItsMembership(t *testing.T, open Open) {
	replica := open(t, 4, time.Now)
	s := replica()
	withCardKeys(t, s)
	const memberships = 12
	for n := range memberships {
		withHolder(t, s, fmt.Sprint(n))
	}
	ended := errors.New("ended")
	var group sync.WaitGroup
	for n := range memberships {
		id := "m-" + fmt.Sprint(n)
		group.Go(func() {
			_, err := s.IssueCard(t.Context(), act, id, func(from store.CardSource, key store.SigningKey) (store.Card, error) {
				if !from.EndedAt.IsZero() {
					return store.Card{}, ended
				}
				return under(fmt.Sprint(n), noEnd)(from, key)
			})
			if err != nil && !errors.Is(err, ended) {
				t.Error(err)
			}
		})
		group.Go(func() {
			if _, err := s.EndMembership(t.Context(), id, act, func(store.Membership) error { return nil }); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	if live := count(t, s, `SELECT count(*) FROM card WHERE revoked_at IS NULL`); live != 0 {
		t.Errorf("%d cards are live", live)
	}
}

// However persons are erased and cards are issued and renewed at once, no text and no live card is left of one that is gone.
func noCardOutlivesItsPerson(t *testing.T, open Open) {
	replica := open(t, 4, time.Now)
	s := replica()
	withCardKeys(t, s)
	const persons = 12
	for n := range persons {
		if membership := withHolder(t, s, fmt.Sprint(n)); n%2 == 0 {
			issueCard(t, s, membership, fmt.Sprint(n))
		}
	}
	var group sync.WaitGroup
	for n := range persons {
		folio := fmt.Sprint(n)
		group.Go(func() {
			var err error
			if n%2 == 0 {
				_, err = s.RenewCard(t.Context(), act, store.Production, folio, under("r"+folio, noEnd))
			} else {
				_, err = s.IssueCard(t.Context(), act, "m-"+folio, under(folio, noEnd))
			}
			if err != nil && !errors.Is(err, store.ErrNoMembership) && !errors.Is(err, store.ErrCardRevoked) {
				t.Error(err)
			}
		})
		group.Go(func() {
			if _, err := s.ErasePerson(t.Context(), act, "p-"+folio, "a test"); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	if left := count(t, s, `SELECT count(*) FROM card WHERE revoked_at IS NULL OR text <> '' OR person_id <> ''`); left != 0 {
		t.Errorf("%d cards are left", left)
	}
}

func oneConnectionServesManyHolders(t *testing.T, open Open) {
	s := open(t, 1, time.Now)()
	withCardKeys(t, s)
	const holders = 100
	for n := range holders {
		withHolder(t, s, fmt.Sprint(n))
	}
	var group sync.WaitGroup
	for n := range holders {
		group.Go(func() {
			folio := fmt.Sprint(n)
			_, err := s.IssueCard(t.Context(), act, "m-"+folio, under(folio, noEnd))
			if err == nil {
				_, err = s.Card(t.Context(), store.Production, folio)
			}
			if err == nil {
				_, err = s.RenewCard(t.Context(), act, store.Production, folio, under("r"+folio, noEnd))
			}
			if err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	if live := count(t, s, `SELECT count(*) FROM card WHERE revoked_at IS NULL`); live != holders {
		t.Errorf("%d cards are live", live)
	}
}
