package keyring_test

import (
	"bytes"
	"encoding/base64"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ventanilla/ventanilla/pkg/config"
	"github.com/ventanilla/ventanilla/pkg/keyring"
)

var key = bytes.Repeat([]byte{7}, 32)

func mustNew(t *testing.T, key []byte) *keyring.KEK {
	t.Helper()
	kek, err := keyring.New(key)
	if err != nil {
		t.Fatal(err)
	}
	return kek
}

func TestAPreviousKeyOpensUntilAllIsSealedAnew(t *testing.T) {
	text := base64.StdEncoding.EncodeToString(bytes.Repeat([]byte{8}, 32))
	previous, place := mustNew(t, key), []byte("place")
	both, err := keyring.LoadKEK(keyring.Config{
		Key:      config.Secret(text),
		Previous: keyring.Source{Key: config.Secret(base64.StdEncoding.EncodeToString(key))},
	})
	if err != nil {
		t.Fatal(err)
	}
	sealed := previous.Seal([]byte("private"), place)
	if got, err := both.Open(sealed, place); err != nil || string(got) != "private" {
		t.Fatalf("Open = %q, %v", got, err)
	}
	resealed, changed, err := both.Reseal(sealed, place)
	if err != nil || !changed {
		t.Fatalf("Reseal: %t, %v", changed, err)
	}
	alone := mustNew(t, bytes.Repeat([]byte{8}, 32))
	if got, err := alone.Open(resealed, place); err != nil || string(got) != "private" {
		t.Errorf("without the previous key: %q, %v", got, err)
	}
	if again, changed, err := both.Reseal(resealed, place); err != nil || changed || !bytes.Equal(again, resealed) {
		t.Errorf("sealed anew twice: %t, %v", changed, err)
	}
	if _, _, err := alone.Reseal(sealed, place); !errors.Is(err, keyring.ErrWrongKey) {
		t.Errorf("Reseal without the key: %v", err)
	}
	if _, _, err := both.Reseal(resealed, []byte("elsewhere")); !errors.Is(err, keyring.ErrCorrupt) {
		t.Errorf("Reseal elsewhere: %v", err)
	}
}

func TestSealedTextOpensOnlyInItsPlace(t *testing.T) {
	kek := mustNew(t, key)
	sealed := kek.Seal([]byte("private"), []byte("place"))
	if bytes.Contains(sealed, []byte("private")) {
		t.Fatal("sealed text shows the plaintext")
	}
	if got, err := kek.Open(sealed, []byte("place")); err != nil || string(got) != "private" {
		t.Fatalf("Open = %q, %v", got, err)
	}

	flipped := bytes.Clone(sealed)
	flipped[len(flipped)-1] ^= 1
	cases := map[string]struct {
		kek    *keyring.KEK
		sealed []byte
		aad    string
		want   error
	}{
		"another place": {kek, sealed, "elsewhere", keyring.ErrCorrupt},
		"changed":       {kek, flipped, "place", keyring.ErrCorrupt},
		"cut":           {kek, sealed[:len(sealed)-1], "place", keyring.ErrCorrupt},
		"key id alone":  {kek, sealed[:8], "place", keyring.ErrCorrupt},
		"empty":         {kek, nil, "place", keyring.ErrCorrupt},
		"another key":   {mustNew(t, bytes.Repeat([]byte{8}, 32)), sealed, "place", keyring.ErrWrongKey},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			if _, err := c.kek.Open(c.sealed, []byte(c.aad)); !errors.Is(err, c.want) {
				t.Errorf("Open: %v, want %v", err, c.want)
			}
		})
	}
}

func TestEverySourceGivesTheSameKey(t *testing.T) {
	sealed := mustNew(t, key).Seal([]byte("private"), nil)
	text := base64.StdEncoding.EncodeToString(key)
	sources := map[string]keyring.Config{
		"raw file":    {File: write(t, string(key), 0o600)},
		"base64 file": {File: write(t, text+"\n", 0o400)},
		"value":       {Key: config.Secret(text)},
	}
	for name, cfg := range sources {
		t.Run(name, func(t *testing.T) {
			kek, err := keyring.LoadKEK(cfg)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := kek.Open(sealed, nil); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestRefusedSources(t *testing.T) {
	secret := "c2VjcmV0LXRoYXQtbXVzdC1ub3Qtc2hvdw=="
	cases := map[string]struct {
		cfg  keyring.Config
		says string
	}{
		"none":          {keyring.Config{}, "openssl rand"},
		"both previous": {keyring.Config{Key: config.Secret(secret), Previous: keyring.Source{File: "f", Key: "k"}}, "previous: file and key"},
		"bad previous":  {keyring.Config{File: write(t, string(key), 0o600), Previous: keyring.Source{Key: "***"}}, "previous: the key"},
		"both":          {keyring.Config{File: "f", Key: "k"}, "exclude"},
		"open to group": {keyring.Config{File: write(t, string(key), 0o640)}, "chmod 600"},
		"absent":        {keyring.Config{File: filepath.Join(t.TempDir(), "none")}, "no such file"},
		"short":         {keyring.Config{Key: config.Secret(secret)}, "32 bytes"},
		"a password":    {keyring.Config{Key: "thirty-two characters, no base64"}, "base64"},
		"hexadecimal":   {keyring.Config{Key: "00112233445566778899aabbccddeeff"}, "32 bytes"},
		"no base64":     {keyring.Config{Key: "***"}, "base64"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			_, err := keyring.LoadKEK(c.cfg)
			if err == nil || !strings.Contains(err.Error(), c.says) {
				t.Fatalf("LoadKEK: %v, want it to say %q", err, c.says)
			}
			if strings.Contains(err.Error(), secret) {
				t.Error("the error shows the key")
			}
		})
	}
}

func TestGenerate(t *testing.T) {
	path := filepath.Join(t.TempDir(), "kek")
	if err := keyring.Generate(path); err != nil {
		t.Fatal(err)
	}
	if _, err := keyring.LoadKEK(keyring.Config{File: path}); err != nil {
		t.Fatal(err)
	}
	before, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := keyring.Generate(path); !errors.Is(err, fs.ErrExist) {
		t.Errorf("second Generate: %v, want fs.ErrExist", err)
	}
	if after, _ := os.ReadFile(path); !bytes.Equal(before, after) {
		t.Error("the key was replaced")
	}
	if left, _ := filepath.Glob(filepath.Join(filepath.Dir(path), ".kek-*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

func FuzzOpen(f *testing.F) {
	kek, err := keyring.New(key)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(kek.Seal([]byte("private"), nil))
	f.Add([]byte("short"))
	f.Fuzz(func(t *testing.T, sealed []byte) {
		if plaintext, err := kek.Open(sealed, nil); err == nil && string(plaintext) != "private" {
			t.Errorf("forged: %q", plaintext)
		}
	})
}

func write(t *testing.T, content string, mode os.FileMode) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "kek")
	if err := os.WriteFile(path, []byte(content), mode); err != nil {
		t.Fatal(err)
	}
	return path
}
