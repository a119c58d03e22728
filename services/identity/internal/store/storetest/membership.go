package storetest

import (
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
	"github.com/ventanilla/ventanilla/pkg/testkit"
	"github.com/ventanilla/ventanilla/services/identity/internal/store"
)

func student(personID, number string) store.Membership {
	return store.Membership{PersonID: personID, Type: "L", Number: number, Status: "INSCRITO"}
}

func enter(t *testing.T, s *store.Store, m store.Membership) store.Membership {
	t.Helper()
	made, err := s.CreateMembership(t.Context(), m, act)
	check(t, err)
	return made
}

func put(t *testing.T, s *store.Store, catalogue store.Catalogue, codes ...string) {
	t.Helper()
	for _, code := range codes {
		check(t, s.PutCatalogueEntry(t.Context(), entry(catalogue, code), act))
	}
}

func entry(catalogue store.Catalogue, code string) store.CatalogueEntry {
	return store.CatalogueEntry{DataSet: store.Production, Catalogue: catalogue, Code: code, Name: "Name of " + code}
}

func membershipsAreKeptWhole(t *testing.T, open Open) {
	s, clock := one(t, open)
	clock.Advance(123_456 * time.Nanosecond)
	put(t, s, store.Programmes, "6895")
	put(t, s, store.AcademicUnits, "U1")
	put(t, s, store.Departments, "77")
	p := createPerson(t, s, ana("a"))
	want := store.Membership{
		PersonID: p.ID, Type: "L", Number: "2013-0001", Programme: "6895", AcademicUnit: "U1", Department: "77", Entity: "Ñandú 東京 \"&\\",
		Term: "AGO2013", Status: "A PAGO", Position: "p", HiredOn: "2001-02-03", SalaryLevel: "s", ValidUntil: "2030-12-31",
	}
	made := enter(t, s, want)
	want.ID, want.Pseudonym, want.DataSet, want.CreatedAt, want.UpdatedAt = made.ID, p.Pseudonym, store.Production, start, start
	wantSame(t, "made", made, want)
	later := clock.Advance(1999 * time.Millisecond).Truncate(time.Millisecond)
	other := enter(t, s, store.Membership{PersonID: p.ID, Type: "E", Entity: "X", Status: "ACTIVO"})
	changed, err := s.ChangeMembership(t.Context(), made.ID, act, func(m *store.Membership) error {
		*m = store.Membership{Type: "S", PersonID: "x", Status: "EGRESADO", Number: "2013-0002", EndedAt: later, HasCard: true}
		return nil
	})
	check(t, err)
	want = store.Membership{
		ID: made.ID, PersonID: p.ID, Pseudonym: p.Pseudonym, DataSet: store.Production, Type: "L", Number: "2013-0002",
		Status: "EGRESADO", CreatedAt: start, UpdatedAt: later,
	}
	wantSame(t, "changed", changed, want)
	all, err := s.Memberships(t.Context(), p.ID)
	check(t, err)
	wantSame(t, "listed", all, []store.Membership{want, other})
	for _, id := range []string{"", "a\x00", "no"} {
		none, err := s.Memberships(t.Context(), id)
		if check(t, err); len(none) > 0 {
			t.Errorf("%q has memberships", id)
		}
		_, err = s.ChangeMembership(t.Context(), id, act, func(*store.Membership) error { return nil })
		wantClass(t, "a change of none", err, sqlstore.ErrNotFound)
		_, err = s.EndMembership(t.Context(), id, act, func(store.Membership) error { return nil })
		wantClass(t, "the end of none", err, sqlstore.ErrNotFound)
		_, err = s.CreateMembership(t.Context(), student(id, "1"), act)
		wantClass(t, "a membership of nobody", err, sqlstore.ErrNotFound)
	}
}

