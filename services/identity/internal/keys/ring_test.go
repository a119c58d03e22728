package keys_test

import (
	"bytes"
	"crypto/ed25519"
	"encoding/base64"
	"errors"
	"sync"
	"testing"

	"github.com/ventanilla/ventanilla/pkg/keyring"
	"github.com/ventanilla/ventanilla/pkg/testkit"
	"github.com/ventanilla/ventanilla/services/identity/internal/keys"
	"github.com/ventanilla/ventanilla/services/identity/internal/store"
)

func TestMain(m *testing.M) { testkit.Main(m) }

func vault(t *testing.T, fill byte) *keys.Vault {
	t.Helper()
	kek, err := keyring.New(bytes.Repeat([]byte{fill}, 32))
	if err != nil {
		t.Fatal(err)
	}
	return keys.NewVault(kek)
}

func newKey(t *testing.T, v *keys.Vault, set store.DataSet) store.SigningKey {
	t.Helper()
	k, err := v.New(store.UseCard, set, store.KeyActive)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func TestARingSignsWithTheKeyThatItIsGiven(t *testing.T) {
	v := vault(t, 1)
	ring := keys.NewRing(v)
	all := []store.SigningKey{newKey(t, v, store.Production), newKey(t, v, store.Production), newKey(t, v, store.Staging)}
	var group sync.WaitGroup
	for range 4 {
		group.Go(func() {
			for i := range 30 {
				k := all[i%len(all)]
				private, err := ring.Signer(k)
				if err != nil || !ed25519.Verify(k.Public, []byte("text"), ed25519.Sign(private, []byte("text"))) {
					t.Errorf("%s: %v", k.ID, err)
				}
			}
		})
	}
	group.Wait()
}

func TestARingRefusesKeysThatAreNotWhole(t *testing.T) {
	v := vault(t, 1)
	whole, other := newKey(t, v, store.Production), newKey(t, v, store.Production)
	mixed, moved, foreign := whole, whole, newKey(t, vault(t, 2), store.Production)
	mixed.Public = other.Public
	moved.DataSet = store.Staging
	for name, c := range map[string]struct {
		key  store.SigningKey
		want error
	}{
		"another key's public half": {mixed, nil},
		"another data set's":        {moved, keyring.ErrCorrupt},
		"under another KEK":         {foreign, keyring.ErrWrongKey},
	} {
		if _, err := keys.NewRing(v).Signer(c.key); err == nil || c.want != nil && !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestKeySetsAreWritten(t *testing.T) {
	public, err := base64.StdEncoding.DecodeString("PWgp0g3bjpP5RQjZPSgUBWb9c4Gu27ZVTfTgzRXYSJM=")
	if err != nil {
		t.Fatal(err)
	}
	set, err := keys.Set([]store.SigningKey{{ID: "a", Public: public}})
	const want = `{"keys":[{"use":"sig","kty":"OKP","kid":"a","crv":"Ed25519","alg":"EdDSA","x":"PWgp0g3bjpP5RQjZPSgUBWb9c4Gu27ZVTfTgzRXYSJM"}]}`
	if err != nil || string(set) != want {
		t.Errorf("%s, %v", set, err)
	}
	if set, err := keys.Set(nil); err != nil || string(set) != `{"keys":[]}` {
		t.Errorf("%s, %v", set, err)
	}
	if _, err := keys.Set([]store.SigningKey{{ID: "a", Public: make([]byte, 32)}}); err == nil {
		t.Error("a key of small order is published")
	}
}
