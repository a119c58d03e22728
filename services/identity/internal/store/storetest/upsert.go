package storetest

import (
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/ventanilla/ventanilla/pkg/auditlog"
	"github.com/ventanilla/ventanilla/pkg/nationalid"
	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
	"github.com/ventanilla/ventanilla/pkg/testkit"
	"github.com/ventanilla/ventanilla/services/identity/internal/store"
)

func upsertPersons(t *testing.T, s *store.Store, upserts ...store.PersonUpsert) []store.PersonOutcome {
	t.Helper()
	var outcomes []store.PersonOutcome
	check(t, s.DB().InTx(t.Context(), func(tx *sql.Tx) (err error) {
		outcomes, err = s.UpsertPersons(t.Context(), tx, store.Production, upserts)
		return err
	}))
	return outcomes
}

func upsertMemberships(t *testing.T, s *store.Store, upserts ...store.MembershipUpsert) []store.MembershipOutcome {
	t.Helper()
	var outcomes []store.MembershipOutcome
	check(t, s.DB().InTx(t.Context(), func(tx *sql.Tx) (err error) {
		outcomes, err = s.UpsertMemberships(t.Context(), tx, store.Production, upserts)
		return err
	}))
	return outcomes
}

func named(key, name string) store.PersonUpsert {
	return store.PersonUpsert{UniqueKey: key, Edit: func(p *store.Person) error { p.GivenNames = name; return nil }}
}

func status(code string) func(*store.Membership) error {
	return func(m *store.Membership) error { m.Status = code; return nil }
}

func personsAreUpserted(t *testing.T, open Open) {
	s, _ := one(t, open)
	before := createPerson(t, s, ana("known"))
	same := createPerson(t, s, ana("same"))
	refusal := errors.New("refused")
	outcomes := upsertPersons(t, s,
		named("known", "Eva"), named("new", "Luz"), named("same", "Ana"),
		store.PersonUpsert{UniqueKey: "bad", Edit: func(*store.Person) error { return refusal }},
		store.PersonUpsert{UniqueKey: "new", Edit: func(p *store.Person) error {
			if p.GivenNames != "Luz" || p.DataSet != store.Production || p.UniqueKey != "new" {
				t.Errorf("the second edit of a new person gets %+v", p)
			}
			p.FirstSurname, p.Attributes = "Paz", json.RawMessage(`{"a":1}`)
			return nil
		}},
		store.PersonUpsert{UniqueKey: "moved", Edit: func(p *store.Person) error { p.UniqueKey = "known"; return nil }},
	)
	wantClass(t, "a refused one", outcomes[3].Err, refusal)
	wantClass(t, "one whose key changes", outcomes[5].Err, store.ErrUniqueKeyTaken)
	for i, want := range []struct {
		version int64
		stored  bool
	}{{2, true}, {1, true}, {1, false}, {0, false}, {1, true}, {0, false}} {
		if got := outcomes[i]; got.Person.Version != want.version || got.Stored != want.stored {
			t.Errorf("outcome %d is %+v", i, got)
		}
	}
	if outcomes[0].Person.ID != before.ID || outcomes[1].Person.ID != outcomes[4].Person.ID {
		t.Error("one person has two identifiers")
	}
	wantSame(t, "the unchanged one", outcomes[2].Person, same)
	for _, want := range []store.Person{outcomes[0].Person, same, outcomes[4].Person} {
		read, err := s.PersonByKey(t.Context(), store.Production, want.UniqueKey)
		check(t, err)
		wantSame(t, "stored "+want.UniqueKey, read, want)
	}
	for _, key := range []string{"bad", "moved"} {
		_, err := s.PersonByKey(t.Context(), store.Production, key)
		wantClass(t, key, err, sqlstore.ErrNotFound)
	}
	refs := map[string]store.PersonRef{}
	check(t, s.DB().InTx(t.Context(), func(tx *sql.Tx) (err error) {
		refs, err = s.PersonRefs(t.Context(), tx, store.Production, []string{"known", "new", "none", "known", "\x00"})
		return err
	}))
	if len(refs) != 2 || refs["known"] != (store.PersonRef{ID: before.ID, Pseudonym: before.Pseudonym, DataSet: store.Production}) {
		t.Errorf("found %v", refs)
	}
	if logged := entries(t, s, before.Pseudonym); len(logged) != 1 {
		t.Errorf("%d entries in the log: the caller makes them", len(logged))
	}
}

