package e2e

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// mostMemory is what an idle platform may hold, in KiB.
const mostMemory = 150 << 10

// TestIdleMemory reads the resident memory of a platform that nobody has called yet.
func TestIdleMemory(t *testing.T) {
	idle := up(t, t.TempDir())
	status, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(idle.process.cmd.Process.Pid), "status"))
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(status)) {
		value, ok := strings.CutPrefix(line, "VmRSS:")
		if !ok {
			continue
		}
		kib, err := strconv.Atoi(strings.Fields(value)[0])
		if err != nil || kib > mostMemory {
			t.Errorf("resident when idle: %s, limit %d kB (%v)", strings.TrimSpace(value), mostMemory, err)
		}
		t.Logf("resident when idle: %d MiB", kib>>10)
		return
	}
	t.Fatal("the kernel does not tell the process's memory")
}
