package e2e

import (
	"net/http"
	"slices"
	"strings"
	"testing"
)

// The members of an error in the families' shapes. OAuth endpoints answer OAuth's whatever the family.
var (
	cmpOAuth  = []string{"error", "error_description", "hint", "message"}
	oauth     = []string{"error", "error_description"}
	cmpPlain  = []string{"code", "data", "success"}
	tuiddBody = []string{"code", "details", "message", "status"}
	problem   = []string{"detail", "instance", "status", "title", "type"}
)

// refusal is a call that must be refused, and how.
type refusal struct {
	name   string
	call   call
	status int
	// members are those that the JSON body may have; the first must be there.
	members []string
	error   string // OAuth's error code.
	allow   string
}

// wire checks each refusal of the edge and the dialects against the running platform; the exact bytes are the
// dialects' golden cases.
func wire(t *testing.T, p *platform) {
	for _, r := range slices.Concat(transportRefusals(), p.oauthRefusals()) {
		t.Run(r.name, func(t *testing.T) { r.check(t, p.send(t, r.call)) })
	}
}

func (r refusal) check(t *testing.T, a answer) {
	t.Helper()
	if a.status != r.status {
		t.Fatalf("status %d, want %d: %s", a.status, r.status, a.body)
	}
	common(t, a)
	body := a.object(t)
	if _, ok := body[r.members[0]]; !ok {
		t.Errorf("no %s in %s", r.members[0], a.body)
	}
	for name := range body {
		if !slices.Contains(r.members, name) {
			t.Errorf("%s is no member of this shape: %s", name, a.body)
		}
	}
	if r.error != "" && body["error"] != r.error {
		t.Errorf("error %v, want %s", body["error"], r.error)
	}
	if got := a.header.Get("Allow"); got != r.allow {
		t.Errorf("Allow: %q, want %q", got, r.allow)
	}
	if strings.Contains(a.body, "wrong-secret") {
		t.Error("the answer repeats the secret")
	}
}

// common checks what every answer has, refusals included.
func common(t *testing.T, a answer) {
	t.Helper()
	if got := strings.ToLower(strings.ReplaceAll(a.header.Get("Content-Type"), " ", "")); !jsonType(got) {
		t.Errorf("Content-Type: %q", got)
	}
	if got := a.header.Get("Access-Control-Allow-Origin"); got != "*" {
		t.Errorf("Access-Control-Allow-Origin: %q", got)
	}
	for _, name := range []string{"X-Request-Id", "Ratelimit", "Ratelimit-Policy"} {
		if a.header.Get(name) == "" {
			t.Errorf("no %s", name)
		}
	}
}

func jsonType(contentType string) bool {
	return slices.Contains([]string{
		"application/json", "application/json;charset=utf-8", "application/problem+json", "application/problem+json;charset=utf-8",
	}, contentType)
}

func transportRefusals() []refusal {
	html := http.Header{"Accept": {"text/html"}}
	signed := http.Header{"Accept": {"application/token-introspection+jwt"}}
	form := map[string]string{"token": "x"}
	return []refusal{
		{name: "cmp unknown path", call: call{path: "/api/v1/no-such"}, status: 404, members: cmpPlain},
		{name: "native unknown path", call: call{method: "GET", path: "/no-such"}, status: 404, members: problem},
		{name: "tuidd unknown path", call: call{path: "/mcg/v1/no-such"}, status: 404, members: tuiddBody},
		{name: "tuidd unknown service path", call: call{method: "GET", path: "/Services/a/b/c"}, status: 404, members: tuiddBody},
		{name: "tuidd services, wrong method", call: call{method: "PUT", path: "/Services"}, status: 405, members: tuiddBody, allow: "GET, HEAD, OPTIONS, POST"},
		{name: "tuidd services, wrong accept", call: call{path: "/Services", header: html}, status: 406, members: tuiddBody},
		{name: "tuidd services, wrong type", call: call{path: "/Services", form: form}, status: 415, members: tuiddBody},
		{name: "settlements, wrong type", call: call{path: "/notifications/v1/payments/settlements", form: form}, status: 415, members: problem},
		{name: "pictures, wrong accept", call: call{method: "GET", path: "/notifications/v1/pictures/x", header: html}, status: 406, members: problem},
		{name: "cmp wrong method", call: call{method: "GET", path: tokenPath}, status: 405, members: cmpOAuth, allow: "OPTIONS, POST"},
		{name: "tuidd wrong method", call: call{method: "PUT", path: introspectPath}, status: 405, members: oauth, allow: "OPTIONS, POST"},
		{name: "native wrong method", call: call{method: "DELETE", path: revokePath}, status: 405, members: oauth, allow: "OPTIONS, POST"},
		{name: "cmp wrong accept", call: call{path: tokenPath, form: form, header: html}, status: 406, members: cmpOAuth},
		{name: "tuidd wrong accept", call: call{path: introspectPath, form: form, header: html}, status: 406, members: oauth},
		{name: "native wrong accept", call: call{path: revokePath, form: form, header: html}, status: 406, members: oauth},
		{name: "native token wrong method", call: call{method: "GET", path: ownTokenPath}, status: 405, members: oauth, allow: "OPTIONS, POST"},
		{name: "native token is never signed", call: call{path: ownTokenPath, form: form, header: signed}, status: 406, members: oauth},
		{name: "native introspection wrong accept", call: call{path: ownIntrospectPath, form: form, header: html}, status: 406, members: oauth},
	}
}

