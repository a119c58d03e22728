package pki_test

import (
	"crypto/x509"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/ventanilla/ventanilla/pkg/pki"
)

func newCA(t *testing.T) *pki.CA {
	t.Helper()
	ca, err := pki.NewCA("test authority", time.Hour, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	return ca
}

func TestSavedAuthorityIsLoaded(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "pki")
	if _, err := pki.LoadCA(dir, time.Now); !errors.Is(err, fs.ErrNotExist) {
		t.Fatalf("loading from an empty folder: %v, want fs.ErrNotExist", err)
	}
	ca := newCA(t)
	if err := ca.Save(dir); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]fs.FileMode{"ca.pem": 0o644, "ca-key.pem": 0o600} {
		info, err := os.Stat(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		if got := info.Mode().Perm(); got != want {
			t.Errorf("%s has mode %o, want %o", name, got, want)
		}
	}
	loaded, err := pki.LoadCA(dir, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	if !loaded.Certificate().Equal(ca.Certificate()) {
		t.Error("another authority was loaded than was saved")
	}
	if entries, _ := os.ReadDir(dir); len(entries) != 2 {
		t.Errorf("the folder holds %d files, want 2", len(entries))
	}
}

func TestLeafDoesNotReplaceAnAuthorityOrAKey(t *testing.T) {
	dir := t.TempDir()
	ca := newCA(t)
	if err := ca.Save(dir); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"ca", "ca-key", "gateway-key"} {
		leaf, err := ca.IssueRole(name)
		if err != nil {
			t.Fatal(err)
		}
		if err := pki.SaveLeaf(dir, name, leaf); err == nil {
			t.Errorf("a leaf was saved as %s", name)
		}
	}
	loaded, err := pki.LoadCA(dir, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	if !loaded.Certificate().Equal(ca.Certificate()) {
		t.Error("the authority was replaced")
	}
}

func TestAuthorityWithoutItsKeyIsDamage(t *testing.T) {
	dir := t.TempDir()
	if err := newCA(t).Save(dir); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(filepath.Join(dir, "ca-key.pem")); err != nil {
		t.Fatal(err)
	}
	if _, err := pki.LoadCA(dir, time.Now); err == nil || errors.Is(err, fs.ErrNotExist) {
		t.Errorf("got %v, want an error that does not ask for a new authority", err)
	}
}

func TestAuthorityFromDER(t *testing.T) {
	ca, other := newCA(t), newCA(t)
	certificate, key, err := ca.DER()
	if err != nil {
		t.Fatal(err)
	}
	restored, err := pki.ParseCA(certificate, key, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	leaf, err := restored.IssueRole("auth")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := leaf.Leaf.Verify(x509.VerifyOptions{Roots: ca.Pool(), DNSName: pki.RoleDNS("auth")}); err != nil {
		t.Errorf("the restored authority's leaf: %v", err)
	}
	if _, err := pki.ParseCA(other.Certificate().Raw, key, time.Now); err == nil {
		t.Error("a certificate and the key of another were accepted")
	}
	if _, err := pki.ParseCA(leaf.Leaf.Raw, key, time.Now); err == nil {
		t.Error("a leaf was accepted as an authority")
	}
}

func TestLeafEndsWithItsAuthority(t *testing.T) {
	now := time.Now()
	ca, err := pki.NewCA("short", time.Hour, func() time.Time { return now })
	if err != nil {
		t.Fatal(err)
	}
	leaf, err := ca.IssueRole("auth")
	if err != nil {
		t.Fatal(err)
	}
	if !leaf.Leaf.NotAfter.Equal(ca.Certificate().NotAfter) {
		t.Errorf("leaf ends %v, authority %v", leaf.Leaf.NotAfter, ca.Certificate().NotAfter)
	}
	now = now.Add(2 * time.Hour)
	if _, err := ca.IssueRole("auth"); err == nil {
		t.Error("an expired authority signed")
	}
}
