package keys_test

import (
	"bytes"
	"context"
	"crypto"
	"crypto/ed25519"
	"encoding/json"
	"errors"
	"log/slog"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/ventanilla/ventanilla/pkg/keyring"
	"github.com/ventanilla/ventanilla/services/auth/internal/jws"
	"github.com/ventanilla/ventanilla/services/auth/internal/keys"
	"github.com/ventanilla/ventanilla/services/auth/internal/store"
)

// rows is a store of active keys in memory.
type rows map[store.Use]store.SigningKey

func (r rows) EnsureKey(_ context.Context, use store.Use, create func() (store.SigningKey, error)) (store.SigningKey, error) {
	if _, ok := r[use]; !ok {
		made, err := create()
		if err != nil {
			return store.SigningKey{}, err
		}
		made.State = store.KeyActive
		r[use] = made
	}
	return r[use], nil
}

func (r rows) list() (all []store.SigningKey) {
	for _, key := range r {
		all = append(all, key)
	}
	return all
}

func kek(t *testing.T, fill byte) *keyring.KEK {
	t.Helper()
	made, err := keyring.New(bytes.Repeat([]byte{fill}, 32))
	if err != nil {
		t.Fatal(err)
	}
	return made
}

func vault(kek *keyring.KEK) *keys.Vault { return keys.NewVault(kek, time.Now) }

func ring(v *keys.Vault) *keys.Ring { return keys.NewRing(v, slog.New(slog.DiscardHandler)) }

// begun is a store with all active keys, and a ring that has them.
func begun(t *testing.T, v *keys.Vault) (rows, *keys.Ring) {
	t.Helper()
	source := rows{}
	if err := keys.Ensure(t.Context(), source, v); err != nil {
		t.Fatal(err)
	}
	r := ring(v)
	r.Update(source.list(), true)
	if err := r.Check(); err != nil {
		t.Fatal(err)
	}
	return source, r
}

func active(t *testing.T, r *keys.Ring, use store.Use) jws.Key {
	t.Helper()
	key, err := r.Active(use)
	if err != nil {
		t.Fatal(err)
	}
	return key.Signing()
}

// set is the identifiers and algorithms of a key set.
func set(t *testing.T, text []byte) map[string]string {
	t.Helper()
	var parsed jose.JSONWebKeySet
	if err := json.Unmarshal(text, &parsed); err != nil {
		t.Fatal(err)
	}
	found := map[string]string{}
	for _, key := range parsed.Keys {
		if !key.IsPublic() || !key.Valid() {
			t.Errorf("%s is not a public key", key.KeyID)
		}
		found[key.KeyID] = key.Algorithm
	}
	return found
}

func TestKeysAreMadeOnce(t *testing.T) {
	v := vault(kek(t, 1))
	source, first := begun(t, v)
	if err := keys.Ensure(t.Context(), source, v); err != nil {
		t.Fatal(err)
	}
	second := ring(v)
	second.Update(source.list(), true)
	for use := range source {
		type comparable interface{ Equal(crypto.PrivateKey) bool }
		if a, b := active(t, first, use), active(t, second, use); a.ID != b.ID || !a.Signer.(comparable).Equal(b.Signer) {
			t.Errorf("%s: other keys were loaded than were made", use)
		}
	}
	log, err := second.Log()
	if err != nil {
		t.Fatal(err)
	}
	if _, ok := log.Signer.(ed25519.PrivateKey); !ok {
		t.Errorf("the log is signed with a %T", log.Signer)
	}
	if authority, err := second.Operators(); err != nil || !authority.Certificate().IsCA {
		t.Errorf("the operators' authority: %v", err)
	}
}

func TestSetsHaveThePublicKeysOfTheirUse(t *testing.T) {
	_, r := begun(t, vault(kek(t, 1)))
	access := set(t, r.AccessSet())
	for use, algorithm := range map[store.Use]string{
		store.UseAccess: "RS256", store.UseAccessES256: "ES256", store.UseAccessEdDSA: "EdDSA",
	} {
		if id := active(t, r, use).ID; access[id] != algorithm || r.Access(id) == nil {
			t.Errorf("%s is published for %q", use, access[id])
		}
	}
	inner := set(t, r.InternalSet())
	if len(access) != 3 || len(inner) != 1 || inner[active(t, r, store.UseInternal).ID] != "ES256" {
		t.Errorf("access %v, internal %v", access, inner)
	}
	for _, use := range []store.Use{store.UseInternal, store.UseLog, store.UseOperatorCA, store.UseWidget} {
		if r.Access(active(t, r, use).ID) != nil {
			t.Errorf("a key for %s verifies access tokens", use)
		}
	}
}

