package e2e

import (
	"bytes"
	"database/sql"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"modernc.org/sqlite"

	"github.com/ventanilla/ventanilla/pkg/testkit"
)

// log runs a command about the admin log as people do, without --json.
func (o operator) log(t *testing.T, args ...string) (string, error) {
	t.Helper()
	return command(t, append(append([]string{"admin"}, o.flags...), append([]string{"log"}, args...)...)...)
}

// sealed waits until all entries have a leaf.
func (o operator) sealed(t *testing.T) {
	t.Helper()
	testkit.Eventually(t, patience, func() error {
		var list struct {
			Entries []struct{ Leaf json.Number } `json:"entries"`
		}
		o.run(t, &list, "log", "list")
		for _, entry := range list.Entries {
			if entry.Leaf == "-1" {
				return errors.New("not all is sealed")
			}
		}
		return nil
	})
}

// TestPlatformWhoseLogWasChanged changes the database of a platform that is down, and lets it verify its log.
func TestPlatformWhoseLogWasChanged(t *testing.T) {
	data, keep := t.TempDir(), t.TempDir()
	p := up(t, data)
	token := p.issue(t, p.partner)
	p.owner().sealed(t)
	checkpoint, export := filepath.Join(keep, "checkpoint"), filepath.Join(keep, "log.ndjson")
	log := func(args ...string) string {
		t.Helper()
		out, err := p.owner().log(t, args...)
		if err != nil {
			t.Fatalf("log %v: %v", args, err)
		}
		return out
	}
	writeFile(t, checkpoint, log("checkpoint"))
	key := strings.TrimSpace(log("checkpoint", "--key"))
	log("export", "--out", export)

	// An export that was interrupted goes on, and comes out the same as a new one.
	p.issue(t, p.partner)
	p.owner().sealed(t)
	text := readFile(t, export)
	writeFile(t, export, string(text[:len(text)-7]))
	log("export", "--out", export)
	log("export", "--out", export+"2")
	if !bytes.Equal(readFile(t, export), readFile(t, export+"2")) || bytes.Contains(readFile(t, export), []byte(token)) {
		t.Error("the export is not the same after an interruption, or has a token")
	}
	if out := log("verify", "--checkpoint", checkpoint, "--key", key); !strings.Contains(out, "grew from the checkpoint") {
		t.Errorf("verified: %s", out)
	}
	offline := func(file string) error {
		_, err := command(t, "admin", "log", "verify", "--from", file, "--key", key, "--checkpoint", checkpoint)
		return err
	}
	if err := offline(export); err != nil {
		t.Error(err)
	}
	if err := offline(checkpoint); err == nil {
		t.Error("a file that is no export is right")
	}
	writeFile(t, export, strings.Replace(string(readFile(t, export)), "peer:", "pear:", 1))
	if err := offline(export); exitCodeOf(err) != exitFailed || !strings.Contains(err.Error(), "damaged at leaf 0:") {
		t.Errorf("a changed export: %v", err)
	}

	for _, c := range []struct{ statement, says string }{
		{`UPDATE log_entry SET text = replace(text, '"actor":"', '"actor":"not ') WHERE leaf = 1`, "damaged at leaf 1:"},
		{`DELETE FROM log_entry WHERE leaf >= 1`, "damaged"},
		{`DELETE FROM log_checkpoint`, "damaged"},
	} {
		if code := p.process.terminate(t); code != 0 {
			t.Fatalf("exit code %d", code)
		}
		execute(t, filepath.Join(data, "auth.db"), c.statement)
		p = up(t, data)
		_, err := p.owner().log(t, "verify", "--checkpoint", checkpoint, "--key", key)
		if exitCodeOf(err) != exitFailed || !strings.Contains(err.Error(), c.says) {
			t.Errorf("after %s: %v", c.statement, err)
		}
	}
}

// TestLogCommandsWithWrongArguments is about what needs no platform.
func TestLogCommandsWithWrongArguments(t *testing.T) {
	for _, c := range []struct {
		args []string
		code int
		says string
	}{
		{[]string{"verify", "--from", "x"}, exitUsage, "--from needs --key"},
		{[]string{"verify", "--from", "x", "--key", "y"}, exitUsage, "--key"},
		{[]string{"list", "--limit", "0"}, exitUsage, "--limit"},
		{[]string{"export"}, exitUsage, "--out"},
	} {
		_, err := command(t, append([]string{"admin", "log"}, c.args...)...)
		if exitCodeOf(err) != c.code || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%v: %v", c.args, err)
		}
	}
	help, err := command(t, "admin", "log", "verify", "--help")
	if err != nil || !slices.ContainsFunc(strings.Fields(help), func(word string) bool { return strings.HasPrefix(word, "--checkpoint") }) {
		t.Errorf("help: %v\n%s", err, help)
	}
}

func execute(t *testing.T, path, statement string) {
	t.Helper()
	connector, err := sqlite.NewConnector("file:" + path)
	if err != nil {
		t.Fatal(err)
	}
	db := sql.OpenDB(connector)
	defer db.Close()
	if _, err := db.ExecContext(t.Context(), statement); err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
}

func readFile(t *testing.T, path string) []byte {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func writeFile(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}
