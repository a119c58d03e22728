package pki_test

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"testing"
	"time"

	"github.com/ventanilla/ventanilla/pkg/pki"
)

// handshake connects the two configurations and has a byte sent each way, because under TLS 1.3 a client
// learns only then that its certificate was refused.
func handshake(t *testing.T, server, client *tls.Config) (tls.ConnectionState, error) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()

	type outcome struct {
		state tls.ConnectionState
		err   error
	}
	served := make(chan outcome, 1)
	go func() {
		conn, err := listener.Accept()
		if err != nil {
			served <- outcome{err: err}
			return
		}
		defer conn.Close()
		secured := tls.Server(conn, server)
		_, err = secured.Read(make([]byte, 1))
		if err == nil {
			_, err = secured.Write([]byte{1})
		}
		served <- outcome{secured.ConnectionState(), err}
	}()

	conn, err := net.Dial("tcp", listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if err := conn.SetDeadline(time.Now().Add(10 * time.Second)); err != nil {
		t.Fatal(err)
	}
	secured := tls.Client(conn, client)
	_, err = secured.Write([]byte{1})
	if err == nil {
		_, err = secured.Read(make([]byte, 1))
	}
	_ = conn.Close()
	done := <-served
	return done.state, errors.Join(err, done.err)
}

func h2(config *tls.Config) *tls.Config {
	config.NextProtos = []string{"h2"}
	return config
}

func roleSource(t *testing.T, ca *pki.CA, role string) pki.Source {
	t.Helper()
	leaf, err := ca.IssueRole(role)
	if err != nil {
		t.Fatal(err)
	}
	return pki.Static(leaf, ca.Pool())
}

func TestRolesMeet(t *testing.T) {
	ca := newCA(t)
	state, err := handshake(t, pki.ServerTLS(roleSource(t, ca, "auth")), h2(pki.ClientTLS(roleSource(t, ca, "gateway"), "auth")))
	if err != nil {
		t.Fatal(err)
	}
	if role, ok := pki.PeerRole(state); !ok || role != "gateway" {
		t.Errorf("peer is %q, %v; want gateway", role, ok)
	}
	if state.Version != tls.VersionTLS13 || state.NegotiatedProtocol != "h2" {
		t.Errorf("spoke %s and %q", tls.VersionName(state.Version), state.NegotiatedProtocol)
	}
}

func TestHandshakesRefused(t *testing.T) {
	ca, foreign := newCA(t), newCA(t)
	long := 3 * pki.LeafLife
	old, err := pki.NewCA("old", long, func() time.Time { return time.Now().Add(-2 * pki.LeafLife) })
	if err != nil {
		t.Fatal(err)
	}
	expired, err := old.IssueRole("auth")
	if err != nil {
		t.Fatal(err)
	}
	certificate, key, err := old.DER()
	if err != nil {
		t.Fatal(err)
	}
	renewed, err := pki.ParseCA(certificate, key, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	serverOnly, err := ca.IssueServer("localhost")
	if err != nil {
		t.Fatal(err)
	}
	auth, gateway := roleSource(t, ca, "auth"), roleSource(t, ca, "gateway")
	anonymous := pki.ClientTLS(gateway, "auth")
	anonymous.GetClientCertificate = nil
	dated := pki.ClientTLS(gateway, "auth")
	dated.MinVersion, dated.MaxVersion = tls.VersionTLS12, tls.VersionTLS12

	for name, c := range map[string]struct{ server, client *tls.Config }{
		"server of another role":       {pki.ServerTLS(gateway), pki.ClientTLS(gateway, "auth")},
		"server without a role":        {pki.ServerTLS(pki.Static(serverOnly, ca.Pool())), pki.ClientTLS(gateway, "auth")},
		"server of a foreign CA":       {pki.ServerTLS(roleSource(t, foreign, "auth")), pki.ClientTLS(gateway, "auth")},
		"server expired":               {pki.ServerTLS(pki.Static(expired, old.Pool())), pki.ClientTLS(roleSource(t, renewed, "gateway"), "auth")},
		"client of a foreign CA":       {pki.ServerTLS(auth), pki.ClientTLS(foreignClient(t, ca, foreign), "auth")},
		"client expired":               {pki.ServerTLS(roleSource(t, renewed, "auth")), pki.ClientTLS(pki.Static(expired, old.Pool()), "auth")},
		"client without a certificate": {pki.ServerTLS(auth), anonymous},
		"client for servers only":      {pki.ServerTLS(auth), pki.ClientTLS(pki.Static(serverOnly, ca.Pool()), "auth")},
		"TLS 1.2":                      {pki.ServerTLS(auth), dated},
		"server without a certificate": {pki.ServerTLS(pki.Static(tls.Certificate{}, ca.Pool())), pki.ClientTLS(gateway, "auth")},
		"server without roots":         {pki.ServerTLS(pki.Static(serverOnly, nil)), pki.ClientTLS(gateway, "auth")},
		"client without roots":         {pki.ServerTLS(auth), pki.ClientTLS(pki.Static(serverOnly, nil), "auth")},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := handshake(t, c.server, h2(c.client)); err == nil {
				t.Error("the two talked")
			}
		})
	}
}

// foreignClient trusts the server's authority but was certified by another.
func foreignClient(t *testing.T, ca, foreign *pki.CA) pki.Source {
	t.Helper()
	leaf, err := foreign.IssueRole("gateway")
	if err != nil {
		t.Fatal(err)
	}
	return pki.Static(leaf, ca.Pool())
}

func TestPeerRole(t *testing.T) {
	state := func(names ...string) tls.ConnectionState {
		return tls.ConnectionState{VerifiedChains: [][]*x509.Certificate{{{DNSNames: names}}}}
	}
	unverified := tls.ConnectionState{PeerCertificates: []*x509.Certificate{{DNSNames: []string{"auth.ventanilla.internal"}}}}
	for name, c := range map[string]struct {
		state tls.ConnectionState
		want  string
	}{
		"role":        {state("localhost", "auth.ventanilla.internal"), "auth"},
		"unverified":  {unverified, ""},
		"no name":     {state(), ""},
		"other zone":  {state("auth.example.org"), ""},
		"two roles":   {state("auth.ventanilla.internal", "gateway.ventanilla.internal"), ""},
		"wildcard":    {state("*.ventanilla.internal"), ""},
		"two labels":  {state("a.b.ventanilla.internal"), ""},
		"bare domain": {state(".ventanilla.internal"), ""},
	} {
		if got, ok := pki.PeerRole(c.state); got != c.want || ok != (c.want != "") {
			t.Errorf("%s: got %q, %v; want %q", name, got, ok, c.want)
		}
	}
}
