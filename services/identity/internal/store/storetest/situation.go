package storetest

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/ventanilla/ventanilla/pkg/nationalid"
	"github.com/ventanilla/ventanilla/services/identity/internal/store"
)

var situationChecks = checks{
	"SituationsComeInTheOrderOfTheirKeys": situationsComeInTheOrderOfTheirKeys,
	"SituationsAreOfOneDataSet":           situationsAreOfOneDataSet,
	"SituationsAreListedInOrder":          situationsAreListedInOrder,
	"SituationsAreBounded":                situationsAreBounded,
	"ManySituationsAreReadAtOnce":         manySituationsAreReadAtOnce,
	"TheHeadIsNamedFirst":                 theHeadIsNamedFirst,
}

// born enters a person of a date of birth, with a RUT, and returns its identifier.
func born(t testing.TB, s *store.Store, set store.DataSet, on, rut string) string {
	t.Helper()
	id := resident(t, s, set)
	check(t, s.DB().InTx(context.Background(), func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(context.Background(), `UPDATE person SET birth_date = $1 WHERE person_id = $2`, on, id); err != nil {
			return err
		}
		_, err := tx.ExecContext(context.Background(),
			`INSERT INTO identifier (data_set, kind, value, person_id) VALUES ($1, $2, $3, $4)`, set, nationalid.RUT, rut, id)
		return err
	}))
	return id
}

func byRUT(rut string) store.PersonKey {
	return store.PersonKey{Identifier: store.Identifier{Kind: nationalid.RUT, Value: rut}}
}

func situationsComeInTheOrderOfTheirKeys(t *testing.T, open Open) {
	s, _ := one(t, open)
	ana, eva := born(t, s, store.Production, "1980-02-29", "1-9"), born(t, s, store.Production, "", "2-7")
	home := household(t, s, "H")
	check(t, s.RecordHouseholdMembers(t.Context(), home, []store.HouseholdMember{
		member(eva, store.RelationHead, since(start, "")), member(ana, store.RelationChild, since(start, "")),
	}, act))
	for _, subject := range []store.Subject{{Kind: store.SubjectPerson, ID: ana}, {Kind: store.SubjectHousehold, ID: home}} {
		check(t, s.RecordFacts(t.Context(), subject, []store.Fact{
			{Name: "a", Value: `"ñ"`, Statement: since(start, "")},
			{Name: "b", Value: `1`, Statement: since(start, "")},
			{Name: "gone", Statement: since(start, "")},
		}, act))
	}
	got, err := s.Situations(t.Context(), store.Production,
		[]store.PersonKey{{ID: "nobody"}, byRUT("1-9"), {ID: eva}, {ID: "\x00"}, {ID: "\xff"}, {ID: ana}, byRUT("3-5"), byRUT("1-9")},
		store.SituationQuery{PersonFacts: []string{"a", "gone", "never"}, HouseholdFacts: []string{"b"}, AsOf: store.AsOf{ValidAt: start}})
	check(t, err)
	shared := &store.Residence{
		HouseholdID: home, BirthDates: []string{"", "1980-02-29"}, Pseudonyms: []string{pseudonymOf(eva), pseudonymOf(ana)},
		Facts: []store.NamedValue{{Name: "b", Value: `1`}},
	}
	hers := store.Situation{
		PersonID: ana, Pseudonym: pseudonymOf(ana), BirthDate: "1980-02-29", Facts: []store.NamedValue{{Name: "a", Value: `"ñ"`}},
		Household: shared, Relation: store.RelationChild,
	}
	evas := store.Situation{PersonID: eva, Pseudonym: pseudonymOf(eva), Household: shared, Relation: store.RelationHead}
	same(t, "situations", got, []store.Situation{{}, hers, evas, {}, {}, hers, {}, hers})

	got, err = s.Situations(t.Context(), store.Production, []store.PersonKey{{ID: ana}}, store.SituationQuery{AsOf: store.AsOf{ValidAt: start.Add(-1)}})
	check(t, err)
	same(t, "before anything was stated", got, []store.Situation{{PersonID: ana, Pseudonym: pseudonymOf(ana), BirthDate: "1980-02-29"}})
}

