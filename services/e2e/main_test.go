package e2e

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"go.uber.org/goleak"
)

// binary is the program under test.
var binary = os.Getenv("VENTANILLA_BIN")

// honoured is the longest that a revocation may take to be honoured everywhere.
const honoured = time.Second

func TestMain(m *testing.M) { goleak.VerifyTestMain(withBinary{m}) }

// withBinary builds the program before the tests where none was named.
type withBinary struct{ m *testing.M }

func (w withBinary) Run() int {
	if binary == "" {
		dir, err := os.MkdirTemp("", "ventanilla-e2e-")
		if err == nil {
			defer func() { _ = os.RemoveAll(dir) }()
			binary = filepath.Join(dir, "ventanilla")
			err = build()
		}
		if err != nil {
			fmt.Fprintln(os.Stderr, "building the binary:", err)
			return 1
		}
	}
	return w.m.Run()
}

// build compiles the program as it is shipped, so without the race detector.
func build() error {
	cmd := exec.CommandContext(context.Background(), "go", "build", "-trimpath", "-buildvcs=false", "-o", binary, "../cmd/ventanilla")
	cmd.Stdout, cmd.Stderr = os.Stderr, os.Stderr
	return cmd.Run()
}

// rounds is how often a drill repeats its step: few times in the usual run, many in a soak.
func rounds(usual, soak int) int {
	if os.Getenv("VENTANILLA_E2E_SOAK") != "" {
		return soak
	}
	return usual
}
