package e2e

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"testing"
)

// The OAuth endpoints: those of the partners' documents, and the platform's own.
const (
	tokenPath         = "/api/v1/oauth/token"
	introspectPath    = "/mcg/v1/tokeninfo"
	revokePath        = "/oauth2/revoke"
	ownTokenPath      = "/oauth2/token"
	ownIntrospectPath = "/oauth2/introspect"
)

// oauthPaths are all of them.
var oauthPaths = []string{tokenPath, introspectPath, revokePath, ownTokenPath, ownIntrospectPath}

// at is the same call at another endpoint.
func (c call) at(path string) call {
	c.path = path
	return c
}

func encodeForm(form map[string]string) string {
	values := url.Values{}
	for name, value := range form {
		values.Set(name, value)
	}
	return values.Encode()
}

// issuing, introspecting and revoking are the three documented calls.
func issuing(c credentials) call {
	return call{path: tokenPath, form: map[string]string{
		"grant_type": "client_credentials", "scope": "*", "client_id": c.id, "client_secret": c.secret,
	}}
}

func introspecting(token string, by credentials) call {
	return call{path: introspectPath, form: map[string]string{"token": token}, basic: &by}
}

func revoking(token string, by credentials) call {
	return call{path: revokePath, form: map[string]string{"token": token}, basic: &by}
}

// issue returns a new access token.
func (e edge) issue(t *testing.T, c credentials) string {
	t.Helper()
	a := e.send(t, issuing(c))
	token, err := a.accessToken()
	if a.status != http.StatusOK || err != nil {
		t.Fatalf("issuing a token: status %d, %s", a.status, a.body)
	}
	return token
}

// accessToken reads the answer of the token endpoint.
func (a answer) accessToken() (string, error) {
	var body struct {
		AccessToken string `json:"access_token"`
	}
	if err := json.Unmarshal([]byte(a.body), &body); err != nil || body.AccessToken == "" {
		return "", fmt.Errorf("no token: status %d, %s", a.status, a.body)
	}
	return body.AccessToken, nil
}

// active introspects and fails the test when there is no answer.
func (e edge) active(t *testing.T, token string, by credentials) bool {
	t.Helper()
	active, err := e.tryActive(t.Context(), token, by)
	if err != nil {
		t.Fatal(err)
	}
	return active
}

// tryActive introspects; the error tells of any answer but the documented two.
func (e edge) tryActive(ctx context.Context, token string, by credentials) (bool, error) {
	a, err := e.try(ctx, introspecting(token, by))
	if err != nil {
		return false, err
	}
	switch {
	case a.status == http.StatusOK && a.body == inactive:
		return false, nil
	case a.status == http.StatusOK && len(a.body) > len(activeStart) && a.body[:len(activeStart)] == activeStart:
		return true, nil
	}
	return false, fmt.Errorf("introspection: status %d, %s", a.status, a.body)
}

// The whole answer for an inactive token, and the start of one for an active token.
const (
	inactive    = `{"active":false}`
	activeStart = `{"active":true,`
)

// revoke ends a token.
func (e edge) revoke(t *testing.T, token string, by credentials) {
	t.Helper()
	if a := e.send(t, revoking(token, by)); a.status != http.StatusOK {
		t.Fatalf("revoking: status %d, %s", a.status, a.body)
	}
}
