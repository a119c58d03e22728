package main

import (
	"path/filepath"
	"testing"

	identityv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/identity/v1"
)

func TestPassThroughReadsProfilesAndEntersThem(t *testing.T) {
	from := database{URL: "sqlite:" + filepath.Join(t.TempDir(), "bench.db")}
	db, err := from.open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := writeDirectly(t.Context(), db, 0, fewPersons); err != nil {
		t.Fatal(err)
	}
	all := []holder{{key: inventedPerson(0, true).key, membership: "m", card: &identityv1.Card{Folio: "abc123", Text: "text", Signature: "signed"}}}
	if _, err := copyCards(t.Context(), db, all, 2); err != nil {
		t.Fatal(err)
	}
	if err := fill(t.Context(), db); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	target := startTestBaseline(t, profilePassName, answers{Profiles: &from})
	if _, _, err := target.run(t.Context(), profiles(all, ""), 20); err != nil {
		t.Error(err)
	}
	all[0].card.Signature = "forged"
	if _, _, err := target.run(t.Context(), profiles(all, ""), 1); err == nil {
		t.Error("another signature was taken")
	}
}
