package e2e

import (
	"errors"
	"fmt"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/ventanilla/ventanilla/pkg/testkit"
)

// administration does an operator's day by the command line.
func administration(t *testing.T, p *platform) {
	t.Run("a client's life", func(t *testing.T) { clientLife(t, p) })
	t.Run("a client in depth", func(t *testing.T) { clientInDepth(t, p) })
	t.Run("API keys", func(t *testing.T) { apiKeys(t, p) })
	t.Run("client tokens", func(t *testing.T) { clientTokens(t, p) })
	t.Run("roles", func(t *testing.T) { operatorRoles(t, p) })
	t.Run("a disabled operator", func(t *testing.T) { disabledOperator(t, p) })
	t.Run("a forged operator", func(t *testing.T) { forgedOperator(t, p) })
	t.Run("the window's name", func(t *testing.T) { windowName(t, p) })
	t.Run("credential file", func(t *testing.T) {
		info, err := os.Stat(p.data + "/operator.pem")
		if err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("operator.pem: %v, %v", info, err)
		}
	})
}

// windowName asks the window for other names than its address: who comes through a tunnel has to.
func windowName(t *testing.T, p *platform) {
	named := func(name string) error {
		return operator{append(p.owner().flags, "--server-name", name)}.try(t, nil, "client", "list")
	}
	if err := named("localhost"); err != nil {
		t.Errorf("by a name in its certificate: %v", err)
	}
	if err := named("elsewhere.example.org"); err == nil || !strings.Contains(err.Error(), "elsewhere.example.org") {
		t.Errorf("by a name that its certificate has not: %v", err)
	}
}

// clientLife makes a client, shuts it out, lets it in and gives it a new secret, and looks at what partners see of it.
func clientLife(t *testing.T, p *platform) {
	owner := p.owner()
	made := owner.create(t, "E2E partner", "cmp", "--audience", p.resource.id, "--scope", "beneficios")
	id := made.Client.ID
	first := p.issue(t, made.credentials())
	if !p.active(t, first, p.resource) {
		t.Fatal("the new client's token is not active for its audience")
	}

	var list struct {
		Clients []client `json:"clients"`
	}
	owner.run(t, &list, "client", "list", "--family", "cmp")
	if !slices.ContainsFunc(list.Clients, func(c client) bool { return c.ID == id && c.Name == "E2E partner" }) {
		t.Errorf("the new client is not listed: %+v", list.Clients)
	}

	var disabled registered
	owner.run(t, &disabled, "client", "disable", id)
	if !disabled.Client.Disabled {
		t.Error("disabled, but shown as enabled")
	}
	p.dead(t, made.credentials(), first)
	owner.run(t, nil, "client", "enable", id)
	if p.active(t, first, p.resource) {
		t.Error("a token from before the disabling came back")
	}
	second := p.issue(t, made.credentials())

	var rotated registered
	owner.run(t, &rotated, "client", "rotate-secret", id)
	p.dead(t, made.credentials(), second)
	if !p.active(t, p.issue(t, rotated.credentials()), p.resource) {
		t.Error("the new secret gives no active token")
	}

	acts := recorded(t, owner, id)
	if want := []string{"RotateSecret", "EnableClient", "DisableClient", "CreateClient"}; !slices.Equal(acts, want) {
		t.Errorf("acts on the client, newest first: %v, want %v", acts, want)
	}
}

// dead waits for the documented second until the client is refused and its token inactive.
func (p *platform) dead(t *testing.T, c credentials, token string) {
	t.Helper()
	testkit.Eventually(t, honoured, func() error {
		if p.active(t, token, p.resource) {
			return errors.New("an ended client's token is active")
		}
		if a := p.send(t, issuing(c)); a.status != http.StatusUnauthorized {
			return fmt.Errorf("an ended secret is not refused: %d", a.status)
		}
		return nil
	})
}

// recorded lists the acts on a target, newest first, and looks for secrets in them.
func recorded(t *testing.T, o operator, target string) []string {
	t.Helper()
	var list struct {
		Entries []struct{ Actor, Act, Text string } `json:"entries"`
	}
	o.run(t, &list, "log", "list", "--limit", "500", "--target", target)
	var acts []string
	for _, entry := range list.Entries {
		if entry.Actor == "auth" { // what it refused
			continue
		}
		if entry.Actor == "" || !strings.Contains(entry.Text, `"after":`) || strings.Contains(strings.ToLower(strings.ReplaceAll(entry.Text, entry.Act, "")), "secret") {
			t.Errorf("recorded: %+v", entry)
		}
		acts = append(acts, entry.Act)
	}
	return acts
}