func situationsAreOfOneDataSet(t *testing.T, open Open) {
	s, _ := one(t, open)
	ana, eva := born(t, s, store.Production, "1980-01-01", "1-9"), born(t, s, store.Staging, "1990-01-01", "1-9")
	for set, id := range map[store.DataSet]string{store.Production: ana, store.Staging: eva} {
		got, err := s.Situations(t.Context(), set, []store.PersonKey{{ID: ana}, {ID: eva}, byRUT("1-9")}, store.SituationQuery{})
		check(t, err)
		var found []string
		for _, one := range got {
			found = append(found, one.PersonID)
		}
		want := []string{ana, "", ana}
		if id == eva {
			want = []string{"", eva, eva}
		}
		same(t, string(set), found, want)
		listed, err := s.SituationsAfter(t.Context(), set, "", 10, store.SituationQuery{})
		check(t, err)
		if len(listed) != 1 || listed[0].PersonID != id {
			t.Errorf("%s: listed %+v", set, listed)
		}
	}
}

func situationsAreListedInOrder(t *testing.T, open Open) {
	s, _ := one(t, open)
	home := household(t, s, "H")
	var ids []string
	for range 7 {
		ids = append(ids, resident(t, s, store.Production))
		check(t, s.RecordHouseholdMembers(t.Context(), home, []store.HouseholdMember{member(ids[len(ids)-1], store.RelationOther, since(start, ""))}, act))
	}
	slices.Sort(ids)
	var got []string
	for after := ""; ; {
		page, err := s.SituationsAfter(t.Context(), store.Production, after, 3, store.SituationQuery{AsOf: store.AsOf{ValidAt: start}})
		check(t, err)
		if len(page) == 0 {
			break
		}
		for _, one := range page {
			got = append(got, one.PersonID)
			if one.Household == nil || len(one.Household.BirthDates) != 7 {
				t.Errorf("household %+v", one.Household)
			}
		}
		after = got[len(got)-1]
	}
	same(t, "persons", got, ids)
	if page, err := s.SituationsAfter(t.Context(), store.Production, "\x00", 3, store.SituationQuery{}); err != nil || len(page) != 0 {
		t.Errorf("after what nobody has: %v %v", page, err)
	}
}

func situationsAreBounded(t *testing.T, open Open) {
	s, _ := one(t, open)
	value := `"` + strings.Repeat("x", 4<<10-2) + `"`
	var keys []store.PersonKey
	var names []string
	for i := range store.MaxFacts {
		names = append(names, fmt.Sprintf("f%d", i))
	}
	for range 6 {
		id := resident(t, s, store.Production)
		var facts []store.Fact
		for _, name := range names {
			facts = append(facts, store.Fact{Name: name, Value: value, Statement: since(start, "")})
		}
		check(t, s.RecordFacts(t.Context(), store.Subject{Kind: store.SubjectPerson, ID: id}, facts, act))
		keys = append(keys, store.PersonKey{ID: id})
	}
	want := store.SituationQuery{PersonFacts: names, AsOf: store.AsOf{ValidAt: start}}
	if _, err := s.Situations(t.Context(), store.Production, keys, want); !errors.Is(err, store.ErrTooLong) {
		t.Errorf("got %v", err)
	}
	if _, err := s.SituationsAfter(t.Context(), store.Production, "", 6, want); !errors.Is(err, store.ErrTooLong) {
		t.Errorf("got %v", err)
	}
	got, err := s.Situations(t.Context(), store.Production, keys[:5], want)
	check(t, err)
	for _, one := range got {
		if len(one.Facts) != store.MaxFacts {
			t.Errorf("%d facts", len(one.Facts))
		}
	}
}

