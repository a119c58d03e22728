package e2e

import (
	"crypto/rand"
	"fmt"
	"net/http"
	"path/filepath"
	"slices"
	"testing"

	"github.com/ventanilla/ventanilla/pkg/testkit"
)

// enough calls in a row are answered by every auth replica.
const enough = 8

// underLoadOf does something while partners issue, introspect and revoke through the gateways. No call may fail.
func (s *skew) underLoadOf(t *testing.T, gateways []*role, something func()) {
	t.Helper()
	var loads []*load
	for _, g := range gateways {
		loads = append(loads,
			introspections(t, g.edge, 2, g.issue(t, s.partner), s.resource),
			tokens(t, g.edge, 1, s.partner), revocations(t, g.edge, 1, s.partner))
	}
	served := func() {
		for _, l := range loads {
			l.more(t, enough)
		}
	}
	served()
	something()
	served()
	for _, l := range loads {
		l.ended(t, 0)
	}
}

// newOperator makes an operator as the bootstrap peer, with the base's command.
func (s *skew) newOperator(t *testing.T) {
	t.Helper()
	s.operator = filepath.Join(s.dir, "ana.pem")
	bootstrap := []string{"admin", "--pki", s.dir, "--address", s.auth[0].rpc, "operator"}
	s.must(t, append(bootstrap, "create", "ana", "--role", "security", "--role", "editor")...)
	s.must(t, append(bootstrap, "credential", "ana", "--out", s.operator)...)
}

// works holds the platform to its promises on both gateways, whatever version each part has.
func (s *skew) works(t *testing.T) {
	t.Helper()
	for i, g := range s.gateway {
		other := s.gateway[1-i]
		s.registers(t, g)
		s.knowsPersons(t, g)
		s.decides(t, g)
		s.provides(t, g)
		s.keepsOrganisations(t, g)
		s.goodEverywhere(t, g.issue(t, s.partner))
		s.endsEverywhere(t, g.edge, other.edge, func() {}, func() {})
	}
}

// registers makes a client through a gateway's admin window, has both gateways serve it, and shuts it out again.
func (s *skew) registers(t *testing.T, g *role) {
	t.Helper()
	ana := s.ana(g)
	made := ana.create(t, "Skew", "cmp", "--scope", "beneficios", "--audience", s.resource.id)
	var token string
	for _, at := range s.gateway {
		for range enough {
			token = at.issue(t, made.credentials())
		}
	}
	s.goodEverywhere(t, token)
	ana.run(t, nil, "client", "disable", made.Client.ID)
	for _, at := range s.gateway {
		testkit.Eventually(t, honoured, func() error { return shutOut(t, at.edge, made.credentials(), token, s.resource) })
	}
}

// ana calls a gateway's admin window. Her command is that of the program under test.
func (s *skew) ana(g *role) operator {
	return operator{[]string{"--address", g.adminRPC, "--ca", filepath.Join(s.dir, "ca.pem"), "--credential", s.operator}}
}

// knowsPersons enters a person through a gateway, and has every identity replica find it.
func (s *skew) knowsPersons(t *testing.T, g *role) {
	t.Helper()
	if len(s.identities) == 0 || !has(t, g.program, "identity") {
		return // The platform has no persons yet, or the gateway does not know of any.
	}
	ana, key := s.ana(g), rand.Text()
	ana.run(t, nil, "person", "create", key, "Skew")
	for range enough {
		ana.run(t, nil, "person", "find", key, "--purpose", "skew test")
	}
}

// decides asks through a gateway for somebody's benefits, and has every benefits replica answer.
func (s *skew) decides(t *testing.T, g *role) {
	t.Helper()
	if len(s.benefits) == 0 || !has(t, g.program, "benefits") {
		return // Nobody decides yet, or the gateway does not know of it.
	}
	token := g.issue(t, s.ana(g).create(t, "Skew", "cmp", "--scope", "benefits.evaluate").credentials())
	for range enough {
		if err := expect(t, g.edge, decision(token, "/benefits/v1/evaluate", "1000005-K"), http.StatusOK); err != nil {
			t.Error(err)
		}
	}
}

// provides defines a service through a gateway and enters a provider, and has every notifications replica list them.
func (s *skew) provides(t *testing.T, g *role) {
	t.Helper()
	if len(s.notifications) == 0 || !has(t, g.program, "notifications") {
		return // Nobody delivers yet, or the gateway does not know of it.
	}
	ana := s.ana(g)
	ana.run(t, nil, "service", "create", "Skew", "--qr-code", "required")
	ana.run(t, nil, "provider", "create", "Skew", "--role", "session")
	for range enough {
		ana.run(t, nil, "provider", "list")
	}
}

// keepsOrganisations enters an organisation through a gateway, and has every session replica list it.
func (s *skew) keepsOrganisations(t *testing.T, g *role) {
	t.Helper()
	for _, r := range append(slices.Clone(s.sessions), g) {
		if _, err := runCommand(t, r.program, "admin", "organisation", "--help"); err != nil {
			return // A program that knows of none.
		}
	}
	if len(s.sessions) == 0 {
		return // Nobody keeps them yet.
	}
	ana := s.ana(g)
	ana.run(t, nil, "organisation", "create", "Skew")
	for range enough {
		ana.run(t, nil, "organisation", "list")
	}
}

// shutOut tells of a way in which a disabled client is still served.
func shutOut(t *testing.T, e edge, c credentials, token string, by credentials) error {
	t.Helper()
	for range enough {
		active, err := e.tryActive(t.Context(), token, by)
		if err == nil && active {
			err = fmt.Errorf("a token of a disabled client is active")
		}
		if err != nil {
			return err
		}
		a, err := e.try(t.Context(), issuing(c))
		if err == nil && a.status != http.StatusUnauthorized {
			err = fmt.Errorf("a disabled client asks for a token: status %d, %s", a.status, a.body)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// goodEverywhere has every replica introspect a token through both gateways.
func (s *skew) goodEverywhere(t *testing.T, token string) {
	t.Helper()
	for _, at := range s.gateway {
		for range enough {
			if !at.active(t, token, s.resource) {
				t.Error("a live token is inactive")
			}
		}
	}
}
