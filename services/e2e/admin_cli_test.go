package e2e

import (
	"encoding/json"
	"fmt"
	"io"
	"path/filepath"
	"testing"
	"time"
)

// operator calls `ventanilla admin` as somebody.
type operator struct{ flags []string }

// owner is the operator whose credential the platform writes into its own data folder.
func (p *platform) owner() operator {
	return operator{[]string{"--data", p.data, "--address", p.demo.AdminRPC}}
}

// as is the operator with the credential file.
func (p *platform) as(credential string) operator {
	return operator{append(p.owner().flags, "--credential", credential)}
}

// registered is the JSON of a command about one client.
type registered struct {
	Client client `json:"client"`
	Secret string `json:"client_secret"`
}

type client struct {
	ID       string `json:"client_id"`
	Name     string `json:"name"`
	Family   string `json:"family"`
	Disabled bool   `json:"disabled"`
}

func (r registered) credentials() credentials { return credentials{r.Client.ID, r.Secret} }

// try runs an admin command and reads its JSON into answer.
func (o operator) try(t *testing.T, answer any, args ...string) error {
	t.Helper()
	return o.tryOn(t, nil, answer, args...)
}

// tryOn is try for a command that reads a secret.
func (o operator) tryOn(t *testing.T, in io.Reader, answer any, args ...string) error {
	t.Helper()
	out, err := runCommandOn(t, binary, in, append(append([]string{"admin", "--json"}, o.flags...), args...)...)
	if err == nil && answer != nil {
		if err := json.Unmarshal([]byte(out), answer); err != nil {
			return fmt.Errorf("no JSON: %q", out)
		}
	}
	return err
}

// run is try for a command that must succeed.
func (o operator) run(t *testing.T, answer any, args ...string) {
	t.Helper()
	if err := o.try(t, answer, args...); err != nil {
		t.Fatalf("%v: %v", args, err)
	}
}

// create registers a client.
func (o operator) create(t *testing.T, name, family string, more ...string) registered {
	t.Helper()
	var made registered
	o.run(t, &made, append([]string{"client", "create", name, "--family", family}, more...)...)
	if made.Client.ID == "" || made.Secret == "" {
		t.Fatalf("a new client without identifier or secret: %+v", made.Client)
	}
	return made
}

// newOperator registers an operator with a role and returns it with a credential of its own. Names are unique, since
// the platform may have served an earlier run.
func (p *platform) newOperator(t *testing.T, role string) (operator, string) {
	t.Helper()
	name := "e2e-" + role + "-" + time.Now().UTC().Format("20060102t150405.000000")
	file := filepath.Join(t.TempDir(), role+".pem")
	p.owner().run(t, nil, "operator", "create", name, "--role", role)
	p.owner().run(t, nil, "operator", "credential", name, "--out", file)
	return p.as(file), name
}
