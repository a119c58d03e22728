package e2e

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// forgedOperator comes to the admin window with a certificate that says what the local operator's does, the issuer's
// name too, but was signed with another key.
func forgedOperator(t *testing.T, p *platform) {
	block, _ := pem.Decode(read(t, p.data, "operator.pem"))
	template, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	issuer := &x509.Certificate{Subject: template.Issuer, SubjectKeyId: template.AuthorityKeyId, PublicKey: key.Public()}
	forged, err := x509.CreateCertificate(rand.Reader, template, issuer, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	keyDER, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "forged.pem")
	write(t, file,
		pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: forged}),
		pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: keyDER}))
	if err := p.as(file).try(t, nil, "client", "list"); exitCodeOf(err) != exitRefused {
		t.Errorf("not refused: %v", err)
	}
}

// rolesAreNoOperators comes to the admin window with the certificates of roles, and to auth itself as the bootstrap
// peer, which is there to begin with and not to operate.
func rolesAreNoOperators(t *testing.T, c *cluster) {
	for _, role := range []string{"auth", "identity", "benefits", "notifications", "session", "gateway", "bootstrap"} {
		file := filepath.Join(t.TempDir(), role+".pem")
		write(t, file, read(t, c.dir, role+".pem"), read(t, c.dir, role+"-key.pem"))
		who := operator{[]string{"--address", c.gateway[0].adminRPC, "--ca", filepath.Join(c.dir, "ca.pem"), "--credential", file}}
		if err := who.try(t, nil, "client", "list"); exitCodeOf(err) != exitRefused {
			t.Errorf("%s at the admin window: %v", role, err)
		}
	}
	bootstrap := operator{[]string{"--address", c.auth[0].rpc, "--pki", c.dir}}
	for _, act := range [][]string{
		{"client", "disable", c.partner.id}, {"client", "rotate-secret", c.partner.id}, {"operator", "disable", "anybody"},
	} {
		if err := bootstrap.try(t, nil, act...); exitCodeOf(err) != exitRefused {
			t.Errorf("bootstrap: %v: %v", act, err)
		}
	}
	if !c.gateway[0].active(t, c.gateway[0].issue(t, c.partner), c.resource) {
		t.Error("a refused act was done")
	}
}

func read(t *testing.T, dir, name string) []byte {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func write(t *testing.T, file string, parts ...[]byte) {
	t.Helper()
	if err := os.WriteFile(file, slices.Concat(parts...), 0o600); err != nil {
		t.Fatal(err)
	}
}
