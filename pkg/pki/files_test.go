package pki_test

import (
	"bytes"
	"crypto/tls"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/ventanilla/ventanilla/pkg/pki"
)

// deployed is a role's folder of files and the source that follows them.
type deployed struct {
	dir    string
	now    time.Time
	log    bytes.Buffer
	source *pki.Files
}

func deploy(t *testing.T, ca *pki.CA, role string) *deployed {
	t.Helper()
	d := &deployed{dir: t.TempDir(), now: time.Now()}
	d.replace(t, ca, role)
	config := pki.Config{
		CA:   filepath.Join(d.dir, "ca.pem"),
		Cert: filepath.Join(d.dir, "role.pem"),
		Key:  filepath.Join(d.dir, "role-key.pem"),
	}
	source, err := pki.NewFiles(config, func() time.Time { return d.now }, slog.New(slog.NewTextHandler(&d.log, nil)))
	if err != nil {
		t.Fatal(err)
	}
	d.source = source
	return d
}

func (d *deployed) replace(t *testing.T, ca *pki.CA, role string) {
	t.Helper()
	leaf, err := ca.IssueRole(role)
	if err != nil {
		t.Fatal(err)
	}
	if err := ca.Save(d.dir); err != nil {
		t.Fatal(err)
	}
	if err := pki.SaveLeaf(d.dir, "role", leaf); err != nil {
		t.Fatal(err)
	}
}

func (d *deployed) serial(t *testing.T) string {
	t.Helper()
	certificate, err := d.source.Certificate()
	if err != nil {
		t.Fatal(err)
	}
	return certificate.Leaf.SerialNumber.String()
}

func TestReplacedFilesAreReloaded(t *testing.T) {
	before, after := newCA(t), newCA(t)
	auth, gateway := deploy(t, before, "auth"), deploy(t, before, "gateway")
	server := pki.ServerTLS(auth.source)
	client := h2(pki.ClientTLS(gateway.source, "auth"))
	client.ClientSessionCache = tls.NewLRUClientSessionCache(8)
	talk := func() error {
		_, err := handshake(t, server, client)
		return err
	}
	if err := talk(); err != nil {
		t.Fatal(err)
	}

	auth.replace(t, after, "auth")
	if err := talk(); err != nil {
		t.Errorf("the files were looked at twice in a second: %v", err)
	}
	auth.now = auth.now.Add(time.Second)
	if err := talk(); err == nil {
		t.Error("the server still trusts the authority that it was told to forget")
	}
	gateway.replace(t, after, "gateway")
	gateway.now = gateway.now.Add(time.Second)
	if err := talk(); err != nil {
		t.Errorf("both ends have the new authority: %v", err)
	}
}

func TestBrokenFilesKeepTheOld(t *testing.T) {
	ca := newCA(t)
	d := deploy(t, ca, "auth")
	first := d.serial(t)
	key := filepath.Join(d.dir, "role-key.pem")
	const secret = "MHcCAQEEIHalfWrittenSecret"
	if err := os.WriteFile(key, []byte("-----BEGIN PRIVATE KEY-----\n"+secret), 0o600); err != nil {
		t.Fatal(err)
	}
	d.now = d.now.Add(time.Second)
	if d.serial(t) != first {
		t.Error("a broken key replaced the certificate")
	}
	if !strings.Contains(d.log.String(), "role.pem") {
		t.Errorf("the log does not name the file: %s", d.log.String())
	}
	if strings.Contains(d.log.String(), secret) {
		t.Error("the key was logged")
	}
	if err := os.Remove(key); err != nil {
		t.Fatal(err)
	}
	d.now = d.now.Add(time.Second)
	if d.serial(t) != first {
		t.Error("a missing key replaced the certificate")
	}
	d.replace(t, ca, "auth")
	d.now = d.now.Add(time.Second)
	if d.serial(t) == first {
		t.Error("the repaired files were not read")
	}
}

func TestIncompleteConfigNamesTheSetting(t *testing.T) {
	for _, c := range []struct {
		config pki.Config
		want   string
	}{
		{pki.Config{Cert: "c", Key: "k"}, "tls.ca"},
		{pki.Config{CA: "a", Key: "k"}, "tls.cert"},
		{pki.Config{CA: "a", Cert: "c"}, "tls.key"},
		{pki.Config{CA: "/nonexistent/a", Cert: "/nonexistent/c", Key: "/nonexistent/k"}, "/nonexistent/a"},
	} {
		_, err := pki.NewFiles(c.config, time.Now, slog.New(slog.DiscardHandler))
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("got %v, want an error naming %s", err, c.want)
		}
	}
}
