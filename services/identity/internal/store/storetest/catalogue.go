package storetest

import (
	"slices"
	"testing"

	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
	"github.com/ventanilla/ventanilla/services/identity/internal/store"
)

// codesOf are the codes on some pages of a catalogue.
func codesOf(t *testing.T, s *store.Store, set store.DataSet, catalogue store.Catalogue, size int64, pages int64) []string {
	t.Helper()
	var codes []string
	for page := range pages {
		entries, _, err := s.CatalogueEntries(t.Context(), set, catalogue, size, page*size)
		check(t, err)
		for _, e := range entries {
			codes = append(codes, e.Code)
		}
	}
	return codes
}

func cataloguesComeInOrder(t *testing.T, open Open) {
	s, _ := one(t, open)
	put(t, s, store.AcademicUnits, "10", "9", "010", "100", "0", "1000000000000000")
	wantSame(t, "numbers", codesOf(t, s, store.Production, store.AcademicUnits, 4, 3), []string{"0", "9", "010", "10", "100", "1000000000000000"})
	put(t, s, store.AcademicUnits, "B", "a", "A1")
	wantSame(t, "texts", codesOf(t, s, store.Production, store.AcademicUnits, 4, 3),
		[]string{"0", "010", "10", "100", "1000000000000000", "9", "A1", "B", "a"})
	_, total, err := s.CatalogueEntries(t.Context(), store.Production, store.AcademicUnits, 1, 500_000_000_000)
	if check(t, err); total != 9 {
		t.Errorf("%d entries", total)
	}
}

func catalogueEntriesAreKept(t *testing.T, open Open) {
	s, _ := one(t, open)
	e := store.CatalogueEntry{DataSet: store.Staging, Catalogue: store.Programmes, Code: "1", Name: "Lengua Ñ \"東京\""}
	check(t, s.PutCatalogueEntry(t.Context(), e, act))
	check(t, s.PutCatalogueEntry(t.Context(), e, act)) // changes nothing
	have, total, err := s.CatalogueEntries(t.Context(), store.Staging, store.Programmes, 9, 0)
	check(t, err)
	wantSame(t, "entries", have, []store.CatalogueEntry{e})
	if others, none, err := s.CatalogueEntries(t.Context(), store.Production, store.Programmes, 9, 0); len(others) > 0 || none != 0 || total != 1 || err != nil {
		t.Errorf("%d of production, %d of staging, %v", none, total, err)
	}
	e.Name = "Otra"
	check(t, s.PutCatalogueEntry(t.Context(), e, act))
	for _, other := range []store.CatalogueEntry{
		{DataSet: store.Production, Catalogue: store.Programmes, Code: "1"},
		{DataSet: store.Staging, Catalogue: store.Departments, Code: "1"},
		{DataSet: store.Staging, Catalogue: store.Programmes, Code: "1\x00"},
		{DataSet: store.Staging, Catalogue: store.Programmes, Code: "01"},
	} {
		wantClass(t, "an unknown entry", s.DeleteCatalogueEntry(t.Context(), other, act), sqlstore.ErrNotFound)
	}
	p := ana("a")
	p.DataSet = store.Staging
	m := student(createPerson(t, s, p).ID, "1")
	m.Programme = "1"
	made := enter(t, s, m)
	wantClass(t, "a code in use", s.DeleteCatalogueEntry(t.Context(), e, act), store.ErrInUse)
	_, err = s.ChangeMembership(t.Context(), made.ID, act, func(m *store.Membership) error { m.Programme = ""; return nil })
	check(t, err)
	check(t, s.DeleteCatalogueEntry(t.Context(), e, act))
	if logged := entries(t, s, "catalogue:staging/programmes/1"); len(logged) != 3 {
		t.Errorf("%d entries in the log: %v", len(logged), logged)
	}
}

func cataloguesAreThereFromTheStart(t *testing.T, open Open) {
	s, _ := one(t, open)
	for _, set := range store.DataSets() {
		wantSame(t, "types", codesOf(t, s, set, store.MembershipTypes, 50, 1), []string{"A", "B", "D", "E", "L", "P", "S"})
		statuses := codesOf(t, s, set, store.Statuses, 50, 1)
		if len(statuses) != 13 || !slices.Contains(statuses, "CAMBIO DE CARRERA") {
			t.Errorf("statuses are %v", statuses)
		}
	}
}