func upsertsRespectIdentifiers(t *testing.T, open Open) {
	s, _ := one(t, open)
	rut := func(value string) []store.Identifier { return []store.Identifier{{Kind: nationalid.RUT, Value: value}} }
	const r1, r2, r3 = "11111111-1", "44444444-4", "12345678-5"
	has := func(key, value string) store.PersonUpsert {
		return store.PersonUpsert{UniqueKey: key, Identifiers: rut(value), Edit: func(p *store.Person) error {
			if p.Identifiers = nil; value != "" {
				p.Identifiers = rut(value)
			}
			return nil
		}}
	}
	for key, value := range map[string]string{"a": r1, "b": r2} {
		p := ana(key)
		p.Identifiers = rut(value)
		createPerson(t, s, p)
	}
	for i, test := range []struct {
		upserts []store.PersonUpsert
		refused int // -1 for none
	}{
		{[]store.PersonUpsert{has("c", r1)}, 0},                              // a's
		{[]store.PersonUpsert{has("c", r3), has("d", r3)}, 1},                // the first of the batch has it
		{[]store.PersonUpsert{has("b", ""), has("a", r2), has("b", r1)}, -1}, // they change places
		{[]store.PersonUpsert{has("c", r3), has("c", r1), has("c", r3)}, 1},  // a refused one leaves what was before
		{[]store.PersonUpsert{has("a", r2)}, -1},
	} {
		for j, outcome := range upsertPersons(t, s, test.upserts...) {
			if refused := errors.Is(outcome.Err, store.ErrIdentifierTaken); refused != (j == test.refused) || outcome.Err != nil && !refused {
				t.Errorf("batch %d, upsert %d: %v", i, j, outcome.Err)
			}
		}
	}
	for value, key := range map[string]string{r1: "b", r2: "a", r3: "c"} {
		p, err := s.PersonByIdentifier(t.Context(), store.Production, rut(value)[0])
		if check(t, err); p.UniqueKey != key {
			t.Errorf("%s is %s's, want %s's", value, p.UniqueKey, key)
		}
	}
}

func manyPersonsAreUpsertedAtOnce(t *testing.T, open Open) {
	s, _ := one(t, open)
	const many = 1000
	for round, want := range []struct{ stored int }{{many}, {0}, {many / 2}} {
		var upserts []store.PersonUpsert
		for i := range many {
			name := "Ana"
			if round == 2 && i%2 == 0 {
				name = "Eva"
			}
			upserts = append(upserts, named(fmt.Sprint("key ", i), name))
			if round == 0 {
				upserts[i].Identifiers = []store.Identifier{{Kind: nationalid.DNI, Value: fmt.Sprint(10_000_000 + i)}}
				upserts[i].Edit = func(p *store.Person) error {
					p.GivenNames, p.Identifiers = name, upserts[i].Identifiers
					return nil
				}
			}
		}
		stored := 0
		for _, outcome := range upsertPersons(t, s, upserts...) {
			check(t, outcome.Err)
			if outcome.Stored {
				stored++
			}
		}
		if stored != want.stored {
			t.Errorf("round %d stored %d, want %d", round, stored, want.stored)
		}
	}
	page, err := s.Persons(t.Context(), store.Production, "", 2*many)
	check(t, err)
	for i, p := range page {
		if p.UniqueKey != fmt.Sprint("key ", i) || p.Identifiers[0].Value != fmt.Sprint(10_000_000+i) {
			t.Fatalf("person %d is %+v", i, p)
		}
	}
	if len(page) != many {
		t.Errorf("%d persons", len(page))
	}
}