// As many as one request may name, each in a household of its own, by both kinds of keys.
func manySituationsAreReadAtOnce(t *testing.T, open Open) {
	s, _ := one(t, open)
	var keys []store.PersonKey
	var want []string
	for i := range 200 {
		rut := fmt.Sprintf("%d-0", i+1)
		id := born(t, s, store.Production, "2000-01-01", rut)
		home := household(t, s, rut)
		check(t, s.RecordHouseholdMembers(t.Context(), home, []store.HouseholdMember{member(id, store.RelationHead, since(start, ""))}, act))
		check(t, s.RecordFacts(t.Context(), store.Subject{Kind: store.SubjectPerson, ID: id}, []store.Fact{{Name: "n", Value: fmt.Sprint(i), Statement: since(start, "")}}, act))
		key := store.PersonKey{ID: id}
		if i%2 == 0 {
			key = byRUT(rut)
		}
		keys, want = append(keys, key), append(want, fmt.Sprint(id, home, i))
	}
	slices.Reverse(keys)
	slices.Reverse(want)
	all, err := s.Situations(t.Context(), store.Production, keys, store.SituationQuery{PersonFacts: []string{"n"}, AsOf: store.AsOf{ValidAt: start}})
	check(t, err)
	var got []string
	for _, one := range all {
		got = append(got, fmt.Sprint(one.PersonID, one.Household.HouseholdID, one.Facts[0].Value))
	}
	same(t, "situations", got, want)
}

func theHeadIsNamedFirst(t *testing.T, open Open) {
	s, _ := one(t, open)
	home, ana, eva, leo := household(t, s, "H"), resident(t, s, store.Production), resident(t, s, store.Production), resident(t, s, store.Production)
	check(t, s.RecordHouseholdMembers(t.Context(), home, []store.HouseholdMember{
		member(leo, store.RelationChild, since(start, "")), member(ana, store.RelationHead, since(start, "")), member(eva, store.RelationNone, since(start, "")),
	}, act))
	got, err := s.HouseholdNames(t.Context(), home, store.AsOf{ValidAt: start})
	check(t, err)
	same(t, "members", got, []store.NamedMember{
		{PersonID: ana, Pseudonym: pseudonymOf(ana), GivenNames: "ANA", Relation: store.RelationHead},
		{PersonID: leo, Pseudonym: pseudonymOf(leo), GivenNames: "ANA", Relation: store.RelationChild},
	})
}

// readSituations compares what is read of many at once with the model.
func (r *round) readSituations(rt *rapid.T) {
	as := r.asOf(rt)
	names := rapid.SampledFrom([][]string{{"a"}, {"b.c"}, {"a", "b.c"}, nil}).Draw(rt, "names")
	var keys []store.PersonKey
	var want []store.Situation
	homes := map[string]*store.Residence{}
	for _, id := range r.persons {
		keys = append(keys, store.PersonKey{ID: id})
		one := store.Situation{PersonID: id, Pseudonym: pseudonymOf(id), Facts: r.valuesOf(id, names, as)}
		for _, i := range r.members.read(as, func(st modelled) bool { return st.key == id }) {
			home := r.members.statements[i].subject
			if homes[home] == nil {
				homes[home] = r.residence(home, names, as)
			}
			one.Household, one.Relation = homes[home], store.Relation(r.members.statements[i].value)
		}
		want = append(want, one)
	}
	got, err := r.s.Situations(context.Background(), store.Production, keys, store.SituationQuery{PersonFacts: names, HouseholdFacts: names, AsOf: as})
	check(r.rt, err)
	for i := range got {
		sortValues(got[i].Facts)
		if got[i].Household != nil {
			sortValues(got[i].Household.Facts)
		}
	}
	same(r.rt, fmt.Sprintf("situations as of %v", as), got, want)
}

func (r *round) residence(id string, names []string, as store.AsOf) *store.Residence {
	home := &store.Residence{HouseholdID: id, Facts: r.valuesOf(id, names, as)}
	for _, i := range r.members.read(as, func(st modelled) bool { return st.subject == id }) {
		home.BirthDates = append(home.BirthDates, "")
		home.Pseudonyms = append(home.Pseudonyms, pseudonymOf(r.members.statements[i].key))
	}
	return home
}

func (r *round) valuesOf(subject string, names []string, as store.AsOf) []store.NamedValue {
	values := map[string]string{}
	for _, i := range r.facts.read(as, func(st modelled) bool { return st.subject == subject && slices.Contains(names, st.key) }) {
		values[r.facts.statements[i].key] = r.facts.statements[i].value
	}
	var all []store.NamedValue
	for _, name := range slices.Sorted(maps.Keys(values)) {
		all = append(all, store.NamedValue{Name: name, Value: values[name]})
	}
	return all
}

func sortValues(all []store.NamedValue) {
	slices.SortFunc(all, func(a, b store.NamedValue) int { return cmp.Compare(a.Name, b.Name) })
}
