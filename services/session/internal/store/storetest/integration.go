package storetest

import (
	"encoding/json"
	"errors"
	"strconv"
	"testing"
	"time"

	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
	"github.com/ventanilla/ventanilla/services/session/internal/integration"
	"github.com/ventanilla/ventanilla/services/session/internal/store"
)

var integrationChecks = checks{
	"IntegrationsAreKeptWhole":           integrationsAreKeptWhole,
	"IntegrationsAreListedByAge":         integrationsAreListedByAge,
	"AnIntegrationInUseStays":            anIntegrationInUseStays,
	"RecordsAreOfBothTheirEnds":          recordsAreOfBothTheirEnds,
	"ARefreshTakesNothingFromALogin":     aRefreshTakesNothingFromALogin,
	"EverythingSealedIsSealedAnew":       everythingSealedIsSealedAnew,
	"WhatCannotBeSealedAnewIsLeftAsItIs": whatCannotBeSealedAnewIsLeftAsItIs,
}

// integrationOf is an integration to be entered under a key.
func integrationOf(key, clientID string) store.Integration {
	return store.Integration{
		Key: key, DataSet: store.Staging, ClientID: clientID, Secrets: []byte("sealed of " + key),
		Definition: integration.Definition{
			Name:          "portal",
			StaticHeaders: []integration.NamedValue{{Name: "X-App"}},
			Authorization: &integration.Authorization{
				URL: "https://example.org/token", Headers: []integration.NamedValue{{Name: "X-Key"}}, Parameters: []integration.NamedValue{{Name: "grant"}},
				JSON: true, Token: "/t", LifeSeconds: 60, Header: "X-Token", Prefix: "T ",
			},
			Login:              integration.Endpoint{URL: "https://example.org/login", Parameters: []integration.NamedValue{{Name: "user"}}, Attributes: "/data"},
			Refresh:            &integration.Endpoint{URL: "https://example.org/me", Get: true},
			Attributes:         []integration.Attribute{{Name: "plan", Requirement: integration.Conditional, DependsOn: []string{"degree"}}},
			UniqueKeyAttribute: "key", SecurityHeaders: []string{"X-Session"},
		},
	}
}

func enterIntegration(t *testing.T, b *bench, key, clientID string) store.Integration {
	t.Helper()
	entered, err := b.CreateIntegration(ctx, "ana", integrationOf(key, clientID))
	check(t, err)
	return entered
}

func integrationsAreKeptWhole(t *testing.T, b *bench) {
	at := b.clock.Now().Truncate(time.Millisecond)
	entered := enterIntegration(t, b, "whole", "kept-whole")
	want := integrationOf("whole", "kept-whole")
	want.CreatedAt, want.UpdatedAt = at, at
	wantSame(t, "entered", entered, want)
	read, err := b.Integration(ctx, "whole")
	check(t, err)
	wantSame(t, "read", read, want)

	b.clock.Advance(time.Second)
	same, err := b.UpdateIntegration(ctx, "ana", "whole", func(*store.Integration) error { return nil })
	check(t, err)
	wantSame(t, "not changed", same, want)
	changed, err := b.UpdateIntegration(ctx, "bea", "whole", func(i *store.Integration) error {
		i.Definition.Refresh, i.Secrets, i.Disabled = nil, []byte("other"), true
		return nil
	})
	check(t, err)
	want.Definition.Refresh, want.Secrets, want.Disabled, want.UpdatedAt = nil, []byte("other"), true, b.clock.Now().Truncate(time.Millisecond)
	wantSame(t, "changed", changed, want)
	refusal := errors.New("refused")
	_, err = b.UpdateIntegration(ctx, "bea", "whole", func(i *store.Integration) error {
		i.Disabled = false
		return refusal
	})
	wantClass(t, "a change that is refused", err, refusal)
	read, err = b.Integration(ctx, "whole")
	check(t, err)
	wantSame(t, "read again", read, want)

	check(t, b.DeleteIntegration(ctx, "ana", "whole"))
	for _, key := range []string{"whole", "", "\x00", "\xff"} {
		_, err = b.Integration(ctx, key)
		wantClass(t, "reading one that is none", err, store.ErrNoIntegration)
		_, err = b.UpdateIntegration(ctx, "ana", key, func(*store.Integration) error { return nil })
		wantClass(t, "changing one that is none", err, store.ErrNoIntegration)
		wantClass(t, "deleting one that is none", b.DeleteIntegration(ctx, "ana", key), store.ErrNoIntegration)
	}
	var acts []string
	for _, e := range b.events(t, "integration/whole") {
		acts = append(acts, e.Actor+" "+e.Act)
	}
	wantSame(t, "events", acts, []string{"ana CreateIntegration", "bea UpdateIntegration", "ana DeleteIntegration"})
}

