package storetest

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ventanilla/ventanilla/pkg/auditlog"
	"github.com/ventanilla/ventanilla/pkg/nationalid"
	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
	"github.com/ventanilla/ventanilla/pkg/testkit"
	"github.com/ventanilla/ventanilla/services/identity/internal/store"
)

var personChecks = checks{
	"PersonsAreKeptWhole":                 personsAreKeptWhole,
	"KeysOfPersonsAreComparedByBytes":     keysOfPersonsAreComparedByBytes,
	"PersonsComeInPages":                  personsComeInPages,
	"DataSetsOfPersonsAreApart":           dataSetsOfPersonsAreApart,
	"AUniqueKeyIsMadeOnce":                aUniqueKeyIsMadeOnce,
	"ATakenIdentifierIsRefused":           aTakenIdentifierIsRefused,
	"ChangesOfAPersonAreMadeAlone":        changesOfAPersonAreMadeAlone,
	"RefusedChangesOfAPersonLeaveNothing": refusedChangesOfAPersonLeaveNothing,
	"OneConnectionServesAHundredPersons":  oneConnectionServesAHundredPersons,

	"MembershipsAreKeptWhole":         membershipsAreKeptWhole,
	"AMembershipIsMadeOnce":           aMembershipIsMadeOnce,
	"APersonHasSoManyMemberships":     aPersonHasSoManyMemberships,
	"AMembershipEndsWithItsCard":      aMembershipEndsWithItsCard,
	"CodesOfMembershipsAreKnown":      codesOfMembershipsAreKnown,
	"NoCodeGoesWhileItIsTaken":        noCodeGoesWhileItIsTaken,
	"CataloguesComeInOrder":           cataloguesComeInOrder,
	"CatalogueEntriesAreKept":         catalogueEntriesAreKept,
	"CataloguesAreThereFromTheStart":  cataloguesAreThereFromTheStart,
	"ChangesOfMembershipsAreRecorded": changesOfMembershipsAreRecorded,
	"PersonsAreUpserted":              personsAreUpserted,
	"UpsertsRespectIdentifiers":       upsertsRespectIdentifiers,
	"ManyPersonsAreUpsertedAtOnce":    manyPersonsAreUpsertedAtOnce,
	"UpsertsOfOnePersonAreMadeAlone":  upsertsOfOnePersonAreMadeAlone,
	"MembershipsAreUpserted":          membershipsAreUpserted,
}

func ana(key string) store.Person {
	return store.Person{DataSet: store.Production, UniqueKey: key, GivenNames: "Ana"}
}

func createPerson(t *testing.T, s *store.Store, p store.Person) store.Person {
	t.Helper()
	made, err := s.CreatePerson(t.Context(), p, act)
	check(t, err)
	return made
}

func wantSame[T any](t *testing.T, what string, got, want T) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

func wantClass(t *testing.T, what string, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Errorf("%s: %v, want %v", what, err, want)
	}
}

