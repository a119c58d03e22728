package e2e

import (
	"fmt"
	"slices"
	"testing"

	"github.com/ventanilla/ventanilla/pkg/testkit"
)

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
