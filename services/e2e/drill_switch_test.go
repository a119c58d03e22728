package e2e

import (
	"fmt"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/ventanilla/ventanilla/pkg/testkit"
)

// operator registers an operator as the bootstrap peer and returns it, calling the window of a gateway.
func (c *cluster) operator(t *testing.T, at *role, name, role string) operator {
	t.Helper()
	credential := filepath.Join(t.TempDir(), name+".pem")
	bootstrap := []string{"admin", "--pki", c.dir, "--address", c.auth[0].rpc, "operator"}
	c.must(t, append(bootstrap, "create", name, "--role", role)...)
	c.must(t, append(bootstrap, "credential", name, "--out", credential)...)
	return operator{[]string{"--address", at.adminRPC, "--ca", filepath.Join(c.dir, "ca.pem"), "--credential", credential}}
}

// answers waits for the documented second until all gateways answer a call with the status and Retry-After.
func answers(t *testing.T, asked call, status int, retryAfter string, gateways ...edge) {
	t.Helper()
	testkit.Eventually(t, honoured, func() error {
		for i, g := range gateways {
			a, err := g.try(t.Context(), asked)
			if err != nil || a.status != status || a.header.Get("Retry-After") != retryAfter {
				return fmt.Errorf("gateway %d answers %d, Retry-After %q, %v", i, a.status, a.header.Get("Retry-After"), err)
			}
		}
		return nil
	})
}

type switchList struct {
	Switches []struct {
		Family, Path string
		Maintenance  bool
		SetBy        string `json:"set_by"`
	}
}

// switched sets switches by the command line and sees them obeyed by every gateway, with etcd and without.
func switched(t *testing.T, c *cluster) {
	support, viewer := c.operator(t, c.gateway[0], "ana", "support"), c.operator(t, c.gateway[1], "zoe", "viewer")
	both := []edge{c.gateway[0].edge, c.gateway[1].edge}
	token := issuing(c.partner)

	if err := viewer.try(t, nil, "switch", "set", "cmp", "--maintenance"); exitCodeOf(err) != exitRefused {
		t.Errorf("a viewer is not refused: %v", err)
	}
	support.run(t, nil, "switch", "set", "cmp", "--path", tokenPath, "--maintenance", "--retry-after", "10m")
	answers(t, token, http.StatusServiceUnavailable, "600", both...)
	var list switchList
	viewer.run(t, &list, "switch", "list")
	if s := list.Switches; len(s) != 1 || s[0].Family != "cmp" || s[0].Path != tokenPath || !s[0].Maintenance || s[0].SetBy != "ana" {
		t.Errorf("listed are %+v", s)
	}
	support.run(t, nil, "switch", "clear", "cmp", "--path", tokenPath)
	answers(t, token, http.StatusOK, "", both...)
	if err := support.try(t, nil, "switch", "clear", "cmp", "--path", tokenPath); exitCodeOf(err) != exitNotFound {
		t.Errorf("cleared twice: %v", err)
	}
	if acts, want := recorded(t, viewer, "cmp"+tokenPath), []string{"ClearSwitch", "SetSwitch"}; !slices.Equal(acts, want) {
		t.Errorf("acts on the switch, newest first: %v, want %v", acts, want)
	}

	support.run(t, nil, "switch", "set", "cmp", "--retired")
	answers(t, token, http.StatusGone, "", both...)
	c.etcd.kill()
	for _, act := range [][]string{{"set", "cmp", "--maintenance"}, {"clear", "cmp"}, {"list"}} {
		err := support.try(t, nil, append([]string{"switch"}, act...)...)
		if exitCodeOf(err) != exitUnavailable || !strings.Contains(err.Error(), "etcd does not answer") {
			t.Errorf("%s without etcd: %v", act[0], err)
		}
	}
	answers(t, token, http.StatusGone, "", both...)
	fresh := c.newRole(t, "gateway", "--set", "discovery.targets.auth=static:///"+c.auth[0].rpc)
	fresh.start(t, c)
	answers(t, token, http.StatusOK, "", fresh.edge)
	c.startEtcd(t)
	testkit.Eventually(t, patience, func() error {
		if a, err := fresh.try(t.Context(), token); err != nil || a.status != http.StatusGone {
			return fmt.Errorf("the switch is not picked up: %d, %v", a.status, err)
		}
		return nil
	})
	fresh.terminate(t)
	testkit.Eventually(t, patience, func() error { return support.try(t, nil, "switch", "clear", "cmp") })
	answers(t, token, http.StatusOK, "", both...)
	acts := recorded(t, viewer, "cmp")
	slices.Reverse(acts)
	if want := []string{"SetSwitch", "SetSwitch", "SetSwitchFailed"}; len(acts) < len(want) || !slices.Equal(acts[:len(want)], want) {
		t.Errorf("acts on the family's switch: %v, want first %v", acts, want)
	}
}

// A switch is known before the platform says that it is ready, whatever end the one before it had.
func TestSwitchesSurviveTheProcess(t *testing.T) {
	data := t.TempDir()
	p := up(t, data)
	p.owner().run(t, nil, "switch", "set", "cmp", "--maintenance")
	p.process.kill()
	p = up(t, data)
	if a := p.send(t, issuing(p.partner)); a.status != http.StatusServiceUnavailable || a.header.Get("Retry-After") != "60" {
		t.Errorf("status %d, Retry-After %q", a.status, a.header.Get("Retry-After"))
	}
	p.owner().run(t, nil, "switch", "clear", "cmp")
	answers(t, issuing(p.partner), http.StatusOK, "", p.edge)
}