func changesOfMembershipsAreRecorded(t *testing.T, open Open) {
	s, _ := one(t, open)
	p := createPerson(t, s, ana("a"))
	m := enter(t, s, student(p.ID, "2013-0001"))
	for range 2 { // the second changes nothing
		_, err := s.ChangeMembership(t.Context(), m.ID, act, func(m *store.Membership) error { m.Term, m.Position = "T1", "p"; return nil })
		check(t, err)
	}
	refusal := errors.New("refused")
	_, err := s.ChangeMembership(t.Context(), m.ID, act, func(m *store.Membership) error { m.Term = "T2"; return refusal })
	wantClass(t, "a refused change", err, refusal)
	_, err = s.EndMembership(t.Context(), m.ID, act, func(store.Membership) error { return refusal })
	wantClass(t, "a refused end", err, refusal)
	for range 2 { // the second finds it ended
		_, err = s.EndMembership(t.Context(), m.ID, act, func(store.Membership) error { return nil })
		check(t, err)
	}
	logged := entries(t, s, p.Pseudonym)
	var got []string
	for _, text := range logged {
		_, detail, _ := strings.Cut(text, `"detail":`)
		got = append(got, detail)
	}
	wantSame(t, "the log", got[1:], []string{
		`{"fields":["type","number","status"]}}`, `{"fields":["term","position"]}}`, `{"fields":["ended_at"]}}`,
	})
}

func aMembershipIsMadeOnce(t *testing.T, open Open) {
	replica := open(t, 2, testkit.NewClock(start).Now)
	p := createPerson(t, replica(), ana("a"))
	outcomes := make([]error, 6)
	var group sync.WaitGroup
	for i := range outcomes {
		s := replica()
		group.Go(func() { _, outcomes[i] = s.CreateMembership(t.Context(), student(p.ID, "2013-0001"), act) })
	}
	group.Wait()
	made := 0
	for _, err := range outcomes {
		if err == nil {
			made++
		} else {
			wantClass(t, "made again", err, store.ErrMembershipExists)
		}
	}
	s := replica()
	all, err := s.Memberships(t.Context(), p.ID)
	if check(t, err); made != 1 || len(all) != 1 {
		t.Fatalf("%d made it, %d are there", made, len(all))
	}
	second := enter(t, s, student(p.ID, "2013-0002"))
	_, err = s.ChangeMembership(t.Context(), second.ID, act, func(m *store.Membership) error { m.Number = "2013-0001"; return nil })
	wantClass(t, "the number of another", err, store.ErrMembershipExists)
	// Once it has ended, another may take its place.
	_, err = s.EndMembership(t.Context(), all[0].ID, act, func(store.Membership) error { return nil })
	check(t, err)
	enter(t, s, student(p.ID, "2013-0001"))
}

func aPersonHasSoManyMemberships(t *testing.T, open Open) {
	s, _ := one(t, open)
	p := createPerson(t, s, ana("a"))
	for i := range store.MaxMemberships {
		enter(t, s, student(p.ID, fmt.Sprint(1000+i)))
	}
	_, err := s.CreateMembership(t.Context(), student(p.ID, "999"), act)
	wantClass(t, "one more", err, store.ErrTooManyMemberships)
	ref, err := s.PersonRef(t.Context(), p.ID)
	check(t, err)
	outcomes := upsertMemberships(t, s, store.MembershipUpsert{Person: ref, Type: "L", Number: "999", Edit: status("ACTIVO")},
		store.MembershipUpsert{Person: ref, Type: "L", Number: "1000", Edit: status("ACTIVO")})
	wantClass(t, "one more in a batch", outcomes[0].Err, store.ErrTooManyMemberships)
	check(t, outcomes[1].Err)
}

// issue gives a membership a card, as far as it matters here.
func issue(t *testing.T, s *store.Store, m store.Membership, folio string, expires time.Time) {
	t.Helper()
	check(t, s.EnsureKey(t.Context(), store.SigningKey{
		ID: "k", Use: store.UseCard, DataSet: m.DataSet, State: store.KeyActive, Public: []byte{1}, SealedPrivate: []byte{1},
	}))
	check(t, s.DB().InTx(t.Context(), func(tx *sql.Tx) error {
		_, err := tx.ExecContext(t.Context(), `INSERT INTO card (data_set, folio, person_id, membership_id, key_id, text, signature, issued_at,
			expires_at, reason, replaces) VALUES ($1, $2, $3, $4, 'k', '', '', 0, $5, '', '')`,
			m.DataSet, folio, m.PersonID, m.ID, sql.NullInt64{Int64: expires.UnixMilli(), Valid: !expires.IsZero()})
		return err
	}))
}

