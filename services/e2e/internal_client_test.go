package e2e

import (
	"encoding/json"
	"os"
	"os/exec"
	"strings"
	"testing"
)

// internalClients runs the example program of the page, which is of another module and knows the contracts only, and looks
// for its read in the access log.
func internalClients(t *testing.T, p *platform) {
	page, err := os.ReadFile("../../docs/internal-clients.md")
	if err != nil {
		t.Fatal(err)
	}
	block := example.FindStringSubmatch(string(page))
	if block == nil {
		t.Fatal("the page has no example")
	}
	cmd := exec.CommandContext(t.Context(), "sh", "-euc", block[2])
	cmd.Dir = "../.."
	cmd.Env = append(bareEnvironment(), "DEMO="+p.file, "GOWORK=off")
	out, err := cmd.CombinedOutput()
	if err != nil || !strings.Contains(string(out), "T00002208") {
		t.Fatalf("%v\n%s", err, out)
	}
	var listed json.RawMessage
	p.owner().run(t, &listed, "access", "list", "--actor", "peer:reporting")
	if !strings.Contains(string(listed), "FindPerson") || !strings.Contains(string(listed), "monthly report") {
		t.Errorf("the read is not in the access log:\n%s", listed)
	}
}