func integrationsAreListedByAge(t *testing.T, b *bench) {
	b.clock.Advance(time.Second) // away from what other checks entered
	var want []store.Integration
	for i := range 3 { // two of one moment
		want = append(want, enterIntegration(t, b, "listed-"+strconv.Itoa(i), "listed"))
		if i > 0 {
			b.clock.Advance(time.Second)
		}
	}
	enterIntegration(t, b, "listed-other", "listed-other")
	page, err := b.Integrations(ctx, "listed", store.Place{}, 2)
	check(t, err)
	wantSame(t, "the first page", page, want[:2])
	page, err = b.Integrations(ctx, "listed", page[1].Place(), 2)
	check(t, err)
	wantSame(t, "the second page", page, want[2:])
	b.clock.Advance(time.Second)
	all, err := b.Integrations(ctx, "", want[1].Place(), 1)
	check(t, err)
	wantSame(t, "of all", all, want[2:])
	none, err := b.Integrations(ctx, "\x00", store.Place{}, 2)
	check(t, err)
	wantSame(t, "of nobody", len(none), 0)
}

func anIntegrationInUseStays(t *testing.T, b *bench) {
	enterIntegration(t, b, "used", "user")
	_, err := b.CreateFunctionality(ctx, "ana", store.Functionality{
		Key: "uses", DataSet: store.Staging, ClientID: "user", Name: "x", RedirectURI: "https://example.org", IntegrationKey: "used",
	})
	check(t, err)
	wantClass(t, "in use", b.DeleteIntegration(ctx, "ana", "used"), store.ErrIntegrationInUse)
	check(t, b.DeleteFunctionality(ctx, "ana", "uses"))
	check(t, b.DeleteIntegration(ctx, "ana", "used"))
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

// resealed are what each place's sealed text was when it was to be sealed anew.
type resealed map[string]string

func (r resealed) reseals(anew func(place, sealed string) ([]byte, bool, error)) store.Reseals {
	note := func(place string, sealed []byte) ([]byte, bool, error) {
		r[place] = string(sealed)
		return anew(place, string(sealed))
	}
	return store.Reseals{
		Integration: func(key string, sealed []byte) ([]byte, bool, error) { return note("integration "+key, sealed) },
		Record: func(id int64, key string, sealed []byte) ([]byte, bool, error) {
			return note("record "+strconv.FormatInt(id, 10)+" "+key, sealed)
		},
		PassKey: func(hash [32]byte, sealed []byte) ([]byte, bool, error) {
			return note("pass key "+string(hash[:4]), sealed)
		},
		SharedKey: func(name string, sealed []byte) ([]byte, bool, error) { return note("shared "+name, sealed) },
	}
}

func everythingSealedIsSealedAnew(t *testing.T, b *bench) {
	for i := range 205 { // more than one transaction takes
		execute(t, b, `INSERT INTO integration (integration_key, data_set, client_id, definition, secrets, disabled, created_at, updated_at)
			VALUES ($1, 'staging', 'wraps', '{}', $2, 0, 1, 1)`, "wraps-"+strconv.Itoa(i), []byte("old"))
	}
	ids := []int64{enterBeneficiary(t, b, "wraps", "wrapped-1"), enterBeneficiary(t, b, "wraps", "wrapped-2")}
	for _, id := range ids {
		check(t, b.PutRecord(ctx, id, "wraps-1", []byte("old")))
		check(t, b.PutRecord(ctx, id, "wraps-2", []byte("old")))
	}
	execute(t, b, `INSERT INTO functionality (functionality_key, data_set, client_id, name, redirect_uri, pass_key_life, disabled, created_at, updated_at)
		VALUES ('wraps', 'staging', 'wraps', 'x', 'https://example.org', 1, 0, 1, 1)`)
	for prefix, context := range map[string]string{"wrap": "old", "none": ""} {
		hash := make([]byte, 32)
		copy(hash, prefix)
		execute(t, b, `INSERT INTO pass_key (pass_key, functionality_key, beneficiary_id, context, created_at, expires_at) VALUES ($1, 'wraps', $2, $3, 1, 1)`,
			hash, ids[0], []byte(context))
	}
	execute(t, b, `INSERT INTO signing_key (name, sealed, created_at) VALUES ('wraps', $1, 1)`, []byte("old"))
	seen := make(resealed)
	done, err := b.RewrapSecrets(ctx, "ana", seen.reseals(func(_, sealed string) ([]byte, bool, error) { return []byte("new"), sealed == "old", nil }))
	check(t, err)
	if done.Rewrapped != 205+4+1+1 || done.Secrets < done.Rewrapped || done.Unreadable != 0 || done.Secrets != int64(len(seen)) {
		t.Errorf("%+v of %d", done, len(seen))
	}
	if _, ok := seen["pass key none"]; ok {
		t.Error("what has nothing sealed was sealed anew")
	}
	again := make(resealed)
	left, err := b.RewrapSecrets(ctx, "ana", again.reseals(func(_, sealed string) ([]byte, bool, error) { return []byte("new"), sealed == "old", nil }))
	check(t, err)
	if left.Rewrapped != 0 || left.Secrets != done.Secrets {
		t.Errorf("again: %+v", left)
	}
	for _, place := range []string{"integration wraps-204", "record " + strconv.FormatInt(ids[1], 10) + " wraps-2", "pass key wrap", "shared wraps"} {
		if seen[place] != "old" || again[place] != "new" {
			t.Errorf("%s was %q, then %q", place, seen[place], again[place])
		}
	}
	events := b.events(t, "secrets/integration")
	sum := 0
	for _, e := range events {
		var counted struct{ Rewrapped int }
		check(t, json.Unmarshal([]byte(e.After), &counted))
		sum += counted.Rewrapped
	}
	if len(events) != 2 || sum != 205 {
		t.Errorf("%d events of %d integrations", len(events), sum)
	}
	execute(t, b, `DELETE FROM functionality WHERE functionality_key = 'wraps'`)
	execute(t, b, `DELETE FROM integration WHERE client_id = 'wraps'`)
	execute(t, b, `DELETE FROM signing_key WHERE name = 'wraps'`)
}

func whatCannotBeSealedAnewIsLeftAsItIs(t *testing.T, b *bench) {
	enterIntegration(t, b, "unreadable", "unreadable")
	why := errors.New("another key")
	done, err := b.RewrapSecrets(ctx, "ana", make(resealed).reseals(func(place, _ string) ([]byte, bool, error) {
		if place == "integration unreadable" {
			return nil, false, why
		}
		return nil, false, nil
	}))
	check(t, err)
	if done.Unreadable != 1 || done.Rewrapped != 0 || !errors.Is(done.Err, why) {
		t.Errorf("%+v", done)
	}
	read, err := b.Integration(ctx, "unreadable")
	check(t, err)
	wantSame(t, "its secrets", read.Secrets, []byte("sealed of unreadable"))
}

// execute runs a statement.
func execute(t *testing.T, b *bench, query string, args ...any) {
	t.Helper()
	_, err := b.db.Write.ExecContext(ctx, query, args...)
	check(t, err)
}