func personsAreKeptWhole(t *testing.T, open Open) {
	s, clock := one(t, open)
	clock.Advance(123_456 * time.Nanosecond) // less than a millisecond is dropped
	want := store.Person{
		DataSet: store.Staging, UniqueKey: "ñ 'ü\"\\🏛", GivenNames: "Valentina \u0301Ñandú 東京", FirstSurname: "O'Higgins", SecondSurname: "",
		BirthDate: "1931-08-20",
		Identifiers: []store.Identifier{
			{Kind: nationalid.RUT, Value: "12345678-5"}, {Kind: nationalid.CURP, Value: "BOXW310820HNERXN09"}, {Kind: nationalid.DNI, Value: "5123456"},
		},
		Contacts: []store.Contact{
			{Kind: store.Phone, Value: "(311) 211 8800"},
			{Kind: store.Email, Value: "iddi@uan.edu.mx", VerifiedAt: start.Add(123_456 * time.Nanosecond)},
		},
		PhotoURL: "https://example.org/ñ?a=b&c", PhotoAccepted: true, MobileIdentity: true,
		Attributes: json.RawMessage(`{"a":"\u0000<&>","b":[1,9007199254740991,1.5,null,true],"c":{}}`),
	}
	made := createPerson(t, s, want)
	if made.ID == "" || len(made.Pseudonym) != 26 {
		t.Errorf("identifier %q, pseudonym of %d characters", made.ID, len(made.Pseudonym))
	}
	want.ID, want.Pseudonym, want.Version, want.CreatedAt, want.UpdatedAt = made.ID, made.Pseudonym, 1, start, start
	want.Identifiers = []store.Identifier{want.Identifiers[1], want.Identifiers[2], want.Identifiers[0]} // by kind
	want.Contacts[1].VerifiedAt = start
	wantSame(t, "made", made, want)
	read, err := s.Person(t.Context(), made.ID)
	check(t, err)
	wantSame(t, "read", read, want)
	for _, i := range want.Identifiers {
		read, err := s.PersonByIdentifier(t.Context(), store.Staging, i)
		check(t, err)
		wantSame(t, "found", read, want)
	}

	later := clock.Advance(1999 * time.Millisecond).Truncate(time.Millisecond)
	changed, err := s.ChangePerson(t.Context(), made.ID, act, "to try", func(p *store.Person) error {
		p.ID, p.Pseudonym, p.DataSet, p.CreatedAt, p.UpdatedAt = "x", "y", store.Production, later, start // none can be changed
		p.UniqueKey, p.GivenNames, p.FirstSurname, p.SecondSurname, p.BirthDate = "new", "Eva", "", "Paz", ""
		p.Identifiers, p.Contacts = p.Identifiers[:1], nil
		p.PhotoURL, p.PhotoAccepted, p.MobileIdentity, p.Attributes = "", false, false, nil
		return nil
	})
	check(t, err)
	want = store.Person{
		ID: made.ID, Pseudonym: made.Pseudonym, DataSet: store.Staging, UniqueKey: "new", GivenNames: "Eva", SecondSurname: "Paz",
		Identifiers: want.Identifiers[:1], Version: 2, CreatedAt: start, UpdatedAt: later,
	}
	wantSame(t, "changed", changed, want)
	read, err = s.PersonByKey(t.Context(), store.Staging, "new")
	check(t, err)
	wantSame(t, "read again", read, want)

	logged := entries(t, s, made.Pseudonym)
	if len(logged) != 2 {
		t.Fatalf("%d entries in the log", len(logged))
	}
	const fields = `"fields":["unique_key","given_names","first_surname","second_surname","birth_date","identifiers","contacts","photo_url","photo_accepted","mobile_identity","attributes"]`
	if !strings.Contains(logged[1], `"detail":{`+fields+`,"purpose":"to try"}`) {
		t.Errorf("the log says %s", logged[1])
	}
	if want := strings.Replace(fields, `"second_surname",`, "", 1); !strings.Contains(logged[0], `"detail":{`+want+`}`) {
		t.Errorf("the log says %s", logged[0])
	}
}

func keysOfPersonsAreComparedByBytes(t *testing.T, open Open) {
	s, _ := one(t, open)
	for _, key := range []string{"A", "a", "a ", "caf\u0065\u0301", "caf\u00e9", "ﬁ", "fi"} {
		createPerson(t, s, ana(key))
	}
	for _, key := range []string{"", "Caf\u00e9", "b", "a\x00", "a\xff", strings.Repeat("a", 10_000)} {
		_, err := s.PersonByKey(t.Context(), store.Production, key)
		wantClass(t, fmt.Sprintf("%.10q", key), err, sqlstore.ErrNotFound)
	}
	for _, id := range []string{"", "a\x00", "a\xff", "' OR 1=1"} {
		_, err := s.Person(t.Context(), id)
		wantClass(t, "an odd identifier", err, sqlstore.ErrNotFound)
		_, err = s.PersonRef(t.Context(), id)
		wantClass(t, "an odd identifier", err, sqlstore.ErrNotFound)
		_, err = s.ChangePerson(t.Context(), id, act, "", func(*store.Person) error { return nil })
		wantClass(t, "a change of an odd identifier", err, sqlstore.ErrNotFound)
	}
}

