package pki_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/ventanilla/ventanilla/pkg/pki"
)

func TestIssuedNames(t *testing.T) {
	ca := newCA(t)
	role, err := ca.IssueRole("auth", "auth.svc.cluster.local", "10.0.0.7")
	if err != nil {
		t.Fatal(err)
	}
	server, err := ca.IssueServer("localhost", "127.0.0.1", "::1", "*.localhost")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		cert  *x509.Certificate
		host  string
		usage x509.ExtKeyUsage
		valid bool
	}{
		{role.Leaf, "auth.ventanilla.internal", x509.ExtKeyUsageServerAuth, true},
		{role.Leaf, "localhost", x509.ExtKeyUsageClientAuth, true},
		{role.Leaf, "::1", x509.ExtKeyUsageServerAuth, true},
		{role.Leaf, "10.0.0.7", x509.ExtKeyUsageServerAuth, true},
		{role.Leaf, "auth.svc.cluster.local", x509.ExtKeyUsageServerAuth, true},
		{role.Leaf, "gateway.ventanilla.internal", x509.ExtKeyUsageServerAuth, false},
		{server.Leaf, "staging.localhost", x509.ExtKeyUsageServerAuth, true},
		{server.Leaf, "127.0.0.1", x509.ExtKeyUsageServerAuth, true},
		{server.Leaf, "localhost", x509.ExtKeyUsageClientAuth, false},
	} {
		_, err := c.cert.Verify(x509.VerifyOptions{
			Roots: ca.Pool(), DNSName: c.host, KeyUsages: []x509.ExtKeyUsage{c.usage},
		})
		if (err == nil) != c.valid {
			t.Errorf("%s for %s: %v, want valid=%v", c.cert.Subject.CommonName, c.host, err, c.valid)
		}
	}
}

func TestNamesNotIssued(t *testing.T) {
	ca := newCA(t)
	for _, role := range []string{"", "Auth", "a.b", "-a", "a-", "*"} {
		if _, err := ca.IssueRole(role); err == nil {
			t.Errorf("role %q was certified", role)
		}
	}
	for _, host := range []string{
		"a b", "-a.example", "a..example",
		"", "auth.ventanilla.internal", "AUTH.Ventanilla.Internal.", "*.ventanilla.internal", "ventanilla.internal",
	} {
		if _, err := ca.IssueRole("gateway", host); err == nil {
			t.Errorf("host %q was certified for a role", host)
		}
		if _, err := ca.IssueServer(host); err == nil {
			t.Errorf("host %q was certified for a server", host)
		}
	}
	if _, err := ca.IssueServer(); err == nil {
		t.Error("a server without a host was certified")
	}
}

func request(t *testing.T, key crypto.Signer) []byte {
	t.Helper()
	der, err := x509.CreateCertificateRequest(rand.Reader, &x509.CertificateRequest{
		Subject: pkix.Name{CommonName: "somebody else"}, DNSNames: []string{"auth.ventanilla.internal"},
	}, key)
	if err != nil {
		t.Fatal(err)
	}
	return der
}

func ecdsaKey(t *testing.T, curve elliptic.Curve) crypto.Signer {
	t.Helper()
	key, err := ecdsa.GenerateKey(curve, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func TestSignClient(t *testing.T) {
	ca := newCA(t)
	_, edwards, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	for _, key := range []crypto.Signer{ecdsaKey(t, elliptic.P256()), ecdsaKey(t, elliptic.P384()), edwards} {
		cert, err := ca.SignClient(request(t, key), "operator-1", time.Minute)
		if err != nil {
			t.Fatal(err)
		}
		if cert.Subject.CommonName != "operator-1" || len(cert.DNSNames) != 0 {
			t.Errorf("the request chose the names: %q, %q", cert.Subject.CommonName, cert.DNSNames)
		}
		if !slices.Equal(cert.ExtKeyUsage, []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}) || cert.IsCA {
			t.Errorf("usages %v, CA %v: want a client only", cert.ExtKeyUsage, cert.IsCA)
		}
		if left := time.Until(cert.NotAfter); left > time.Minute {
			t.Errorf("valid for %v, want a minute at most", left)
		}
	}
}

func TestRequestsNotSigned(t *testing.T) {
	ca := newCA(t)
	rsaKey, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	forged := request(t, ecdsaKey(t, elliptic.P256()))
	forged[len(forged)-1] ^= 1
	for name, der := range map[string][]byte{
		"empty":    nil,
		"garbage":  []byte("not a request"),
		"forged":   forged,
		"weak key": request(t, ecdsaKey(t, elliptic.P224())),
		"RSA key":  request(t, rsaKey),
	} {
		if _, err := ca.SignClient(der, "operator-1", time.Minute); !errors.Is(err, pki.ErrRequest) {
			t.Errorf("%s: got %v, want ErrRequest", name, err)
		}
	}
}

func FuzzSignClient(f *testing.F) {
	ca, err := pki.NewCA("fuzz", time.Hour, time.Now)
	if err != nil {
		f.Fatal(err)
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		f.Fatal(err)
	}
	der, err := x509.CreateCertificateRequest(rand.Reader, &x509.CertificateRequest{}, key)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(der)
	f.Fuzz(func(t *testing.T, der []byte) {
		cert, err := ca.SignClient(der, "operator-1", time.Minute)
		if err != nil {
			if !errors.Is(err, pki.ErrRequest) {
				t.Fatalf("not the requester's fault: %v", err)
			}
			return
		}
		if len(cert.DNSNames) != 0 || cert.Subject.CommonName != "operator-1" {
			t.Fatal("the request chose the names")
		}
	})
}
