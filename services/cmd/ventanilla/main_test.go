package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func command(t *testing.T, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	code = run(args, &out, &errs)
	return code, out.String(), errs.String()
}

func TestVersionAndHelp(t *testing.T) {
	for _, arg := range []string{"version", "--version"} {
		if code, out, _ := command(t, arg); code != exitOK || !strings.HasPrefix(out, "ventanilla ") {
			t.Errorf("%s: %d %q", arg, code, out)
		}
	}
	for _, args := range [][]string{{"--help"}, {"up", "--help"}, {"admin", "client", "create", "--help"}, {"admin", "key", "rotate", "--help"}, {"pki", "issue", "--help"}, {"identity", "--help"}, {"benefits", "--help"}, {"admin", "card", "verify", "--help"}, {"admin", "data", "erase", "--help"}, {"notifications", "--help"}, {"admin", "provider", "create", "--help"}, {"admin", "recipient", "erase", "--help"}, {"clave-unica", "--help"}, {"session", "--help"}, {"admin", "account", "create", "--help"}, {"admin", "organisation", "member", "put", "--help"}, {"admin", "functionality", "create", "--help"}, {"admin", "integration", "try", "--help"}, {"admin", "session", "log", "--help"}} {
		if code, out, _ := command(t, args...); code != exitOK || !strings.Contains(out, "Usage: ventanilla") {
			t.Errorf("%v: %d %q", args, code, out)
		}
	}
}

func TestWrongUsage(t *testing.T) {
	t.Setenv("VENTANILLA_CONFIG", "")
	cases := []struct {
		name string
		args []string
		says string
	}{
		{"no command", nil, "expected one of"},
		{"unknown flag", []string{"up", "--lisen", "x"}, "--lisen"},
		{"unknown setting", []string{"config", "check", "--set", "edge.lisen=x"}, "lisen"},
		{"wrong value", []string{"config", "check", "--set", "admin.listen=x"}, "admin.listen"},
		{"no file", []string{"config", "check", "--config", "/nowhere.yaml"}, "no such file"},
		{"demo off loopback", []string{"up", "--demo", "--listen", "0.0.0.0:1"}, "edge.listen"},
		{"demo on PostgreSQL", []string{"up", "--demo", "--set", "auth.store.url=postgres://x/y"}, "auth.store.url"},
		{"auth without a store", []string{"auth"}, "auth.store.url"},
		{"migrate without a store", []string{"migrate"}, "auth.store.url"},
		{"no operator credential", []string{"admin", "--data", "/nowhere", "client", "list"}, "/nowhere/operator.pem"},
		{"one port for all services", []string{"config", "check", "--set", "rpc.listen=127.0.0.1:9001"}, "rpc.listen"},
		{"a look-up without a purpose", []string{"admin", "--data", "/nowhere", "person", "show", "x"}, "--purpose"},
		{"bad address", []string{"config", "check", "--set", "edge.listen=nonsense"}, "edge.listen"},
		{"bad limit", []string{"config", "check", "--set", "edge.limits.body_bytes=-1"}, "edge.limits.body_bytes"},
		{"bad store", []string{"config", "check", "--set", "auth.store.url=mysql://a"}, "auth.store.url"},
		{"no key off loopback", []string{"config", "check", "--set", "edge.listen=0.0.0.0:8443"}, "auth.kek"},
		{"a role's settings", []string{"config", "check", "auth"}, "auth.store.url"},
		{"empty folder", []string{"up", "--data", ""}, "--data"},
		{"no name of a role", []string{"pki", "issue", "--dir", "/nowhere", "Bogus!"}, "Bogus!"},
		{"no such service", []string{"migrate", "bogus"}, "bogus"},
		{"migrate without the other store", []string{"migrate", "--set", "auth.store.url=sqlite:x"}, "identity.store.url"},
		{"benefits has no key", []string{"config", "check", "--set", "benefits.kek.file=x"}, "kek"},
		{"benefits without a store", []string{"benefits"}, "benefits.store.url"},
		{"session without a store", []string{"session"}, "session.store.url"},
		{"session without a key", []string{"config", "check", "session"}, "session.kek"},
		{"sessions that end at once", []string{"config", "check", "--set", "session.sessions.idle=1s"}, "session.sessions.idle"},
		{"an account of no kind", []string{"admin", "--data", "/nowhere", "account", "create", "robot", "x"}, "developer"},
		{"a functionality without a client", []string{"admin", "--data", "/nowhere", "functionality", "create", "x", "https://x.example"}, "--client-id"},
		{"identity without validators", []string{"identity"}, "identity.cards.validator"},
		{"the platform's own role", []string{"config", "check", "--set", "internal_roles=etcd"}, "internal_roles"},
		{"an emulator for everybody", []string{"clave-unica", "--listen", "0.0.0.0:9480"}, "loopback"},
		{"an emulator nowhere", []string{"clave-unica", "--listen", "localhost"}, "127.0.0.1:9480"},
		{"a person of no kind", []string{"clave-unica", "--person", "Ana"}, "RUT:NAMES:SURNAMES"},
		{"a person with a wrong digit", []string{"clave-unica", "--person", "11111111-2:Ana:Soto"}, "test person 3"},
		{"userinfo without TLS", []string{"config", "check", "--set", "auth.clave_unica.userinfo_url=http://claveunica.example"}, "auth.clave_unica.userinfo_url"},
		{"no authority", []string{"pki", "issue", "--dir", "/nowhere", "auth"}, "/nowhere"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			code, _, errs := command(t, c.args...)
			if code != exitUsage || !strings.Contains(errs, c.says) {
				t.Errorf("%d %q", code, errs)
			}
		})
	}
}

