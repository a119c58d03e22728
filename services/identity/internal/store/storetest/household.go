package storetest

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
	"github.com/ventanilla/ventanilla/services/identity/internal/store"
)

var householdChecks = checks{
	"AHouseholdIsMadeOnce":             aHouseholdIsMadeOnce,
	"MembersAreKeptWhole":              membersAreKeptWhole,
	"MembersAreRecordedTogether":       membersAreRecordedTogether,
	"MembersAreRecordedOnce":           membersAreRecordedOnce,
	"AHouseholdHasSoManyMembers":       aHouseholdHasSoManyMembers,
	"FactsAreKeptWhole":                factsAreKeptWhole,
	"FactsAreRecordedOnce":             factsAreRecordedOnce,
	"ASubjectHasFactsOfSoManyNames":    aSubjectHasFactsOfSoManyNames,
	"StatementsAgreeWithTheModel":      statementsAgreeWithTheModel,
	"StatementsAreRecordedInTheirTurn": statementsAreRecordedInTheirTurn,
}

// resident enters a person of production without what has no part in households, and returns its identifier.
func resident(t testing.TB, s *store.Store, set store.DataSet) string {
	t.Helper()
	id := uuid.NewString()
	check(t, s.DB().InTx(context.Background(), func(tx *sql.Tx) error {
		_, err := tx.ExecContext(context.Background(), `INSERT INTO person (person_id, data_set, unique_key, pseudonym, given_names,
			first_surname, second_surname, birth_date, contacts, photo_url, photo_accepted, mobile_identity, attributes, version,
			created_at, updated_at) VALUES ($1, $2, $1, $3, 'ANA', '', '', '', '[]', '', 0, 0, '{}', 1, 0, 0)`, id, set, pseudonymOf(id))
		return err
	}))
	return id
}

func pseudonymOf(id string) string { return "p-" + id }

func household(t testing.TB, s *store.Store, key string) string {
	t.Helper()
	made, err := s.CreateHousehold(context.Background(), store.Production, key, act)
	check(t, err)
	return made.ID
}

func member(person string, relation store.Relation, st store.Statement) store.HouseholdMember {
	return store.HouseholdMember{PersonID: person, Relation: relation, Statement: st}
}

func since(at time.Time, reference string) store.Statement {
	return store.Statement{ValidFrom: at, Source: "register", Reference: reference}
}

// entries are act and target of what is in the log about a target.
func entries(t testing.TB, s *store.Store, target string) []string {
	t.Helper()
	texts, err := sqlstore.Rows(context.Background(), s.DB(), sqlstore.Value[string],
		`SELECT text FROM log_entry WHERE target = $1 ORDER BY number`, target)
	check(t, err)
	return texts
}

func same(t failing, what string, got, want any) {
	t.Helper()
	if difference := cmp.Diff(want, got); difference != "" {
		t.Errorf("%s (-want +got):\n%s", what, difference)
	}
}

func aHouseholdIsMadeOnce(t *testing.T, open Open) {
	s, clock := one(t, open)
	made, err := s.CreateHousehold(t.Context(), store.Production, "H-1", act)
	check(t, err)
	same(t, "made", made, store.Household{ID: made.ID, Key: "H-1", DataSet: store.Production, CreatedAt: start})
	clock.Advance(time.Hour)
	again, err := s.CreateHousehold(t.Context(), store.Production, "H-1", act)
	check(t, err)
	same(t, "made again", again, made)
	staging, err := s.CreateHousehold(t.Context(), store.Staging, "H-1", act)
	check(t, err)
	if staging.ID == made.ID {
		t.Error("staging has production's household")
	}
	found, err := s.Household(t.Context(), made.ID)
	check(t, err)
	same(t, "found", found, made)
	if _, err := s.Household(t.Context(), "nobody"); !errors.Is(err, sqlstore.ErrNotFound) {
		t.Errorf("got %v", err)
	}
	if entered := entries(t, s, made.Target()); len(entered) != 1 {
		t.Errorf("entered %q", entered)
	}
}

