package main

import (
	"path/filepath"
	"testing"
)

func TestFactsOfThePopulationAreReadWithKeyedQueries(t *testing.T) {
	from := database{URL: "sqlite:" + filepath.Join(t.TempDir(), "identity.db")}
	db, err := from.open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	m := &benefitsMeasure{citizens: fewestPersons}
	if _, err := writeDirectly(t.Context(), db, firstCitizen, firstCitizen+m.citizens); err != nil {
		t.Fatal(err)
	}
	if err := populate(t.Context(), db, m.citizens); err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for i := range m.batches() {
		batch := m.batch(i)
		if err := readBatch(t.Context(), db, batch); err != nil {
			t.Error(err)
		}
		for _, rut := range batch {
			seen[rut] = true
		}
	}
	if len(seen) != m.citizens {
		t.Errorf("the batches have %d persons of %d", len(seen), m.citizens)
	}
	if err := readBatch(t.Context(), db, []string{citizenRUT(m.citizens)}); err == nil {
		t.Error("facts of nobody were read")
	}
}
