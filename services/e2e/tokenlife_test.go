package e2e

import (
	"net/http"
	"strings"
	"testing"
)

// tokenLife follows a token: issued, active, revoked by its own client only, inactive for ever.
func tokenLife(t *testing.T, p *platform) {
	issued := p.send(t, issuing(p.partner))
	if issued.status != http.StatusOK || !strings.HasPrefix(issued.body, `{"token_type":"Bearer","expires_in":31535999,"access_token":"`) {
		t.Fatalf("issued: %d, %s", issued.status, issued.body)
	}
	if got := issued.header.Get("Cache-Control"); got != "no-store" {
		t.Errorf("Cache-Control of a token: %q", got)
	}
	token, err := issued.accessToken()
	if err != nil {
		t.Fatal(err)
	}

	info := p.send(t, introspecting(token, p.resource))
	if got := info.header.Get("Cache-Control"); !strings.HasPrefix(got, "private, max-age=") {
		t.Errorf("Cache-Control of an introspection: %q", got)
	}
	body := info.object(t)
	for name, want := range map[string]any{
		"active": true, "client_id": p.partner.id, "token_type": "Bearer", "ti": body["jti"],
	} {
		if body[name] != want {
			t.Errorf("%s: %v, want %v", name, body[name], want)
		}
	}
	for _, name := range []string{"exp", "iat", "nbf"} {
		if _, ok := body[name].(float64); !ok {
			t.Errorf("%s is no number: %v", name, body[name])
		}
	}

	p.revokeRefused(t, token, p.resource)
	p.revoke(t, token, p.partner)
	for range 3 {
		if p.active(t, token, p.resource) {
			t.Fatal("active after its revocation was answered")
		}
	}
	p.revoke(t, token, p.partner) // Again: no error (RFC 7009, 2.2).
	p.revoke(t, "no.such.token", p.partner)
}

// revokeRefused revokes as a client that the token was not issued to.
func (e edge) revokeRefused(t *testing.T, token string, by credentials) {
	t.Helper()
	a := e.send(t, revoking(token, by))
	if a.status < 400 || a.status >= 500 || a.object(t)["error"] == nil {
		t.Errorf("revoked by another client: %d, %s", a.status, a.body)
	}
	if !e.active(t, token, by) {
		t.Error("another client ended the token")
	}
}

// answersDifferByCaller introspects one token as each of the demonstration's callers.
func answersDifferByCaller(t *testing.T, p *platform) {
	token := p.issue(t, p.partner)
	for _, c := range []struct {
		name string
		by   credentials
		want bool
	}{{"resource server", p.resource, true}, {"foreign resource server", p.foreign, false}} {
		if got := p.active(t, token, c.by); got != c.want {
			t.Errorf("active for the %s: %v", c.name, got)
		}
	}
	bearer := call{path: introspectPath, form: map[string]string{"token": token}, bearer: p.issue(t, p.resource)}
	if a := p.send(t, bearer); a.status != http.StatusOK || !strings.HasPrefix(a.body, activeStart) {
		t.Errorf("with the resource server's own token: %d, %s", a.status, a.body)
	}
	for _, hint := range []string{"refresh_token", "nonsense"} {
		c := introspecting(token, p.resource)
		c.form["token_type_hint"] = hint
		if a := p.send(t, c); !strings.HasPrefix(a.body, activeStart) {
			t.Errorf("with the hint %s: %d, %s", hint, a.status, a.body)
		}
	}
}