func TestConfigCheckHidesSecrets(t *testing.T) {
	t.Setenv("VENTANILLA_AUTH__STORE__URL", "postgres://ana:hunter2@db/ventanilla")
	for _, args := range [][]string{{"config", "check"}, {"config", "check", "--json"}} {
		code, out, errs := command(t, args...)
		if code != exitOK || strings.Contains(out+errs, "hunter2") || !strings.Contains(out, "[hidden]") {
			t.Errorf("%v: %d %s %s", args, code, out, errs)
		}
	}
	_, out, _ := command(t, "config", "check", "--json", "--set", "edge.listen=127.0.0.1:1")
	var got struct {
		Edge struct{ Listen string }
	}
	if err := json.Unmarshal([]byte(out), &got); err != nil || got.Edge.Listen != "127.0.0.1:1" {
		t.Errorf("%v %+v", err, got)
	}
}

func TestConfigCheckPrintsWhatConfigReads(t *testing.T) {
	_, out, _ := command(t, "config", "check", "--set", "edge.rate.burst=7")
	path := filepath.Join(t.TempDir(), "ventanilla.yaml")
	if err := os.WriteFile(path, []byte(out), 0o600); err != nil {
		t.Fatal(err)
	}
	code, again, errs := command(t, "config", "check", "--config", path)
	if code != exitOK || again != out {
		t.Errorf("%d %s\n%s", code, errs, again)
	}
}

func TestVariablesOfKubernetesAreNoSettings(t *testing.T) {
	for _, name := range []string{
		"VENTANILLA_AUTH_SERVICE_HOST", "VENTANILLA_AUTH_SERVICE_PORT_GRPC", "VENTANILLA_AUTH_PORT", "VENTANILLA_AUTH_PORT_9001_TCP_ADDR",
	} {
		t.Setenv(name, "tcp://192.0.2.1:9001")
	}
	if code, _, errs := command(t, "config", "check"); code != exitOK {
		t.Error(errs)
	}
}

func TestPKI(t *testing.T) {
	dir := t.TempDir()
	if code, _, errs := command(t, "pki", "init", "--dir", dir); code != exitOK {
		t.Fatal(errs)
	}
	if code, _, errs := command(t, "pki", "init", "--dir", dir); code != exitUsage || !strings.Contains(errs, "has a certificate authority") {
		t.Errorf("a second init: %d %s", code, errs)
	}
	for _, role := range []string{"auth", "identity", "benefits", "session", "edge", "bootstrap", "payroll"} {
		code, out, errs := command(t, "pki", "issue", "--dir", dir, role, "--host", "example.org")
		if code != exitOK {
			t.Fatal(errs)
		}
		key := strings.Fields(out)[1]
		info, err := os.Stat(key)
		if err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v %v", key, info.Mode(), err)
		}
	}
}
