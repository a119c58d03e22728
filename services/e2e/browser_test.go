package e2e

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

// browse runs the browser's tests in the files that match, over what they are told of the platform.
func browse(t *testing.T, scene any, pattern string) {
	t.Helper()
	if _, err := os.Stat("browser/node_modules"); err != nil {
		t.Fatalf("run `make test`, or `npm ci` in services/e2e/browser, first: %v", err)
	}
	chromium, err := exec.LookPath("chromium")
	if err != nil {
		t.Fatalf("run `.ci/need chromium` first: %v", err)
	}
	file := filepath.Join(t.TempDir(), "scene.json")
	text, err := json.Marshal(scene)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, text, 0o600); err != nil {
		t.Fatal(err)
	}
	tests, err := filepath.Glob(filepath.Join("browser", pattern))
	if err != nil || len(tests) == 0 {
		t.Fatalf("no tests match %s: %v", pattern, err)
	}
	// One after the other: a browser takes all of a small machine.
	args := []string{"--test", "--test-concurrency=1"}
	for _, test := range tests {
		name, err := filepath.Rel("browser", test)
		if err != nil {
			t.Fatal(err)
		}
		args = append(args, name)
	}
	cmd := exec.CommandContext(t.Context(), "node", args...)
	cmd.Dir = "browser"
	cmd.Env = append(bareEnvironment(), "VENTANILLA_SCENE="+file, "VENTANILLA_CHROMIUM="+chromium,
		"VENTANILLA_PICTURES="+os.Getenv("VENTANILLA_PICTURES"))
	cmd.WaitDelay = 10 * time.Second
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}
