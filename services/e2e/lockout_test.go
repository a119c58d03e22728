package e2e

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ventanilla/ventanilla/pkg/testkit"
)

// TestPlatformWithoutItsOperator shuts the laptop's own operator out, starts the platform without it, and lets it in again.
func TestPlatformWithoutItsOperator(t *testing.T) {
	data, credential := t.TempDir(), filepath.Join(t.TempDir(), "ana.pem")
	p := up(t, data)
	if err := p.owner().try(t, nil, "operator", "disable", "local"); err == nil || !strings.Contains(err.Error(), "role security") {
		t.Fatalf("the last operator is not refused, or without a reason: %v", err)
	}
	p.owner().run(t, nil, "operator", "create", "ana", "--role", "security")
	p.owner().run(t, nil, "operator", "credential", "ana", "--out", credential)
	p.as(credential).run(t, nil, "operator", "disable", "local")
	p.ownerIsOut(t)
	restart := func() {
		t.Helper()
		if code := p.process.terminate(t); code != 0 {
			t.Fatalf("exit code %d", code)
		}
		p = up(t, data)
	}

	restart()
	p.ownerIsOut(t)
	if out := p.process.output.String(); !strings.Contains(out, "admin operator enable local") {
		t.Errorf("the log does not tell what to do:\n%s", out)
	}
	p.issue(t, p.partner)
	p.as(credential).run(t, nil, "operator", "enable", "local")
	p.ownerIsOut(t) // its old credential stays dead

	restart()
	p.owner().run(t, nil, "operator", "list")
}

// ownerIsOut waits for the documented second until the local operator is refused.
func (p *platform) ownerIsOut(t *testing.T) {
	t.Helper()
	testkit.Eventually(t, honoured, func() error {
		if err := p.owner().try(t, nil, "operator", "list"); exitCodeOf(err) != exitRefused {
			return fmt.Errorf("a disabled operator is not refused: %w", err)
		}
		return nil
	})
}
