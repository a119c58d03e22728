package operatorcert_test

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"errors"
	"testing"
	"time"

	"github.com/ventanilla/ventanilla/pkg/pki"
	"github.com/ventanilla/ventanilla/services/auth/internal/operatorcert"
)

var now = time.Date(2026, 5, 4, 3, 2, 1, 0, time.UTC)

func clock() time.Time { return now }

func newCA(t testing.TB) *pki.CA {
	t.Helper()
	ca, err := pki.NewCA("operators", 24*time.Hour, clock)
	if err != nil {
		t.Fatal(err)
	}
	return ca
}

func request(t testing.TB) []byte {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.CreateCertificateRequest(rand.Reader, &x509.CertificateRequest{}, crypto.Signer(key))
	if err != nil {
		t.Fatal(err)
	}
	return der
}

func issue(t testing.TB, ca *pki.CA, name string, epoch int64) []byte {
	t.Helper()
	certificate, err := operatorcert.Issue(ca, request(t), name, epoch, time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	return certificate.Raw
}

func TestReadReturnsWhatWasIssued(t *testing.T) {
	ca := newCA(t)
	got, err := operatorcert.Read(ca, issue(t, ca, "ana.b", 3), now)
	want := operatorcert.Identity{Name: "ana.b", Epoch: 3, Expires: now.Add(time.Hour)}
	if err != nil || got.Name != want.Name || got.Epoch != want.Epoch || !got.Expires.Equal(want.Expires) {
		t.Errorf("Read = %+v, %v; want %+v", got, err, want)
	}
}

func TestReadRefuses(t *testing.T) {
	ca := newCA(t)
	good := issue(t, ca, "ana", 0)
	role, err := ca.IssueServer("example.org")
	if err != nil {
		t.Fatal(err)
	}
	unnamed, err := ca.SignClient(request(t), "ana", time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	cases := map[string]struct {
		der []byte
		at  time.Time
	}{
		"ended":             {good, now.Add(time.Hour + time.Second)},
		"not begun":         {good, now.Add(-time.Hour)},
		"another authority": {issue(t, newCA(t), "ana", 0), now},
		"server's":          {role.Certificate[0], now},
		"without epoch":     {unnamed.Raw, now},
		"the authority's":   {ca.Certificate().Raw, now},
		"cut":               {good[:len(good)-1], now},
		"empty":             {nil, now},
		"too long":          {bytes.Repeat([]byte{0x30}, operatorcert.MaxSize+1), now},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			if got, err := operatorcert.Read(ca, c.der, c.at); !errors.Is(err, operatorcert.ErrInvalid) {
				t.Errorf("Read = %+v, %v", got, err)
			}
		})
	}
}

func TestIssueRefusesBadRequests(t *testing.T) {
	if _, err := operatorcert.Issue(newCA(t), []byte("no request"), "ana", 0, time.Hour); !errors.Is(err, pki.ErrRequest) {
		t.Errorf("Issue: %v", err)
	}
}

func FuzzRead(f *testing.F) {
	ca := newCA(f)
	good := issue(f, ca, "ana", 7)
	f.Add(good)
	f.Add(good[:40])
	f.Add([]byte{0x30, 0x82})
	f.Fuzz(func(t *testing.T, der []byte) {
		got, err := operatorcert.Read(ca, der, now)
		if err == nil && (got.Name != "ana" || got.Epoch != 7) {
			t.Errorf("forged: %+v", got)
		}
	})
}
