package e2e

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/ventanilla/ventanilla/pkg/testkit"
)

// mostMemory is what an idle platform may hold, in KiB.
const mostMemory = 150 << 10

// TestIdleMemory reads the resident memory of a platform that nobody has called yet, until what its start took is given back.
func TestIdleMemory(t *testing.T) {
	idle := up(t, t.TempDir())
	var kib int
	testkit.Eventually(t, patience, func() (err error) {
		if kib, err = resident(idle.process.cmd.Process.Pid); err != nil || kib <= mostMemory {
			return err
		}
		return fmt.Errorf("resident when idle: %d kB, limit %d", kib, mostMemory)
	})
	t.Logf("resident when idle: %d MiB", kib>>10)
}

// resident is the memory of a process, in KiB.
func resident(pid int) (int, error) {
	status, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "status"))
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(status)) {
		if value, ok := strings.CutPrefix(line, "VmRSS:"); ok {
			return strconv.Atoi(strings.Fields(value)[0])
		}
	}
	return 0, errors.New("the kernel does not tell the process's memory")
}