func membersAreKeptWhole(t *testing.T, open Open) {
	s, _ := one(t, open)
	home, ana, eva := household(t, s, "H"), resident(t, s, store.Production), resident(t, s, store.Production)
	st := store.Statement{ValidFrom: start.AddDate(-1, 0, 0), ValidTo: start.AddDate(1, 0, 0), Source: "RSH", Reference: "ñ 1"}
	check(t, s.RecordHouseholdMembers(t.Context(), home, []store.HouseholdMember{
		member(eva, store.RelationHead, since(start, "")), member(ana, store.RelationChild, st),
	}, act))
	got, err := s.HouseholdMembers(t.Context(), home, store.AsOf{ValidAt: start})
	check(t, err)
	want := []store.HouseholdMember{
		member(eva, store.RelationHead, since(start, "")), member(ana, store.RelationChild, st),
	}
	for i := range want {
		want[i].Pseudonym, want[i].RecordedAt = pseudonymOf(want[i].PersonID), start
	}
	same(t, "members", got, want)
	for _, id := range []string{ana, eva} {
		of, err := s.HouseholdOf(t.Context(), id, store.AsOf{ValidAt: start})
		check(t, err)
		same(t, "household", of.ID, home)
		entered := entries(t, s, pseudonymOf(id))
		if len(entered) != 1 || !strings.Contains(entered[0], home) {
			t.Errorf("entered %q", entered)
		}
	}
	if _, err := s.HouseholdOf(t.Context(), eva, store.AsOf{ValidAt: start.Add(-1)}); !errors.Is(err, sqlstore.ErrNotFound) {
		t.Errorf("before: %v", err)
	}
}

func membersAreRecordedTogether(t *testing.T, open Open) {
	s, _ := one(t, open)
	home, ana, other := household(t, s, "H"), resident(t, s, store.Production), resident(t, s, store.Staging)
	for _, bad := range []string{"nobody", other} {
		err := s.RecordHouseholdMembers(t.Context(), home, []store.HouseholdMember{
			member(ana, store.RelationHead, since(start, "1")), member(bad, store.RelationChild, since(start, "2")),
		}, act)
		if !errors.Is(err, store.ErrNoPerson) {
			t.Errorf("got %v", err)
		}
	}
	err := s.RecordHouseholdMembers(t.Context(), "none", []store.HouseholdMember{member(ana, store.RelationHead, since(start, "1"))}, act)
	if !errors.Is(err, sqlstore.ErrNotFound) {
		t.Errorf("got %v", err)
	}
	got, err := s.HouseholdMembers(t.Context(), home, store.AsOf{ValidAt: start})
	check(t, err)
	if len(got) != 0 || len(entries(t, s, pseudonymOf(ana))) != 0 {
		t.Errorf("something was recorded: %+v", got)
	}
}

func membersAreRecordedOnce(t *testing.T, open Open) {
	s, clock := one(t, open)
	home, ana := household(t, s, "H"), resident(t, s, store.Production)
	record := func(m ...store.HouseholdMember) { check(t, s.RecordHouseholdMembers(t.Context(), home, m, act)) }
	first := member(ana, store.RelationHead, since(start, "1"))
	record(first, first)
	clock.Advance(time.Hour)
	record(member(ana, store.RelationNone, since(start, "2")))
	record(first)
	got, err := s.HouseholdMembers(t.Context(), home, store.AsOf{ValidAt: clock.Now()})
	check(t, err)
	if len(got) != 0 || len(entries(t, s, pseudonymOf(ana))) != 2 {
		t.Errorf("a statement that was sent again counts again: %+v", got)
	}
}

func aHouseholdHasSoManyMembers(t *testing.T, open Open) {
	s, _ := one(t, open)
	home := household(t, s, "H")
	var all []store.HouseholdMember
	for range store.MaxMembers + 1 {
		all = append(all, member(resident(t, s, store.Production), store.RelationOther, since(start, "")))
	}
	check(t, s.RecordHouseholdMembers(t.Context(), home, all[1:], act))
	check(t, s.RecordHouseholdMembers(t.Context(), home, all[1:2], act))
	if err := s.RecordHouseholdMembers(t.Context(), home, all[:1], act); !errors.Is(err, store.ErrTooMany) {
		t.Errorf("got %v", err)
	}
	got, err := s.HouseholdMembers(t.Context(), home, store.AsOf{ValidAt: start})
	check(t, err)
	same(t, "members", len(got), store.MaxMembers)
}

