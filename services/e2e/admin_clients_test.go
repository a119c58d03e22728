package e2e

import (
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// publicKeys is the key of RFC 8037, A.2, as a client registers it.
const publicKeys = `{"keys":[{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]}`

// clientInDepth updates a client, rotates its secret with an overlap, moves it to keys of its own and deletes it.
func clientInDepth(t *testing.T, p *platform) {
	owner := p.owner()
	made := owner.create(t, "E2E in depth", "cmp", "--scope", "beneficios")
	id, token := made.Client.ID, p.issue(t, made.credentials())
	if p.active(t, token, p.resource) {
		t.Fatal("the token is active for a server that is no audience: the test shows nothing")
	}
	var updated registered
	owner.run(t, &updated, "client", "update", id, "--name", "E2E renamed", "--audience", p.resource.id, "--rate", "50")
	if updated.Client.Name != "E2E renamed" || !p.active(t, token, p.resource) {
		t.Errorf("updated to %+v; its token is not active for the new audience", updated.Client)
	}

	var rotated registered
	owner.run(t, &rotated, "client", "rotate-secret", id, "--overlap", "24h")
	for _, c := range []credentials{made.credentials(), rotated.credentials()} {
		if !p.active(t, p.issue(t, c), p.resource) || !p.active(t, token, p.resource) {
			t.Error("within the overlap a secret is refused, or a token dead")
		}
	}

	file := filepath.Join(t.TempDir(), "keys.json")
	if err := os.WriteFile(file, []byte(publicKeys), 0o600); err != nil {
		t.Fatal(err)
	}
	owner.run(t, nil, "client", "update", id, "--public-keys", file)
	for _, c := range []credentials{made.credentials(), rotated.credentials()} {
		if a := p.send(t, issuing(c)); a.status != http.StatusUnauthorized {
			t.Errorf("a secret of a client with keys: %d", a.status)
		}
	}
	if err := owner.try(t, nil, "client", "rotate-secret", id); exitCodeOf(err) != exitRefused {
		t.Errorf("a new secret for a client with keys: %v", err)
	}

	if err := owner.try(t, nil, "client", "delete", id); exitCodeOf(err) != exitUsage || !strings.Contains(err.Error(), "--yes") {
		t.Errorf("deleted unasked: %v", err)
	}
	owner.run(t, nil, "client", "delete", id, "--yes")
	p.dead(t, rotated.credentials(), token)
	if err := owner.try(t, nil, "client", "get", id); exitCodeOf(err) != exitNotFound {
		t.Errorf("a deleted client is shown: %v", err)
	}
	want := []string{"DeleteClient", "UpdateClient", "RotateSecret", "UpdateClient", "CreateClient"}
	if acts := recorded(t, owner, id); !slices.Equal(acts, want) {
		t.Errorf("acts on the client, newest first: %v, want %v", acts, want)
	}
}

// apiKeys makes a key, finds it in the list, and ends it.
func apiKeys(t *testing.T, p *platform) {
	owner := p.owner()
	client := owner.create(t, "E2E with keys", "cmp", "--scope", "beneficios").Client.ID
	type key struct {
		ID     string   `json:"api_key_id"`
		Name   string   `json:"name"`
		Scopes []string `json:"scopes"`
	}
	var made struct {
		Key    string `json:"key"`
		APIKey key    `json:"api_key"`
	}
	owner.run(t, &made, "api-key", "create", client, "Laptop", "--scope", "beneficios", "--life", "720h")
	if id := made.APIKey.ID; id == "" || !strings.HasPrefix(made.Key, "vtk_"+id+"_") {
		t.Fatalf("a key %+v", made.APIKey)
	}
	if err := owner.try(t, nil, "api-key", "create", client, "Greedy", "--scope", "others"); exitCodeOf(err) != exitUsage ||
		!strings.Contains(err.Error(), "scopes[0]") {
		t.Errorf("a key with a scope of others: %v", err)
	}
	list := func() []key {
		var all struct {
			Keys []key `json:"api_keys"`
		}
		owner.run(t, &all, "api-key", "list", client)
		return all.Keys
	}
	if all := list(); len(all) != 1 || all[0].ID != made.APIKey.ID || all[0].Name != "Laptop" {
		t.Errorf("listed %+v", all)
	}
	owner.run(t, nil, "api-key", "delete", made.APIKey.ID)
	if all := list(); len(all) != 0 {
		t.Errorf("a deleted key is listed: %+v", all)
	}
	if err := owner.try(t, nil, "api-key", "delete", made.APIKey.ID); exitCodeOf(err) != exitNotFound {
		t.Errorf("deleted twice: %v", err)
	}
	if acts := recorded(t, owner, made.APIKey.ID); !slices.Equal(acts, []string{"DeleteApiKey", "CreateApiKey"}) {
		t.Errorf("acts on the key, newest first: %v", acts)
	}
}

// clientTokens makes a key in the form of a JWT, which is listed apart from others, and ends it.
func clientTokens(t *testing.T, p *platform) {
	owner := p.owner()
	client := owner.create(t, "E2E with tokens", "cmp", "--scope", "chavePasse", "--scope", "seguranca").Client.ID
	owner.run(t, nil, "api-key", "create", client, "Not a token")
	type key struct {
		ID     string   `json:"api_key_id"`
		Scopes []string `json:"scopes"`
	}
	var made struct {
		Key    string `json:"key"`
		APIKey key    `json:"api_key"`
	}
	owner.run(t, &made, "client-token", "create", client, "--api", "chavePasse", "--api", "segurança", "--expires-in", "30d")
	if parts := strings.Split(made.Key, "."); len(parts) != 3 || !slices.Equal(made.APIKey.Scopes, []string{"chavePasse", "seguranca"}) {
		t.Fatalf("a token of %d parts, %+v", len(parts), made.APIKey)
	}
	if err := owner.try(t, nil, "client-token", "create", client, "--api", "mensageria"); exitCodeOf(err) != exitUsage ||
		!strings.Contains(err.Error(), "apis[0]") {
		t.Errorf("a token for an API of others: %v", err)
	}
	list := func() (ids []string) {
		var all struct {
			Keys []key `json:"api_keys"`
		}
		owner.run(t, &all, "client-token", "list", client)
		for _, k := range all.Keys {
			ids = append(ids, k.ID)
		}
		return ids
	}
	if ids := list(); !slices.Equal(ids, []string{made.APIKey.ID}) {
		t.Errorf("listed %v", ids)
	}
	owner.run(t, nil, "client-token", "delete", made.APIKey.ID)
	if ids := list(); len(ids) != 0 {
		t.Errorf("a deleted token is listed: %v", ids)
	}
}
