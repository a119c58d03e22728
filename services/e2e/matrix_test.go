package e2e

import (
	"net/http"
	"slices"
	"testing"
)

// credentialMatrix presents the credentials of the families that are configured by default.
func credentialMatrix(t *testing.T, p *platform) { credentialsPass(t, p, "cmp", "tuidd", "iddi") }

// TestPlatformWithMoreFamilies presents credentials of families whose windows are elsewhere.
func TestPlatformWithMoreFamilies(t *testing.T) {
	p := up(t, t.TempDir(), "--set", "auth.families=cmp,tuidd,iddi,mosia,colppy")
	credentialsPass(t, p, "mosia", "colppy")
}

// credentialsPass presents the credentials of each family at every endpoint: only the marked ones may pass.
func credentialsPass(t *testing.T, p *platform, families ...string) {
	t.Helper()
	served := map[string]bool{"cmp": true, "tuidd": true}
	everyone := map[string]bool{"cmp": true, "tuidd": true, "iddi": true}
	endpoints := []struct {
		name  string
		token bool // Also takes a token of the family as credential.
		takes map[string]bool
		with  func(credentials) call
	}{
		{name: "token", takes: served, with: issuing},
		{
			name: "tokeninfo", token: true, takes: map[string]bool{"tuidd": true},
			with: func(c credentials) call { return introspecting("x", c) },
		},
		{
			name: "revoke", takes: everyone,
			with: func(c credentials) call { return revoking("x", c) },
		},
		{name: "own token", takes: everyone, with: func(c credentials) call { return issuing(c).at(ownTokenPath) }},
		{
			name: "own introspection", token: true, takes: everyone,
			with: func(c credentials) call { return introspecting("x", c).at(ownIntrospectPath) },
		},
		{
			name: "token of iddi", // for API keys, and those of its own family
			with: func(c credentials) call {
				return call{path: "/v1/iddi/oauth/token", form: map[string]string{"grant_type": "client_credentials"}, basic: &c}
			},
		},
	}
	tokens := map[string]string{"cmp": p.issue(t, p.partner), "tuidd": p.issue(t, p.resource), "iddi": p.issueForKey(t)}
	for _, family := range families {
		own := p.owner().create(t, "E2E "+family, family).credentials()
		for _, e := range endpoints {
			t.Run(family+" at "+e.name, func(t *testing.T) {
				p.mayPass(t, e.with(own), e.takes[family])
				if token, ok := tokens[family]; ok {
					c := e.with(own)
					delete(c.form, "client_id")
					delete(c.form, "client_secret")
					c.basic, c.bearer = nil, token
					p.mayPass(t, c, e.token && e.takes[family])
				}
			})
		}
	}
}

// mayPass makes the call and checks that it is let in, or refused without a word on why.
func (p *platform) mayPass(t *testing.T, c call, want bool) {
	t.Helper()
	a := p.send(t, c)
	if want {
		if a.status != http.StatusOK {
			t.Errorf("refused: %d, %s", a.status, a.body)
		}
		return
	}
	if a.status != http.StatusUnauthorized && a.status != http.StatusBadRequest {
		t.Errorf("not refused: %d, %s", a.status, a.body)
	}
	code, _ := a.object(t)["error"].(string)
	if !slices.Contains([]string{"invalid_client", "invalid_token", "invalid_request"}, code) {
		t.Errorf("not refused as a stranger: %s", a.body)
	}
}