func factsAreKeptWhole(t *testing.T, open Open) {
	s, _ := one(t, open)
	home, ana := household(t, s, "H"), resident(t, s, store.Production)
	for _, subject := range []store.Subject{{Kind: store.SubjectPerson, ID: ana}, {Kind: store.SubjectHousehold, ID: home}} {
		set, target, err := s.Subject(t.Context(), subject)
		check(t, err)
		same(t, "data set", set, store.Production)
		facts := []store.Fact{
			{Name: "a.b", Value: `["ñ\u0000",1.5,true]`, Statement: since(start, "")},
			{Name: "z", Value: `0`, Statement: since(start, "1")},
			{Name: "unknown", Statement: since(start, "2")},
		}
		check(t, s.RecordFacts(t.Context(), subject, facts, act))
		got, err := s.Facts(t.Context(), subject, store.AsOf{ValidAt: start})
		check(t, err)
		for i := range facts {
			facts[i].RecordedAt = start
		}
		same(t, "facts", got, facts[:2])
		if entered := entries(t, s, target); !strings.Contains(entered[len(entered)-1], `["facts.a.b","facts.unknown","facts.z"]`) {
			t.Errorf("entered %q", entered)
		}
		other := store.Subject{Kind: subject.Kind, ID: "nobody"}
		if err := s.RecordFacts(t.Context(), other, facts, act); !errors.Is(err, sqlstore.ErrNotFound) {
			t.Errorf("got %v", err)
		}
	}
}

func factsAreRecordedOnce(t *testing.T, open Open) {
	s, clock := one(t, open)
	ana := store.Subject{Kind: store.SubjectPerson, ID: resident(t, s, store.Production)}
	first := store.Fact{Name: "a", Value: "1", Statement: since(start, "1")}
	second := store.Fact{Name: "a", Value: "2", Statement: since(start, "2")}
	earlier := store.Fact{Name: "a", Value: "3", Statement: since(start.Add(-time.Hour), "1")}
	for _, f := range []store.Fact{first, second, first, earlier} {
		clock.Advance(time.Second)
		check(t, s.RecordFacts(t.Context(), ana, []store.Fact{f}, act))
	}
	for _, c := range []struct {
		as   store.AsOf
		want string
	}{
		{store.AsOf{ValidAt: start}, "3"},
		{store.AsOf{ValidAt: start, KnownAt: start.Add(3 * time.Second)}, "2"},
		{store.AsOf{ValidAt: start, KnownAt: start.Add(time.Second)}, "1"},
	} {
		got, err := s.Facts(t.Context(), ana, c.as)
		check(t, err)
		if len(got) != 1 || got[0].Value != c.want {
			t.Errorf("%+v: %+v", c, got)
		}
	}
}

func aSubjectHasFactsOfSoManyNames(t *testing.T, open Open) {
	s, _ := one(t, open)
	ana := store.Subject{Kind: store.SubjectPerson, ID: resident(t, s, store.Production)}
	var facts []store.Fact
	for i := range store.MaxFacts + 1 {
		facts = append(facts, store.Fact{Name: fmt.Sprintf("f%d", i), Value: "1", Statement: since(start, "")})
	}
	if err := s.RecordFacts(t.Context(), ana, facts, act); !errors.Is(err, store.ErrTooMany) {
		t.Errorf("got %v", err)
	}
	check(t, s.RecordFacts(t.Context(), ana, facts[1:], act))
	got, err := s.Facts(t.Context(), ana, store.AsOf{ValidAt: start})
	check(t, err)
	same(t, "facts", len(got), store.MaxFacts)
}

// Of statements that are recorded at once, those with higher numbers have no earlier time, and none is lost.
func statementsAreRecordedInTheirTurn(t *testing.T, open Open) {
	var mu sync.Mutex
	ticks := start
	replica := open(t, 4, func() time.Time { // a clock that runs, and is set back now and then
		mu.Lock()
		defer mu.Unlock()
		if ticks = ticks.Add(time.Millisecond); ticks.UnixMilli()%7 == 0 {
			return ticks.Add(-time.Minute)
		}
		return ticks
	})
	first := replica()
	ana := store.Subject{Kind: store.SubjectPerson, ID: resident(t, first, store.Production)}
	const writers, each = 4, 10
	var group sync.WaitGroup
	for w := range writers {
		s := replica()
		group.Go(func() {
			for i := range each {
				f := store.Fact{Name: "n", Value: "1", Statement: since(start, fmt.Sprintf("%d/%d", w, i))}
				if err := s.RecordFacts(t.Context(), ana, []store.Fact{f}, act); err != nil {
					t.Error(err)
				}
			}
		})
	}
	group.Wait()
	times, err := sqlstore.Rows(t.Context(), first.DB(), sqlstore.Value[int64], `SELECT recorded_at FROM fact ORDER BY number`)
	check(t, err)
	if len(times) != writers*each || !slices.IsSorted(times) {
		t.Errorf("recorded at %v", times)
	}
}
