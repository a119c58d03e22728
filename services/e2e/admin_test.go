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
	t.Run("roles", func(t *testing.T) { operatorRoles(t, p) })
	t.Run("a disabled operator", func(t *testing.T) { disabledOperator(t, p) })
	t.Run("a forged operator", func(t *testing.T) { forgedOperator(t, p) })
	t.Run("credential file", func(t *testing.T) {
		info, err := os.Stat(p.data + "/operator.pem")
		if err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("operator.pem: %v, %v", info, err)
		}
	})
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
		Acts []struct {
			Actor, Act, Target, Before, After string
		} `json:"acts"`
	}
	o.run(t, &list, "act", "list", "--limit", "500")
	var acts []string
	for _, act := range list.Acts {
		if act.Target != target {
			continue
		}
		if act.Actor == "" || act.After == "" || strings.Contains(strings.ToLower(act.Before+act.After), "secret") {
			t.Errorf("recorded: %+v", act)
		}
		acts = append(acts, act.Act[strings.LastIndex(act.Act, "/")+1:])
	}
	return acts
}

// operatorRoles has each role try what it may not do; the reads are open to all.
func operatorRoles(t *testing.T, p *platform) {
	victim := p.owner().create(t, "E2E untouched", "cmp", "--audience", p.resource.id)
	refused := map[string][][]string{
		"viewer":    {{"client", "create", "x", "--family", "cmp"}, {"client", "disable", victim.Client.ID}, {"client", "rotate-secret", victim.Client.ID}, {"operator", "create", "x", "--role", "viewer"}},
		"support":   {{"client", "create", "x", "--family", "cmp"}, {"client", "enable", victim.Client.ID}, {"client", "rotate-secret", victim.Client.ID}},
		"editor":    {{"client", "disable", victim.Client.ID}, {"client", "rotate-secret", victim.Client.ID}, {"operator", "create", "x", "--role", "editor"}},
		"publisher": {{"client", "create", "x", "--family", "cmp"}, {"client", "disable", victim.Client.ID}},
	}
	for role, acts := range refused {
		t.Run(role, func(t *testing.T) {
			who, name := p.newOperator(t, role)
			who.run(t, nil, "client", "get", victim.Client.ID)
			for _, act := range acts {
				if err := who.try(t, nil, act...); exitCodeOf(err) != exitRefused {
					t.Errorf("%v: %v", act, err)
				}
			}
			if acts := recorded(t, p.owner(), name); !slices.Contains(acts, "CreateOperator") {
				t.Errorf("acts on the operator: %v", acts)
			}
		})
	}
	if acts := recorded(t, p.owner(), victim.Client.ID); !slices.Equal(acts, []string{"CreateClient"}) {
		t.Errorf("refused acts were done: %v", acts)
	}
	if !p.active(t, p.issue(t, victim.credentials()), p.resource) {
		t.Error("refused acts ended the client")
	}
}

// disabledOperator is out within the documented second, with a credential that would live for hours.
func disabledOperator(t *testing.T, p *platform) {
	who, name := p.newOperator(t, "viewer")
	who.run(t, nil, "client", "list")
	p.owner().run(t, nil, "operator", "disable", name)
	testkit.Eventually(t, honoured, func() error {
		if err := who.try(t, nil, "client", "list"); exitCodeOf(err) != exitRefused {
			return fmt.Errorf("a disabled operator is not refused: %w", err)
		}
		return nil
	})
}
