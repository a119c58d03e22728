package demo_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ventanilla/ventanilla/services/cmd/internal/demo"
)

func file() demo.File {
	return demo.File{
		BaseURL: "https://127.0.0.1:8443", CAFile: "/it's here/ca.pem", AdminRPC: "127.0.0.1:9443",
		CMP:   demo.CMP{ClientID: "partner", ClientSecret: "s1"},
		TUIDD: demo.TUIDD{ClientID: "server", ClientSecret: "s2", ForeignClientID: "foreign", ForeignClientSecret: "s3"},
	}
}

func TestFileSurvivesARoundTrip(t *testing.T) {
	text, err := file().Encode()
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "demo.json")
	if err := os.WriteFile(path, text, 0o600); err != nil {
		t.Fatal(err)
	}
	got, err := demo.Read(path)
	if err != nil || got != file() {
		t.Errorf("got %+v, %v", got, err)
	}
}

func TestReadWithoutAFile(t *testing.T) {
	got, err := demo.Read(filepath.Join(t.TempDir(), "demo.json"))
	if err != nil || got != (demo.File{}) {
		t.Errorf("got %+v, %v", got, err)
	}
}

func TestReadABrokenFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "demo.json")
	if err := os.WriteFile(path, []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := demo.Read(path); err == nil || !strings.Contains(err.Error(), path) {
		t.Errorf("got %v", err)
	}
}

// The lines are run by a shell whose curl shows its arguments, so that quoting is seen as a shell sees it.
func TestPrintedLinesAreShell(t *testing.T) {
	var printed strings.Builder
	if err := file().Print(&printed); err != nil {
		t.Fatal(err)
	}
	script := `curl() { for a in "$@"; do printf '[%s]' "$a"; done; echo; }
` + strings.ReplaceAll(printed.String(), "bin/ventanilla", "echo")
	out, err := exec.CommandContext(t.Context(), "sh", "-euc", script).CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	for _, want := range []string{"[--cacert][/it's here/ca.pem]", "[scope=*]", "[-u][server:s2]", "admin --data /it's here --address 127.0.0.1:9443 client list"} {
		if !strings.Contains(string(out), want) {
			t.Errorf("no %s in\n%s", want, out)
		}
	}
}
