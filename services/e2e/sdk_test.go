package e2e

import (
	"context"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

// sdks runs the libraries that partners use, as they are, against the platform.
func sdks(t *testing.T, p *platform) {
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	for folder, command := range map[string][]string{
		"js":  {"node", "--test", "test/platform.mjs"},
		"php": {"php", "tests/platform.php"},
	} {
		t.Run(folder, func(t *testing.T) {
			cmd := exec.CommandContext(ctx, command[0], command[1:]...)
			cmd.Dir = filepath.Join("../../sdk", folder)
			cmd.Env = append(bareEnvironment(), "VENTANILLA_DEMO="+p.file, "NODE_EXTRA_CA_CERTS="+p.demo.CAFile)
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Errorf("%v\n%s", err, out)
			}
		})
	}
}

// The parts of the libraries that need no platform.
func TestSDKs(t *testing.T) {
	scripts, err := filepath.Glob("../../sdk/js/test/*.test.mjs")
	if err != nil || len(scripts) == 0 {
		t.Fatalf("looking for the tests: %v, %v", scripts, err)
	}
	for name, command := range map[string][]string{
		"javascript": append([]string{"node", "--test"}, scripts...),
		"types": {
			"node", "../../gateway/web/validator/node_modules/typescript/bin/tsc", "--noEmit", "--strict",
			"--target", "es2022", "--module", "nodenext", "../../sdk/js/test/types.ts",
		},
		"php": {"php", "../../sdk/php/tests/run.php"},
	} {
		t.Run(name, func(t *testing.T) {
			cmd := exec.CommandContext(t.Context(), command[0], command[1:]...)
			cmd.Env = bareEnvironment()
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Errorf("%v\n%s", err, out)
			}
		})
	}
}