// oauthRefusals are the errors of the OAuth endpoints (RFC 6749, 5.2; RFC 7662, 2.3; RFC 7009, 2.2.1; RFC 7521, 4.2.1).
func (p *platform) oauthRefusals() []refusal {
	asking := func(name, value string) call {
		c := issuing(p.partner)
		c.form[name] = value
		return c
	}
	wrong := credentials{p.partner.id, "wrong-secret"}
	text := http.Header{"Content-Type": {"text/plain"}}
	broken := call{path: tokenPath, header: http.Header{"Content-Type": {"application/json"}}, body: strings.NewReader(`{"grant_type"`)}
	textBody := func(path string) call {
		return call{path: path, header: text, body: strings.NewReader("token=x"), basic: &p.partner}
	}
	return []refusal{
		{name: "no grant type", call: asking("grant_type", " "), status: 400, members: cmpOAuth, error: "invalid_request"},
		{name: "unknown grant type", call: asking("grant_type", "password"), status: 400, members: cmpOAuth, error: "unsupported_grant_type"},
		{name: "unknown scope", call: asking("scope", "no-such"), status: 400, members: cmpOAuth, error: "invalid_scope"},
		{name: "unknown client", call: asking("client_id", "no-such"), status: 401, members: cmpOAuth, error: "invalid_client"},
		{name: "wrong secret", call: issuing(wrong), status: 401, members: cmpOAuth, error: "invalid_client"},
		{name: "malformed JSON", call: broken, status: 400, members: cmpOAuth, error: "invalid_request"},
		{name: "cmp wrong type", call: textBody(tokenPath), status: 400, members: cmpOAuth, error: "invalid_request"},
		{name: "tuidd wrong type", call: textBody(introspectPath), status: 400, members: oauth, error: "invalid_request"},
		{name: "native wrong type", call: textBody(revokePath), status: 400, members: oauth, error: "invalid_request"},
		{name: "introspection without a caller", call: call{path: introspectPath, form: map[string]string{"token": "x"}}, status: 401, members: oauth, error: "invalid_client"},
		{name: "introspection with a wrong secret", call: introspecting("x", credentials{p.resource.id, "wrong-secret"}), status: 401, members: oauth, error: "invalid_client"},
		{name: "introspection without a token", call: introspecting("", p.resource), status: 400, members: oauth, error: "invalid_request"},
		{name: "revocation without a caller", call: call{path: revokePath, form: map[string]string{"token": "x"}}, status: 401, members: oauth, error: "invalid_client"},
		{name: "revocation with a wrong secret", call: revoking("x", wrong), status: 401, members: oauth, error: "invalid_client"},
		{name: "revocation without a token", call: revoking("", p.partner), status: 400, members: oauth, error: "invalid_request"},
		{name: "own, unknown grant type", call: asking("grant_type", "password").at(ownTokenPath), status: 400, members: oauth, error: "unsupported_grant_type"},
		{name: "own, unknown scope", call: asking("scope", "no-such").at(ownTokenPath), status: 400, members: oauth, error: "invalid_scope"},
		{name: "own, wrong secret", call: issuing(wrong).at(ownTokenPath), status: 401, members: oauth, error: "invalid_client"},
		{name: "own, half an assertion", call: asking("client_assertion", "x").at(ownTokenPath), status: 400, members: oauth, error: "invalid_request"},
		{name: "own, no assertion at all", call: asserting("no.such.assertion"), status: 401, members: oauth, error: "invalid_client"},
		{name: "own, an assertion of another kind", call: asserting("x", "client_assertion_type", "urn:example"), status: 401, members: oauth, error: "invalid_client"},
		{name: "own, an assertion and a secret", call: asserting("x", "client_secret", "wrong-secret"), status: 400, members: oauth, error: "invalid_request"},
		{name: "own, an API key that is none", call: call{path: ownTokenPath, form: map[string]string{"grant_type": "client_credentials"}, bearer: "vtk_no_such"}, status: 401, members: oauth, error: "invalid_client"},
		{name: "own, introspection without a token", call: introspecting("", p.resource).at(ownIntrospectPath), status: 400, members: oauth, error: "invalid_request"},
		{name: "own, introspection with a token that is none", call: call{path: ownIntrospectPath, form: map[string]string{"token": "x"}, bearer: "no.such.token"}, status: 401, members: oauth, error: "invalid_token"},
	}
}

// asserting asks for a token with an assertion, and other parameters by name and value.
func asserting(assertion string, more ...string) call {
	form := map[string]string{
		"grant_type": "client_credentials", "client_assertion": assertion,
		"client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
	}
	for pair := range slices.Chunk(more, 2) {
		form[pair[0]] = pair[1]
	}
	return call{path: ownTokenPath, form: form}
}
