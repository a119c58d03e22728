package platform_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ventanilla/ventanilla/services/cmd/internal/platform"
)

func open(t *testing.T, path string, demo bool) *platform.Folder {
	t.Helper()
	folder, err := platform.OpenFolder(path, demo)
	if err != nil {
		t.Fatal(err)
	}
	return folder
}

func refused(t *testing.T, path string, demo bool, word string) {
	t.Helper()
	folder, err := platform.OpenFolder(path, demo)
	if err == nil {
		_ = folder.Close()
		t.Fatal("not refused")
	}
	if !strings.Contains(err.Error(), word) {
		t.Errorf("%q does not say %q", err, word)
	}
}

func TestFolderIsHeldByOneProcess(t *testing.T) {
	path := filepath.Join(t.TempDir(), "data")
	first := open(t, path, false)
	refused(t, path, false, "another process")
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	if err := open(t, path, false).Close(); err != nil {
		t.Fatal(err)
	}
}

func TestDemoAndOtherFoldersDoNotMix(t *testing.T) {
	for _, demo := range []bool{true, false} {
		path := t.TempDir()
		if err := open(t, path, demo).Close(); err != nil {
			t.Fatal(err)
		}
		refused(t, path, !demo, "demo")
	}
}

func TestFolderOfANewerFormatIsRefused(t *testing.T) {
	path := t.TempDir()
	if err := os.WriteFile(filepath.Join(path, "ventanilla.json"), []byte(`{"format":2,"demo":false}`), 0o600); err != nil {
		t.Fatal(err)
	}
	refused(t, path, false, "newer version")
}

func TestFolderWithOtherThingsIsRefused(t *testing.T) {
	path := t.TempDir()
	if err := os.WriteFile(filepath.Join(path, "thesis.txt"), []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	refused(t, path, false, "not empty")
	if entries, err := os.ReadDir(path); err != nil || len(entries) != 1 {
		t.Errorf("something was left in a folder that is not ours: %v, %v", entries, err)
	}
}