// Batches about the same persons at the same time lose no change; one that comes second may have to begin again.
func upsertsOfOnePersonAreMadeAlone(t *testing.T, open Open) {
	const writers, changes = 4, 5
	replica := open(t, 2, testkit.NewClock(start).Now)
	var group sync.WaitGroup
	for range writers {
		s := replica()
		group.Go(func() {
			for range changes {
				for {
					err := s.DB().InTx(t.Context(), func(tx *sql.Tx) error {
						more := func(p *store.Person) error { p.BirthDate += "x"; return nil }
						outcomes, err := s.UpsertPersons(t.Context(), tx, store.Production, []store.PersonUpsert{
							{UniqueKey: "a", Edit: more}, {UniqueKey: "b", Edit: more},
						})
						if err != nil {
							return err
						}
						return auditlog.Append(t.Context(), tx, auditlog.Entry{At: start, Actor: "ana", Act: "Test", Target: outcomes[0].Person.Pseudonym})
					})
					if err == nil {
						break
					}
					if !errors.Is(err, sqlstore.ErrConflict) {
						t.Error(err)
						return
					}
				}
			}
		})
	}
	group.Wait()
	for _, key := range []string{"a", "b"} {
		p, err := replica().PersonByKey(t.Context(), store.Production, key)
		if check(t, err); len(p.BirthDate) != writers*changes || p.Version != writers*changes {
			t.Errorf("after %d changes: %+v", writers*changes, p)
		}
	}
}

func membershipsAreUpserted(t *testing.T, open Open) {
	s, _ := one(t, open)
	p := createPerson(t, s, ana("a"))
	ref := store.PersonRef{ID: p.ID, Pseudonym: p.Pseudonym, DataSet: p.DataSet}
	known, ended := enter(t, s, student(p.ID, "1001")), enter(t, s, student(p.ID, "1002"))
	_, err := s.EndMembership(t.Context(), ended.ID, act, func(store.Membership) error { return nil })
	check(t, err)
	of := func(number, code string) store.MembershipUpsert {
		return store.MembershipUpsert{Person: ref, Type: "L", Number: number, Edit: status(code)}
	}
	outcomes := upsertMemberships(t, s,
		of("1001", "EGRESADO"), of("1001", "EGRESADO"), of("1003", "INSCRITO"), of("1003", "INSCRITO"), of("1002", "EGRESADO"), of("1004", "NO"),
		store.MembershipUpsert{Person: ref, Type: "L", Number: "1003", Edit: func(m *store.Membership) error { m.Number = "1001"; return nil }},
	)
	for i, stored := range []bool{true, false, true, false, false, false, false} {
		if outcomes[i].Stored != stored || (i < 4) != (outcomes[i].Err == nil) {
			t.Errorf("outcome %d is %+v", i, outcomes[i])
		}
	}
	wantClass(t, "one that has ended", outcomes[4].Err, store.ErrMembershipEnded)
	if unknown, ok := errors.AsType[*store.UnknownCodeError](outcomes[5].Err); !ok || unknown.Field != "status" {
		t.Errorf("an unknown code: %v", outcomes[5].Err)
	}
	wantClass(t, "one whose number changes", outcomes[6].Err, store.ErrMembershipExists)
	all, err := s.Memberships(t.Context(), p.ID)
	check(t, err)
	if len(all) != 3 || all[0].ID != known.ID || all[0].Status != "EGRESADO" || all[2].Number != "1003" {
		t.Errorf("stored %+v", all)
	}
	wantSame(t, "the new one", outcomes[3].Membership, all[2])
	if logged := entries(t, s, p.Pseudonym); len(logged) != 4 {
		t.Errorf("%d entries in the log: the caller makes those of batches", len(logged))
	}
	gone := store.PersonRef{ID: "gone", DataSet: store.Production}
	err = s.DB().InTx(t.Context(), func(tx *sql.Tx) error {
		_, err := s.UpsertMemberships(t.Context(), tx, store.Production, []store.MembershipUpsert{{Person: gone, Type: "L", Number: "1", Edit: status("ACTIVO")}})
		return err
	})
	if err == nil {
		t.Error("nobody has a membership")
	}
}
