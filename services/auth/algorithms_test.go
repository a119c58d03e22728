package auth_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/go-jose/go-jose/v4"
	"google.golang.org/protobuf/types/known/structpb"

	authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"
)

// verified is the header and payload of a JWT that a published key verifies.
func (r *replica) verified(token, algorithm string) (header, payload string) {
	r.t.Helper()
	answer, err := r.tokens().GetKeySet(r.t.Context(), &authv1.GetKeySetRequest{Use: access})
	check(r.t, err)
	var set jose.JSONWebKeySet
	check(r.t, json.Unmarshal(answer.GetJwks(), &set))
	signed, err := jose.ParseSignedCompact(token, []jose.SignatureAlgorithm{jose.SignatureAlgorithm(algorithm)})
	check(r.t, err)
	text, err := signed.Verify(set)
	check(r.t, err)
	head, _, _ := strings.Cut(token, ".")
	raw, err := base64.RawURLEncoding.DecodeString(head)
	check(r.t, err)
	return string(raw), string(text)
}

func TestEachClientHasItsAlgorithm(t *testing.T) {
	r := newPlatform(t).replica(false)
	for algorithm, want := range map[authv1.SignatureAlgorithm]string{
		authv1.SignatureAlgorithm_SIGNATURE_ALGORITHM_UNSPECIFIED: "RS256",
		authv1.SignatureAlgorithm_SIGNATURE_ALGORITHM_RS256:       "RS256",
		authv1.SignatureAlgorithm_SIGNATURE_ALGORITHM_ES256:       "ES256",
		authv1.SignatureAlgorithm_SIGNATURE_ALGORITHM_EDDSA:       "EdDSA",
	} {
		registration := partner("a")
		registration.TokenAlgorithm = algorithm
		client := r.register(registration)
		token := r.issue(client)
		if header, _ := r.verified(token, want); !strings.Contains(header, `"alg":"`+want+`"`) {
			t.Errorf("%v: signed with %s", algorithm, header)
		}
		if !r.introspect(r.by(client), token).GetActive() {
			t.Errorf("%v: the token is not active", algorithm)
		}
	}
}

func TestInternalClientsHaveStandardTokens(t *testing.T) {
	r := newPlatform(t).replica(false)
	servers := []registered{r.register(resourceServer("a")), r.register(resourceServer("b"))}
	for name, c := range map[string]struct {
		audiences []string
		aud       string
	}{
		"no audience":   {nil, `"` + issuer + `"`},
		"one audience":  {[]string{servers[0].id}, `"` + servers[0].id + `"`},
		"two audiences": {[]string{servers[0].id, servers[1].id}, fmt.Sprintf("[%q,%q]", servers[0].id, servers[1].id)},
	} {
		t.Run(name, func(t *testing.T) {
			registration := partner("a", "b")
			registration.Audiences = c.audiences
			registration.Kind = authv1.ClientKind_CLIENT_KIND_INTERNAL
			registration.TokenAlgorithm = authv1.SignatureAlgorithm_SIGNATURE_ALGORITHM_ES256
			client := r.register(registration)
			token := r.issue(client)
			header, payload := r.verified(token, "ES256")
			answer := r.introspect(r.by(client), token)
			if want := fmt.Sprintf(`{"typ":"at+jwt","alg":"ES256","kid":%q}`, kid(token)); header != want {
				t.Errorf("header %s, want %s", header, want)
			}
			want := fmt.Sprintf(`{"iss":%q,"sub":%q,"client_id":%q,"aud":%s,"exp":%d,"iat":%d,"nbf":%d,"jti":%q,"scope":"a b"}`,
				issuer, client.id, client.id, c.aud, start.Unix()+3600, start.Unix(), start.Unix(), answer.GetTokenId())
			if payload != want {
				t.Errorf("payload %s, want %s", payload, want)
			}
			if !answer.GetActive() || answer.GetSubject() != client.id || answer.GetClientId() != client.id ||
				len(answer.GetAudience()) != max(1, len(c.audiences)) {
				t.Errorf("introspected: %v", answer)
			}
			exchanged, err := r.exchange(byToken(token))
			check(t, err)
			if p := exchanged.GetPrincipal(); p.GetClientId() != client.id || p.GetKeyId() != kid(token) || len(p.GetScopes()) != 2 {
				t.Errorf("exchanged: %v", p)
			}
			check(t, r.revoke(r.by(client), token))
			if r.introspect(r.by(client), token).GetActive() {
				t.Error("active after its revocation")
			}
		})
	}
}

func TestIntrospectionIsSignedForTheCaller(t *testing.T) {
	r := newPlatform(t).replica(false)
	asking := resourceServer("a")
	asking.IntrospectionAlgorithm = authv1.SignatureAlgorithm_SIGNATURE_ALGORITHM_ES256
	server := r.register(asking)
	registration := partner("a", "b")
	registration.Audiences = []string{server.id}
	members, err := structpb.NewStruct(map[string]any{"tenant": "north", "tier": 2.0})
	check(t, err)
	registration.IntrospectionMembers = members
	owner := r.register(registration)
	token := r.issue(owner)
	signed := func(text string) (*authv1.IntrospectResponse, string) {
		answer, err := r.tokens().Introspect(r.by(server), &authv1.IntrospectRequest{Token: text, Signed: true})
		check(t, err)
		header, payload := r.verified(answer.GetSignedResponse(), "ES256")
		if !strings.HasPrefix(header, `{"typ":"token-introspection+jwt","alg":"ES256","kid":"`) {
			t.Errorf("header %s", header)
		}
		return answer, payload
	}
	answer, payload := signed(token)
	want := fmt.Sprintf(`{"iss":%q,"aud":%q,"iat":%d,"token_introspection":{"active":true,"scope":"a","client_id":%q,"token_type":"Bearer",`+
		`"exp":%d,"iat":%d,"nbf":%d,"aud":%q,"iss":%q,"jti":%q,"tenant":"north","tier":2}}`, issuer, server.id, start.Unix(), owner.id,
		start.Unix()+3600, start.Unix(), start.Unix(), owner.id, issuer, answer.GetTokenId())
	if payload != want {
		t.Errorf("payload %s, want %s", payload, want)
	}
	// It is signed with the keys of access tokens, and is none.
	if r.introspect(r.by(owner), answer.GetSignedResponse()).GetActive() {
		t.Error("a signed answer passes for a token")
	}
	answer, payload = signed("none of ours")
	want = fmt.Sprintf(`{"iss":%q,"aud":%q,"iat":%d,"token_introspection":{"active":false}}`, issuer, server.id, start.Unix())
	if answer.GetActive() || payload != want {
		t.Errorf("inactive: %s, want %s", payload, want)
	}
	if plain := r.introspect(r.by(server), token); plain.GetSignedResponse() != "" {
		t.Error("signed though nobody asked for it")
	}
}
