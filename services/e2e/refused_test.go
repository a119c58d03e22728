package e2e

import (
	"path/filepath"
	"strings"
	"testing"
)

// kek is a key-encryption key that nothing is sealed with.
const kek = "aHVudGVyMmh1bnRlcjJodW50ZXIyaHVudGVyMmh1bnQ="

// TestRefusedToStart starts the binary with what it must not run with: it says which setting is wrong, and how.
func TestRefusedToStart(t *testing.T) {
	foreign := t.TempDir()
	write(t, filepath.Join(foreign, "thesis.txt"))
	file := filepath.Join(t.TempDir(), "ventanilla.yaml")
	write(t, file, []byte("edge:\n  listn: 127.0.0.1:8443\n"))
	busy := up(t, t.TempDir())
	const outside = "0.0.0.0:8443"
	for _, c := range []struct {
		name string
		args []string
		says []string
	}{
		{"a demo for the world", []string{"up", "--demo", "--listen", outside}, []string{"edge.listen", "--demo"}},
		{"a demo on PostgreSQL", []string{"up", "--demo", "--set", "auth.store.url=postgres://nobody@127.0.0.1/x"}, []string{"auth.store.url", "--demo"}},
		{"no key-encryption key off loopback", []string{"up", "--listen", outside}, []string{"auth.kek"}},
		{"a folder of something else", []string{"up", "--demo", "--data", foreign}, []string{"--data"}},
		{"a folder in use", []string{"up", "--demo", "--data", busy.data}, []string{"--data"}},
		{"a demo's folder without a demo", []string{"up", "--data", busy.data}, []string{"--data"}},
		{"an unknown setting", []string{"up", "--demo", "--config", file}, []string{file, "listn"}},
		{"a wrong value", []string{"up", "--demo", "--set", "edge.rate.burst=0"}, []string{"edge.rate.burst"}},
		{"a duration without a unit", []string{"up", "--demo", "--set", "discovery.ttl=5"}, []string{"discovery.ttl"}},
		{"auth without anything", []string{"auth"}, []string{"auth.kek", "auth.store.url"}},
		{"auth without certificates", []string{"auth", "--set", "auth.kek.key=" + kek, "--set", "auth.store.url=sqlite:auth.db"}, []string{"tls."}},
		{"identity without anything", []string{"identity"}, []string{"identity.kek", "identity.store.url", "identity.cards.validator"}},
		{"benefits without anything", []string{"benefits"}, []string{"benefits.store.url"}},
		{"notifications without anything", []string{"notifications"}, []string{"notifications.kek", "notifications.store.url"}},
		{"session without anything", []string{"session"}, []string{"session.kek", "session.store.url"}},
		{"a program with the name of a role", []string{"auth", "--set", "internal_roles=payroll,gateway"}, []string{"internal_roles", "gateway"}},
		{"a gateway without a certificate", []string{"gateway"}, []string{"tls."}},
	} {
		t.Run(c.name, func(t *testing.T) {
			args := c.args
			if args[0] == "up" {
				args = append(args, "--admin-listen", freeAddress(t))
				if !strings.Contains(strings.Join(args, " "), "--data") {
					args = append(args, "--data", t.TempDir())
				}
			}
			_, err := command(t, args...)
			if code := exitCodeOf(err); code != exitFailed && code != exitUsage {
				t.Fatalf("not refused: %v", err)
			}
			for _, word := range c.says {
				if !strings.Contains(err.Error(), word) {
					t.Errorf("%q does not say %q", err, word)
				}
			}
		})
	}
}

// TestSettingsAreShown prints the settings in effect, which hold a secret, and starts a platform with what was printed.
func TestSettingsAreShown(t *testing.T) {
	out, err := command(t, "config", "check", "--set", "auth.kek.key="+kek, "--set", "edge.rate.burst=77")
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(out, kek) || !strings.Contains(out, "burst: 77") || !strings.Contains(out, "[hidden]") {
		t.Errorf("shown:\n%s", out)
	}
	out, err = command(t, "config", "check")
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "ventanilla.yaml")
	write(t, file, []byte(out))
	up(t, t.TempDir(), "--config", file)
}