func personsComeInPages(t *testing.T, open Open) {
	s, _ := one(t, open)
	var made, got []string
	for i := range 7 {
		made = append(made, createPerson(t, s, ana(fmt.Sprint(7-i))).ID)
	}
	if !slices.IsSorted(made) {
		t.Error("identifiers are not in the order of time")
	}
	for after := ""; ; {
		page, err := s.Persons(t.Context(), store.Production, after, 3)
		check(t, err)
		if len(page) == 0 {
			break
		}
		for _, p := range page {
			got = append(got, p.ID)
		}
		after = page[len(page)-1].ID
	}
	wantSame(t, "pages", got, made)
	if odd, err := s.Persons(t.Context(), store.Production, "\x00", 3); len(odd) > 0 || err != nil {
		t.Errorf("after an odd one: %v, %v", odd, err)
	}
}

func dataSetsOfPersonsAreApart(t *testing.T, open Open) {
	s, _ := one(t, open)
	p := ana("same")
	p.Identifiers = []store.Identifier{{Kind: nationalid.DNI, Value: "5123456"}}
	first := createPerson(t, s, p)
	p.DataSet = store.Staging
	second := createPerson(t, s, p)
	for set, want := range map[store.DataSet]store.Person{store.Production: first, store.Staging: second} {
		byKey, err := s.PersonByKey(t.Context(), set, "same")
		check(t, err)
		byNumber, err := s.PersonByIdentifier(t.Context(), set, p.Identifiers[0])
		check(t, err)
		page, err := s.Persons(t.Context(), set, "", 9)
		check(t, err)
		wantSame(t, "of "+string(set), []store.Person{byKey, byNumber, page[0]}, []store.Person{want, want, want})
		if len(page) != 1 {
			t.Errorf("%d persons of %s", len(page), set)
		}
	}
}

func aUniqueKeyIsMadeOnce(t *testing.T, open Open) {
	replica := open(t, 2, testkit.NewClock(start).Now)
	var made, refused atomic.Int32
	var group sync.WaitGroup
	for range 8 {
		s := replica()
		group.Go(func() {
			switch _, err := s.CreatePerson(t.Context(), ana("one"), act); {
			case err == nil:
				made.Add(1)
			case errors.Is(err, store.ErrUniqueKeyTaken) && errors.Is(err, sqlstore.ErrConflict):
				refused.Add(1)
			default:
				t.Error(err)
			}
		})
	}
	group.Wait()
	if made.Load() != 1 || refused.Load() != 7 {
		t.Errorf("%d made it, %d were refused", made.Load(), refused.Load())
	}
	logged, _, err := auditlog.List(t.Context(), replica().DB(), 0, 1000, auditlog.Filter{})
	check(t, err)
	if len(logged) != 1 {
		t.Errorf("%d entries in the log", len(logged))
	}
}

func aTakenIdentifierIsRefused(t *testing.T, open Open) {
	s, _ := one(t, open)
	rut := []store.Identifier{{Kind: nationalid.RUT, Value: "12345678-5"}}
	p := ana("a")
	p.Identifiers = rut
	a := createPerson(t, s, p)
	p.UniqueKey = "b"
	_, err := s.CreatePerson(t.Context(), p, act)
	wantClass(t, "a second person", err, store.ErrIdentifierTaken)
	b := createPerson(t, s, ana("b")) // nothing is left of the one that was refused
	take := func(p *store.Person) error { p.Identifiers = rut; return nil }
	_, err = s.ChangePerson(t.Context(), b.ID, act, "", take)
	wantClass(t, "another's", err, store.ErrIdentifierTaken)
	_, err = s.ChangePerson(t.Context(), b.ID, act, "", func(p *store.Person) error { p.UniqueKey = "a"; return nil })
	wantClass(t, "another's key", err, store.ErrUniqueKeyTaken)
	_, err = s.ChangePerson(t.Context(), a.ID, act, "", func(p *store.Person) error { p.Identifiers = nil; return nil })
	check(t, err)
	_, err = s.ChangePerson(t.Context(), b.ID, act, "", take)
	check(t, err)
	found, err := s.PersonByIdentifier(t.Context(), store.Production, rut[0])
	if check(t, err); found.ID != b.ID {
		t.Error("the identifier is not the second's")
	}
}

