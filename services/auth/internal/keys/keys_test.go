package keys_test

import (
	"bytes"
	"context"
	"errors"
	"testing"
	"time"

	"github.com/ventanilla/ventanilla/pkg/keyring"
	"github.com/ventanilla/ventanilla/services/auth/internal/keys"
	"github.com/ventanilla/ventanilla/services/auth/internal/store"
)

// rows is a store of keys in memory.
type rows map[store.Use]store.SigningKey

func (r rows) EnsureKey(_ context.Context, use store.Use, create func() (store.SigningKey, error)) (store.SigningKey, error) {
	if _, ok := r[use]; !ok {
		made, err := create()
		if err != nil {
			return store.SigningKey{}, err
		}
		r[use] = made
	}
	return r[use], nil
}

func kek(t *testing.T, fill byte) *keyring.KEK {
	t.Helper()
	made, err := keyring.New(bytes.Repeat([]byte{fill}, 32))
	if err != nil {
		t.Fatal(err)
	}
	return made
}

func load(t *testing.T, source rows) *keys.Keys {
	t.Helper()
	loaded, err := keys.Load(t.Context(), source, kek(t, 1), time.Now)
	if err != nil {
		t.Fatal(err)
	}
	return loaded
}

func TestKeysAreMadeOnce(t *testing.T) {
	source := rows{}
	made, again := load(t, source), load(t, source)
	if !made.Access.Key.Equal(again.Access.Key) || !made.Internal.Key.Equal(again.Internal.Key) ||
		!made.Operators.Certificate().Equal(again.Operators.Certificate()) || !bytes.Equal(made.InternalSet, again.InternalSet) || !bytes.Equal(made.AccessSet, again.AccessSet) {
		t.Error("other keys were loaded than were made")
	}
	if key := made.AccessKey(made.Access.ID); key == nil || !key.Equal(made.Access.Key.Public()) {
		t.Error("the access key is not found by its identifier")
	}
	if made.AccessKey("another") != nil {
		t.Error("a key was found that there is not")
	}
}

func TestOnlyTheSealedKeyOfItsOwnRowIsOpened(t *testing.T) {
	source := rows{}
	load(t, source)
	if _, err := keys.Load(t.Context(), source, kek(t, 2), time.Now); !errors.Is(err, keyring.ErrWrongKey) {
		t.Errorf("another key-encryption key: %v", err)
	}
	moved := source[store.UseInternal]
	moved.SealedPrivate = source[store.UseOperatorCA].SealedPrivate
	source[store.UseInternal] = moved
	if _, err := keys.Load(t.Context(), source, kek(t, 1), time.Now); !errors.Is(err, keyring.ErrCorrupt) {
		t.Errorf("a key moved to another row: %v", err)
	}
}