func TestAKeyGoesThroughItsLife(t *testing.T) {
	v := vault(kek(t, 1))
	source, r := begun(t, v)
	before := source[store.UseAccessES256]
	next, err := v.New(store.UseAccessES256)
	if err != nil {
		t.Fatal(err)
	}
	next.State = store.KeyNext
	r.Update([]store.SigningKey{next}, false)
	if _, published := set(t, r.AccessSet())[next.KID]; !published || r.Access(next.KID) == nil || active(t, r, store.UseAccessES256).ID != before.KID {
		t.Error("the next key is not published, or signs")
	}
	before.State, next.State = store.KeyOld, store.KeyActive
	r.Update([]store.SigningKey{before, next}, false)
	if active(t, r, store.UseAccessES256).ID != next.KID || r.Access(before.KID) == nil {
		t.Error("the promoted key does not sign, or the old one does not verify")
	}
	before.State, before.SealedPrivate = store.KeyRetired, nil
	r.Update([]store.SigningKey{before}, false)
	if _, published := set(t, r.AccessSet())[before.KID]; published || r.Access(before.KID) != nil || !r.Known(before.KID) {
		t.Error("a retired key is published, verifies or is forgotten")
	}
	r.Update([]store.SigningKey{next}, true)
	if r.Known(before.KID) || r.Check() == nil {
		t.Error("keys of another history are kept")
	}
}

func TestEndsOutliveUpdates(t *testing.T) {
	source, r := begun(t, vault(kek(t, 1)))
	key, err := r.Active(store.UseAccess)
	if err != nil {
		t.Fatal(err)
	}
	end := time.Now().Add(time.Hour)
	if key.Noted(end) {
		t.Error("noted before anything was signed")
	}
	key.NoteEnd(end)
	key.NoteEnd(end.Add(-time.Minute))
	r.Update([]store.SigningKey{source[store.UseAccess]}, false)
	if key, err = r.Active(store.UseAccess); err != nil || !key.Noted(end) || key.Noted(end.Add(time.Minute)) {
		t.Errorf("forgotten with an update, %v", err)
	}
	r.Update(source.list(), true) // of another history, which was not told
	if key, err = r.Active(store.UseAccess); err != nil || key.Noted(end) {
		t.Errorf("kept for a store that was not told, %v", err)
	}
}

func TestOnlyTheSealedKeyOfItsOwnRowIsOpened(t *testing.T) {
	source, _ := begun(t, vault(kek(t, 1)))
	other := ring(vault(kek(t, 2)))
	other.Update(source.list(), true)
	if err := other.Check(); !errors.Is(err, keyring.ErrWrongKey) {
		t.Errorf("another key-encryption key: %v", err)
	}
	moved := source[store.UseInternal]
	moved.SealedPrivate = source[store.UseOperatorCA].SealedPrivate
	source[store.UseInternal] = moved
	r := ring(vault(kek(t, 1)))
	r.Update(source.list(), true)
	if err := r.Check(); !errors.Is(err, keyring.ErrCorrupt) {
		t.Errorf("a key moved to another row: %v", err)
	}
}

// A replica with the key-encryption key before goes on when keys are sealed anew; one that starts later opens them with
// the new one alone.
func TestKeysAreSealedAnewWhileReplicasRun(t *testing.T) {
	source, running := begun(t, vault(kek(t, 1)))
	both := vault(kek(t, 2).WithPrevious(kek(t, 1)))
	for use, key := range source {
		sealed, changed, err := both.Reseal(key)
		if err != nil || !changed {
			t.Fatalf("%s: %t, %v", use, changed, err)
		}
		key.SealedPrivate = sealed
		source[use] = key
	}
	running.Update(source.list(), false)
	if err := running.Check(); err != nil {
		t.Errorf("a running replica: %v", err)
	}
	late := ring(vault(kek(t, 2)))
	late.Update(source.list(), true)
	if err := late.Check(); err != nil {
		t.Errorf("a replica that starts afterwards: %v", err)
	}

	// A next key that it cannot open does not stop a replica; it verifies what others sign with it.
	next, err := vault(kek(t, 2)).New(store.UseAccess)
	if err != nil {
		t.Fatal(err)
	}
	next.State = store.KeyNext
	running.Update([]store.SigningKey{next}, false)
	if err := running.Check(); err != nil || running.Access(next.KID) == nil {
		t.Errorf("with a next key of the new key-encryption key: %v", err)
	}
	before := source[store.UseAccess]
	before.State, next.State = store.KeyOld, store.KeyActive
	running.Update([]store.SigningKey{before, next}, false)
	if _, err := running.Active(store.UseAccess); !errors.Is(err, keyring.ErrWrongKey) || running.Access(next.KID) == nil {
		t.Errorf("signing with a key that it cannot open: %v", err)
	}
}