func changesOfAPersonAreMadeAlone(t *testing.T, open Open) {
	const writers, changes = 6, 4
	replica := open(t, 2, testkit.NewClock(start).Now)
	made := createPerson(t, replica(), ana("shared"))
	numbers := []string{"12345678-5", "11111111-1", "44444444-4"}
	var group sync.WaitGroup
	for range writers {
		s := replica()
		group.Go(func() {
			for range changes {
				_, err := s.ChangePerson(t.Context(), made.ID, act, "", func(p *store.Person) error {
					p.BirthDate += "x"
					p.Identifiers = []store.Identifier{{Kind: nationalid.RUT, Value: numbers[len(p.BirthDate)%len(numbers)]}}
					return nil
				})
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
	group.Wait()
	p, err := replica().Person(t.Context(), made.ID)
	check(t, err)
	const done = writers * changes
	if len(p.BirthDate) != done || p.Version != 1+done || p.Identifiers[0].Value != numbers[done%len(numbers)] {
		t.Errorf("after %d changes: %+v", done, p)
	}
}

func refusedChangesOfAPersonLeaveNothing(t *testing.T, open Open) {
	s, _ := one(t, open)
	p := ana("kept")
	p.Identifiers = []store.Identifier{{Kind: nationalid.DNI, Value: "5123456"}}
	p.Contacts = []store.Contact{{Kind: store.Email, Value: "a@example.org"}}
	before := createPerson(t, s, p)
	refusal := errors.New("refused")
	_, err := s.ChangePerson(t.Context(), before.ID, act, "", func(p *store.Person) error {
		p.GivenNames, p.Identifiers[0].Value, p.Contacts[0].Value = "Other", "20123456", "b@example.org"
		return refusal
	})
	wantClass(t, "a refused change", err, refusal)
	same, err := s.ChangePerson(t.Context(), before.ID, act, "no change", func(p *store.Person) error { p.Version = 9; return nil })
	check(t, err)
	wantSame(t, "what was not changed", same, before)
	// Rolled back by the one who called: neither the person nor an entry is there.
	err = s.DB().InTx(t.Context(), func(tx *sql.Tx) error {
		_, err := s.UpsertPersons(t.Context(), tx, store.Production, []store.PersonUpsert{{UniqueKey: "gone", Edit: func(*store.Person) error { return nil }}})
		check(t, err)
		return refusal
	})
	wantClass(t, "a transaction that fails", err, refusal)
	_, err = s.PersonByKey(t.Context(), store.Production, "gone")
	wantClass(t, "a person that was rolled back", err, sqlstore.ErrNotFound)
	after, err := s.Person(t.Context(), before.ID)
	check(t, err)
	wantSame(t, "stored", after, before)
	if logged := entries(t, s, before.Pseudonym); len(logged) != 1 {
		t.Errorf("%d entries in the log, want the creation alone", len(logged))
	}
}

func oneConnectionServesAHundredPersons(t *testing.T, open Open) {
	const callers = 100
	s := open(t, 1, testkit.NewClock(start).Now)()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	var group sync.WaitGroup
	for i := range callers {
		group.Go(func() {
			made, err := s.CreatePerson(ctx, ana(fmt.Sprint(i)), act)
			if err == nil {
				_, err = s.Person(ctx, made.ID)
			}
			if err == nil {
				_, err = s.ChangePerson(ctx, made.ID, act, "", func(p *store.Person) error { p.GivenNames = "Eva"; return nil })
			}
			if err == nil {
				_, err = s.CreateMembership(ctx, student(made.ID, "2013-0001"), act)
			}
			if err == nil {
				_, err = s.Memberships(ctx, made.ID)
			}
			if err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
}
