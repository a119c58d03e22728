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

// sealed waits until all entries of a log have a leaf: of "log", or of "access".
func (o operator) sealed(t *testing.T, log string) {
	t.Helper()
	testkit.Eventually(t, patience, func() error {
		var list struct {
			Entries []struct{ Leaf json.Number } `json:"entries"`
		}
		o.run(t, &list, log, "list")
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
	p.owner().sealed(t, "log")
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
	p.owner().sealed(t, "log")
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
		for _, log := range []string{"log", "access"} {
			_, err := command(t, append([]string{"admin", log}, c.args...)...)
			if exitCodeOf(err) != c.code || !strings.Contains(err.Error(), c.says) {
				t.Errorf("%s %v: %v", log, c.args, err)
			}
		}
	}
	for _, log := range []string{"log", "access"} {
		help, err := command(t, "admin", log, "verify", "--help")
		if err != nil || !slices.ContainsFunc(strings.Fields(help), func(word string) bool { return strings.HasPrefix(word, "--checkpoint") }) ||
			!strings.Contains(help, "admin "+log+" checkpoint") {
			t.Errorf("help: %v\n%s", err, help)
		}
	}
}

// TestPlatformWhoseAccessLogWasChanged is the same for the record of who read whose data.
func TestPlatformWhoseAccessLogWasChanged(t *testing.T) {
	data, keep := t.TempDir(), t.TempDir()
	p := up(t, data)
	var made struct {
		Person struct {
			ID string `json:"person_id"`
		} `json:"person"`
	}
	p.owner().run(t, &made, "person", "create", "test-access", "Ana", "--surname", "Invented")
	for range 2 {
		p.owner().run(t, nil, "person", "show", made.Person.ID, "--purpose", "a test")
	}
	access := func(args ...string) (string, error) {
		t.Helper()
		return command(t, append(append([]string{"admin"}, p.owner().flags...), append([]string{"access"}, args...)...)...)
	}
	done := func(args ...string) string {
		t.Helper()
		out, err := access(args...)
		if err != nil {
			t.Fatalf("access %v: %v", args, err)
		}
		return out
	}
	if out := done("list", "--act", "GetPerson", "--actor", "local"); strings.Count(out, "GetPerson") != 2 || strings.Contains(out, made.Person.ID) {
		t.Errorf("listed: %s", out)
	}
	p.owner().sealed(t, "access")
	checkpoint, export := filepath.Join(keep, "checkpoint"), filepath.Join(keep, "accesses.ndjson")
	writeFile(t, checkpoint, done("checkpoint"))
	key := strings.TrimSpace(done("checkpoint", "--key"))
	done("export", "--out", export)
	if out := done("verify", "--checkpoint", checkpoint, "--key", key); !strings.Contains(out, "ventanilla/identity/access") {
		t.Errorf("verified: %s", out)
	}
	offline := func() error {
		_, err := command(t, "admin", "access", "verify", "--from", export, "--key", key, "--checkpoint", checkpoint)
		return err
	}
	if err := offline(); err != nil {
		t.Error(err)
	}
	writeFile(t, export, strings.Replace(string(readFile(t, export)), "GetPerson", "GotPerson", 1))
	if err := offline(); exitCodeOf(err) != exitFailed || !strings.Contains(err.Error(), "damaged at leaf") {
		t.Errorf("a changed export: %v", err)
	}
	if code := p.process.terminate(t); code != 0 {
		t.Fatalf("exit code %d", code)
	}
	execute(t, filepath.Join(data, "identity.db"), `DELETE FROM log_entry WHERE leaf = 1`)
	p = up(t, data)
	if _, err := access("verify", "--checkpoint", checkpoint, "--key", key); exitCodeOf(err) != exitFailed || !strings.Contains(err.Error(), "damaged at leaf 1:") {
		t.Errorf("after an entry was removed: %v", err)
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
