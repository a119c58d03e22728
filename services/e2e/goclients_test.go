package e2e

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/google/go-cmp/cmp"
	"golang.org/x/oauth2"
	"golang.org/x/oauth2/clientcredentials"
)

// goOAuth2 gets tokens with golang.org/x/oauth2, with the credentials in the form and in the header.
func goOAuth2(t *testing.T, p *platform) {
	ctx := context.WithValue(t.Context(), oauth2.HTTPClient, p.client)
	for name, style := range map[string]oauth2.AuthStyle{
		"form": oauth2.AuthStyleInParams, "header": oauth2.AuthStyleInHeader, "found out": oauth2.AuthStyleAutoDetect,
	} {
		t.Run(name, func(t *testing.T) {
			cfg := clientcredentials.Config{
				ClientID: p.partner.id, ClientSecret: p.partner.secret,
				TokenURL: p.base + tokenPath, Scopes: []string{"*"}, AuthStyle: style,
			}
			token, err := cfg.Token(ctx)
			if err != nil {
				t.Fatal(err)
			}
			if !token.Valid() || token.Type() != "Bearer" || time.Until(token.Expiry) < 24*time.Hour {
				t.Errorf("token of type %q, until %v", token.Type(), token.Expiry)
			}
			if !p.active(t, token.AccessToken, p.resource) {
				t.Error("the token is not active")
			}

			cfg.ClientSecret = "wrong"
			_, err = cfg.Token(ctx)
			refused, ok := errors.AsType[*oauth2.RetrieveError](err)
			if !ok || refused.ErrorCode != "invalid_client" ||
				refused.Response.StatusCode != http.StatusUnauthorized {
				t.Errorf("with a wrong secret: %v", err)
			}
		})
	}
}

var tokenID = regexp.MustCompile(`^[0-9a-f]{80}$`)

// goJose reads the token with go-jose and compares header and claims with the document's example.
func goJose(t *testing.T, p *platform) {
	token := p.issue(t, p.partner)
	signed, err := jose.ParseSignedCompact(token, []jose.SignatureAlgorithm{jose.RS256})
	if err != nil {
		t.Fatal(err)
	}
	header := signed.Signatures[0].Protected
	id, ok := header.ExtraHeaders["jti"].(string)
	if !ok || !tokenID.MatchString(id) || header.ExtraHeaders["typ"] != "JWT" || header.KeyID == "" {
		t.Errorf("header %+v", header)
	}

	var claims map[string]any
	payload, err := signed.Verify(p.publicKey(t, header.KeyID))
	if err != nil {
		t.Fatalf("verifying with the published key: %v", err)
	}
	if err := json.Unmarshal(payload, &claims); err != nil {
		t.Fatal(err)
	}
	issued, _ := claims["iat"].(float64)
	if age := time.Since(time.Unix(int64(issued), 0)); age < -5*time.Second || age > time.Minute {
		t.Errorf("issued %v ago", age)
	}
	scopes := claims["scopes"]
	if _, ok := scopes.([]any); !ok {
		t.Errorf("scopes is no array: %v", scopes)
	}
	want := map[string]any{
		"aud": p.partner.id, "jti": id, "sub": "", "scopes": scopes,
		"iat": issued, "nbf": issued, "exp": issued + 365*24*3600,
	}
	if diff := cmp.Diff(want, claims); diff != "" {
		t.Errorf("claims (-want +got):\n%s", diff)
	}
	tamperedIsInactive(t, p, token)
}

// publicKey finds a key in the published set.
func (p *platform) publicKey(t *testing.T, id string) jose.JSONWebKey {
	t.Helper()
	var set jose.JSONWebKeySet
	if err := json.Unmarshal([]byte(p.send(t, call{method: "GET", path: "/.well-known/jwks.json"}).body), &set); err != nil {
		t.Fatal(err)
	}
	keys := set.Key(id)
	if len(keys) != 1 || !keys[0].Valid() || !keys[0].IsPublic() {
		t.Fatalf("%d public keys %s in the published set", len(keys), id)
	}
	return keys[0]
}

// tamperedIsInactive changes one bit in each part of the token, and tries it unsigned: none may pass.
func tamperedIsInactive(t *testing.T, p *platform, token string) {
	parts := strings.Split(token, ".")
	for i := range parts {
		raw, err := base64.RawURLEncoding.DecodeString(parts[i])
		if err != nil {
			t.Fatal(err)
		}
		raw[len(raw)/2] ^= 1
		forged := append([]string{}, parts...)
		forged[i] = base64.RawURLEncoding.EncodeToString(raw)
		if p.active(t, strings.Join(forged, "."), p.resource) {
			t.Errorf("active with a bit of part %d changed", i)
		}
	}
	none := base64.RawURLEncoding.EncodeToString([]byte(`{"typ":"JWT","alg":"none"}`))
	if p.active(t, none+"."+parts[1]+".", p.resource) {
		t.Error("active without a signature")
	}
}
