package main

import (
	"context"
	"crypto/x509"
	"errors"
	"net"
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	tokenAnswer    = `{"token_type":"Bearer","expires_in":3600,"access_token":"e30.e30.c2ln"}`
	activeAnswer   = `{"active":true,"scope":"a b","client_id":"c","exp":1790000000,"level":1}`
	benefitsAnswer = `{"code":200,"success":true,"data":{"beneficios":[{"url":"u","title":"t","description":"d","idChileAtiende":[]}]}}`
	inactiveAnswer = `{"active":false}`
)

func TestBaselinesAnswerEveryWorkload(t *testing.T) {
	for _, name := range []string{passThroughName, bareHandlerName} {
		t.Run(name, func(t *testing.T) {
			target := startTestBaseline(t, name, answers{Token: []byte(tokenAnswer), TokenInfo: []byte(activeAnswer), Benefits: []byte(benefitsAnswer)})
			tokens := make([]string, 20)
			if _, _, err := target.run(t.Context(), issue(client{"id", "secret"}, tokens), len(tokens)); err != nil {
				t.Fatalf("issuing: %v", err)
			}
			for i, token := range tokens {
				if token != "e30.e30.c2ln" {
					t.Errorf("token %d: %q", i, token)
				}
			}
			latencies, wall, err := target.run(t.Context(), introspect(subject{caller: "caller"}.one, func(i int) string { return tokens[i] }), len(tokens))
			if err != nil {
				t.Fatalf("introspecting: %v", err)
			}
			if _, _, err := target.run(t.Context(), potentialBenefits("caller", []signed{{"1-9", "token"}}), 4); err != nil {
				t.Fatalf("asking for benefits: %v", err)
			}
			for i, latency := range latencies {
				if latency <= 0 || latency > wall {
					t.Errorf("latency of request %d: %v of %v", i, latency, wall)
				}
			}
		})
	}
}

func TestWrongAnswersEndTheLoad(t *testing.T) {
	for name, reply := range map[string]answers{
		"inactive": {Token: []byte(tokenAnswer), TokenInfo: []byte(inactiveAnswer)},
		"no JSON":  {Token: []byte(tokenAnswer), TokenInfo: []byte("404 page not found")},
	} {
		t.Run(name, func(t *testing.T) {
			target := startTestBaseline(t, bareHandlerName, reply)
			if _, _, err := target.run(t.Context(), introspect(subject{caller: "caller"}.one, func(int) string { return "token" }), 20); err == nil {
				t.Error("no error")
			}
		})
	}
}

func TestLoaderRefusesOtherMachines(t *testing.T) {
	for _, base := range []string{"https://192.0.2.1:8443", "https://example.com", "http://127.0.0.1:80", "://"} {
		if _, err := newLoader(base, nil, 1); err == nil {
			t.Errorf("%s: no error", base)
		}
	}
}

// startTestBaseline serves a baseline in this process until the test ends.
func startTestBaseline(t *testing.T, name string, reply answers) *loader {
	t.Helper()
	self, err := newIdentity()
	if err != nil {
		t.Fatal(err)
	}
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", loopback)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	ended := make(chan error)
	go func() { ended <- serveAs(ctx, name, listener, self, reply) }()
	roots := x509.NewCertPool()
	roots.AddCert(self.authority)
	target, err := newLoader("https://"+listener.Addr().String(), roots, 4)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		target.client.CloseIdleConnections()
		cancel()
		if err := <-ended; err != nil && !errors.Is(err, context.Canceled) {
			t.Errorf("serving: %v", err)
		}
	})
	return target
}