func aMembershipEndsWithItsCard(t *testing.T, open Open) {
	s, clock := one(t, open)
	p := createPerson(t, s, ana("a"))
	m, other := enter(t, s, student(p.ID, "2013-0001")), enter(t, s, student(p.ID, "2013-0002"))
	issue(t, s, m, "aaa111", time.Time{})
	issue(t, s, other, "bbb222", start.Add(time.Hour))
	has := func() (has []bool) {
		all, err := s.Memberships(t.Context(), p.ID)
		check(t, err)
		for _, m := range all {
			has = append(has, m.HasCard)
		}
		return has
	}
	wantSame(t, "live cards", has(), []bool{true, true})
	clock.Advance(time.Hour)
	wantSame(t, "live cards when one expires", has(), []bool{true, false})
	ended, err := s.EndMembership(t.Context(), m.ID, act, func(store.Membership) error { return nil })
	check(t, err)
	if !ended.EndedAt.Equal(start.Add(time.Hour)) || ended.HasCard {
		t.Errorf("ended as %+v", ended)
	}
	wantSame(t, "live cards at the end", has(), []bool{false, false})
	cards, err := sqlstore.Rows(t.Context(), s.DB(), sqlstore.Value[string],
		`SELECT folio || ' ' || reason || ' ' || COALESCE(revoked_at, 0) FROM card ORDER BY folio`)
	check(t, err)
	wantSame(t, "cards", cards, []string{fmt.Sprintf("aaa111 membership_ended %d", start.Add(time.Hour).UnixMilli()), "bbb222  0"})
	logged := entries(t, s, p.Pseudonym)
	if !strings.Contains(logged[len(logged)-1], `"revoked_card":"aaa111"`) {
		t.Errorf("the log says %s", logged[len(logged)-1])
	}
	clock.Advance(time.Hour)
	again, err := s.EndMembership(t.Context(), m.ID, act, func(store.Membership) error { return nil })
	check(t, err)
	wantSame(t, "ended again", again, ended)
}

func codesOfMembershipsAreKnown(t *testing.T, open Open) {
	s, _ := one(t, open)
	put(t, s, store.Programmes, "1")
	check(t, s.PutCatalogueEntry(t.Context(), store.CatalogueEntry{DataSet: store.Staging, Catalogue: store.Departments, Code: "2", Name: "D"}, act))
	p := createPerson(t, s, ana("a"))
	for field, m := range map[string]store.Membership{
		"programme":     {Status: "INSCRITO", Programme: "2"},
		"academic_unit": {Status: "INSCRITO", Programme: "1", AcademicUnit: "1"},
		"department":    {Status: "INSCRITO", Department: "2"}, // which staging has
		"status":        {Status: "inscrito"},
	} {
		m.PersonID, m.Type, m.Number = p.ID, "L", "1"
		_, err := s.CreateMembership(t.Context(), m, act)
		if unknown, ok := errors.AsType[*store.UnknownCodeError](err); !ok || unknown.Field != field {
			t.Errorf("a wrong %s: %v", field, err)
		}
	}
	made := enter(t, s, student(p.ID, "1"))
	_, err := s.ChangeMembership(t.Context(), made.ID, act, func(m *store.Membership) error { m.Programme = "\x00"; return nil })
	if _, ok := errors.AsType[*store.UnknownCodeError](err); !ok {
		t.Errorf("an odd code: %v", err)
	}
}

// Memberships take a code while it is being deleted: whoever wins, none is left with a code that is gone.
func noCodeGoesWhileItIsTaken(t *testing.T, open Open) {
	replica := open(t, 2, testkit.NewClock(start).Now)
	p := createPerson(t, replica(), ana("a"))
	for round := range 8 {
		code := fmt.Sprint(round)
		put(t, replica(), store.Programmes, code)
		m := student(p.ID, "n"+code)
		m.Programme = code
		var group sync.WaitGroup
		var made, deleted error
		taker, deleter := replica(), replica()
		group.Go(func() { _, made = taker.CreateMembership(t.Context(), m, act) })
		group.Go(func() { deleted = deleter.DeleteCatalogueEntry(t.Context(), entry(store.Programmes, code), act) })
		group.Wait()
		if unknown, refused := errors.AsType[*store.UnknownCodeError](made); refused {
			if deleted != nil || unknown.Field != "programme" {
				t.Errorf("the code is unknown and was not deleted: %v", deleted)
			}
		} else if made != nil || !errors.Is(deleted, store.ErrInUse) {
			t.Errorf("taking the code: %v, deleting it: %v", made, deleted)
		}
	}
}
