package e2e

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

// npmClients runs the JavaScript clients in clients/, a process of Node each.
func npmClients(t *testing.T, p *platform) {
	if _, err := os.Stat("clients/node_modules"); err != nil {
		t.Fatalf("run `make test`, or `npm ci` in services/e2e/clients, first: %v", err)
	}
	scripts, err := filepath.Glob("clients/*.test.mjs")
	if err != nil || len(scripts) == 0 {
		t.Fatalf("looking for the clients: %v, %v", scripts, err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	for _, script := range scripts {
		t.Run(filepath.Base(script), func(t *testing.T) {
			cmd := exec.CommandContext(ctx, "node", "--test", filepath.Base(script))
			cmd.Dir = "clients"
			cmd.Env = append(bareEnvironment(), "VENTANILLA_DEMO="+p.file, "NODE_EXTRA_CA_CERTS="+p.demo.CAFile)
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Errorf("%v\n%s", err, out)
			}
		})
	}
}
