package storetest

import (
	"testing"

	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
	"github.com/ventanilla/ventanilla/services/session/internal/store"
)

var recordChecks = checks{
	"RecordsAreOfBothTheirEnds":      recordsAreOfBothTheirEnds,
	"ARefreshTakesNothingFromALogin": aRefreshTakesNothingFromALogin,
}

// enterBeneficiary enters a person as a user of a client's app.
func enterBeneficiary(t *testing.T, b *bench, clientID, personID string) int64 {
	t.Helper()
	id, err := b.Beneficiary(ctx, clientID, store.Staging, personID, personID+"@example.org")
	check(t, err)
	return id
}

func wantRecord(t *testing.T, b *bench, id int64, key, want string) {
	t.Helper()
	sealed, err := b.Record(ctx, id, key)
	if want == "" {
		wantClass(t, "no record", err, sqlstore.ErrNotFound)
		return
	}
	check(t, err)
	wantSame(t, "the record", string(sealed), want)
}

func recordsAreOfBothTheirEnds(t *testing.T, b *bench) {
	enterIntegration(t, b, "tells", "teller")
	id := enterBeneficiary(t, b, "teller", "told-person")
	wantRecord(t, b, id, "tells", "")
	check(t, b.PutRecord(ctx, id, "tells", []byte("first")))
	check(t, b.PutRecord(ctx, id, "tells", []byte("second")))
	wantRecord(t, b, id, "tells", "second")
	check(t, b.PutRecord(ctx, id, "no integration", []byte("x")))
	check(t, b.PutRecord(ctx, id+1000, "tells", []byte("x")))
	wantRecord(t, b, id, "no integration", "")
	wantRecord(t, b, id+1000, "tells", "")
	_, err := b.EraseBeneficiary(ctx, "ana", store.Staging, "told-person")
	check(t, err)
	wantRecord(t, b, id, "tells", "")
	id = enterBeneficiary(t, b, "teller", "told-person")
	check(t, b.PutRecord(ctx, id, "tells", []byte("third")))
	check(t, b.DeleteIntegration(ctx, "ana", "tells"))
	wantRecord(t, b, id, "tells", "")
}

func aRefreshTakesNothingFromALogin(t *testing.T, b *bench) {
	enterIntegration(t, b, "refreshes", "refresher")
	id := enterBeneficiary(t, b, "refresher", "refreshed-person")
	check(t, b.RefreshRecord(ctx, id, "refreshes", []byte("gone"), []byte("late")))
	wantRecord(t, b, id, "refreshes", "")
	check(t, b.RefreshRecord(ctx, id, "refreshes", nil, []byte("first")))
	wantRecord(t, b, id, "refreshes", "first")
	check(t, b.RefreshRecord(ctx, id, "refreshes", nil, []byte("late")))
	wantRecord(t, b, id, "refreshes", "first")
	check(t, b.PutRecord(ctx, id, "refreshes", []byte("login")))
	check(t, b.RefreshRecord(ctx, id, "refreshes", []byte("first"), []byte("late")))
	wantRecord(t, b, id, "refreshes", "login")
	check(t, b.RefreshRecord(ctx, id, "refreshes", []byte("login"), []byte("fresh")))
	wantRecord(t, b, id, "refreshes", "fresh")
}
