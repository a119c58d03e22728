package storetest

import (
	"encoding/json"
	"errors"
	"strconv"
	"testing"

	"github.com/ventanilla/ventanilla/services/session/internal/store"
)

var rewrapChecks = checks{
	"EverythingSealedIsSealedAnew":       everythingSealedIsSealedAnew,
	"WhatCannotBeSealedAnewIsLeftAsItIs": whatCannotBeSealedAnewIsLeftAsItIs,
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
