package auth_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"maps"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"

	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	"github.com/ventanilla/ventanilla/pkg/testkit"
	authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
)

// signer is a client's own key.
type signer struct {
	t   testing.TB
	key *ecdsa.PrivateKey
	kid string
}

func newSigner(t testing.TB, kid string) signer {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	check(t, err)
	return signer{t, key, kid}
}

// set is the key set to register.
func (s signer) set() string {
	s.t.Helper()
	text, err := json.Marshal(jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: s.key.Public(), KeyID: s.kid}}})
	check(s.t, err)
	return string(text)
}

// assert signs an assertion of a client at a time, with changes to what it says.
func (s signer) assert(id string, at time.Time, changes map[string]any) *authv1.ClientAssertion {
	s.t.Helper()
	claims := map[string]any{"iss": id, "sub": id, "aud": []string{issuer}, "jti": rand.Text(), "exp": at.Unix() + 60}
	maps.Copy(claims, changes)
	payload, err := json.Marshal(claims)
	check(s.t, err)
	signing, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.ES256, Key: jose.JSONWebKey{Key: s.key, KeyID: s.kid}}, nil)
	check(s.t, err)
	signed, err := signing.Sign(payload)
	check(s.t, err)
	text, err := signed.CompactSerialize()
	check(s.t, err)
	return &authv1.ClientAssertion{Assertion: text, Audiences: []string{issuer, issuer + "/oauth2/token"}, Attempt: rand.Text()}
}

func byAssertion(assertion *authv1.ClientAssertion) *authv1.ExchangeRequest {
	return &authv1.ExchangeRequest{Credential: &authv1.ExchangeRequest_ClientAssertion{ClientAssertion: assertion}}
}

func asserted(assertion *authv1.ClientAssertion) *authv1.IssueTokenRequest {
	return &authv1.IssueTokenRequest{ClientAssertion: assertion, Families: []string{"cmp", "tuidd"}}
}

// keyed is a partner that authenticates with a key of its own.
func (r *replica) keyed(s signer, scopes ...string) registered {
	r.t.Helper()
	registration := partner(scopes...)
	registration.PublicKeys = s.set()
	client := r.register(registration)
	if client.secret != "" {
		r.t.Error("a client with keys has a secret")
	}
	return client
}

func TestAClientAuthenticatesWithItsOwnKey(t *testing.T) {
	p := newPlatform(t)
	r := p.replica(false)
	key := newSigner(t, "k1")
	client := r.keyed(key, "a", "b")
	for _, id := range []string{"", client.id} {
		request := asserted(key.assert(client.id, start, nil))
		request.ClientId, request.Scopes = id, []string{"b"}
		answer, err := r.tokens().IssueToken(t.Context(), request)
		check(t, err)
		exchanged, err := r.exchange(byToken(answer.GetAccessToken()))
		check(t, err)
		if p := exchanged.GetPrincipal(); p.GetClientId() != client.id || len(p.GetScopes()) != 1 {
			t.Errorf("principal %v", p)
		}
	}
	answer, err := r.exchange(byAssertion(key.assert(client.id, start, map[string]any{"aud": issuer + "/oauth2/token"})))
	check(t, err)
	if p := answer.GetPrincipal(); p.GetClientId() != client.id || len(p.GetScopes()) != 2 || p.GetTokenId() != "" {
		t.Errorf("principal %v", p)
	}
}

func TestAnAssertionIsUsedOnce(t *testing.T) {
	for name, open := range map[string]func(*testing.T) *platform{
		"SQLite":     func(t *testing.T) *platform { return newPlatform(t) },
		"PostgreSQL": func(t *testing.T) *platform { return openPlatform(t, testkit.Postgres(t), 8) },
	} {
		t.Run(name, func(t *testing.T) {
			p := open(t)
			r, other := p.replica(false), p.replica(false)
			key := newSigner(t, "")
			client, second := r.keyed(key), r.keyed(key)
			one := key.assert(client.id, start, map[string]any{"jti": "one"})
			for _, replica := range []*replica{r, other} { // the same attempt, whose answer was lost
				_, err := replica.exchange(byAssertion(one))
				check(t, err)
				_, err = replica.tokens().IssueToken(t.Context(), asserted(one))
				check(t, err)
			}
			replay := proto.CloneOf(one)
			replay.Attempt = rand.Text()
			another := key.assert(client.id, start, map[string]any{"jti": "one", "exp": start.Unix() + 90})
			for _, replica := range []*replica{r, other} {
				for _, assertion := range []*authv1.ClientAssertion{replay, another} {
					_, err := replica.exchange(byAssertion(assertion))
					wantReason(t, err, errorsv1.Reason_REASON_CREDENTIAL_INVALID)
					_, err = replica.tokens().IssueToken(t.Context(), asserted(assertion))
					wantReason(t, err, errorsv1.Reason_REASON_CREDENTIAL_INVALID)
				}
			}
			_, err := r.exchange(byAssertion(key.assert(second.id, start, map[string]any{"jti": "one"})))
			check(t, err) // another client's identifiers are its own
		})
	}
}

func TestEveryRefusalOfAnAssertionIsTheSame(t *testing.T) {
	p := newPlatform(t)
	r := p.replica(false)
	key := newSigner(t, "k1")
	client, disabled, deleted, secretive := r.keyed(key), r.keyed(key), r.keyed(key), r.register(partner())
	r.disable(disabled)
	_, err := r.clients().DeleteClient(r.security(), &authv1.DeleteClientRequest{ClientId: deleted.id})
	check(t, err)
	good := func() *authv1.ClientAssertion { return key.assert(client.id, start, nil) }
	otherFamily, otherClient := asserted(good()), asserted(good())
	otherFamily.Families = []string{"tuidd"}
	otherClient.ClientId = secretive.id
	cases := map[string]*authv1.IssueTokenRequest{
		"malformed":      asserted(&authv1.ClientAssertion{Assertion: "a.b.c", Audiences: []string{issuer}, Attempt: rand.Text()}),
		"unknown client": asserted(key.assert("nobody", start, nil)),
		"disabled":       asserted(key.assert(disabled.id, start, nil)),
		"deleted":        asserted(key.assert(deleted.id, start, nil)),
		"with a secret":  asserted(key.assert(secretive.id, start, nil)),
		"other family":   otherFamily,
		"other client":   otherClient,
		"another's key":  asserted(newSigner(t, "k1").assert(client.id, start, nil)),
		"ended":          asserted(key.assert(client.id, start.Add(-time.Hour), nil)),
		"too long":       asserted(key.assert(client.id, start.Add(time.Hour), nil)),
		"not for us":     asserted(key.assert(client.id, start, map[string]any{"aud": "https://other.example"})),
		"no identifier":  asserted(key.assert(client.id, start, map[string]any{"jti": ""})),
	}
	var first *status.Status
	for name, req := range cases {
		_, err := r.tokens().IssueToken(t.Context(), req)
		if rpcerr.Reason(err) != errorsv1.Reason_REASON_CREDENTIAL_INVALID {
			t.Errorf("%s: %v", name, err)
		}
		if first == nil {
			first = status.Convert(err)
		}
		if !proto.Equal(first.Proto(), status.Convert(err).Proto()) {
			t.Errorf("%s: %v differs from %v", name, err, first)
		}
	}
	// None of the refusals has used the assertions up.
	_, err = r.tokens().IssueToken(t.Context(), asserted(otherClient.GetClientAssertion()))
	check(t, err)
}

func TestAClientMovesToItsOwnKeys(t *testing.T) {
	p := newPlatform(t)
	r, behind := p.replica(false), p.replica(false)
	ctx := r.security()
	client := r.register(partner("a"))
	token, apiKey := r.issue(client), r.newKey(client).GetKey()
	previous := client
	client, _ = r.overlap(client, time.Hour)
	first, second := newSigner(t, "1"), newSigner(t, "2")
	for _, key := range []signer{first, second} {
		got, err := r.update(ctx, &authv1.Client{ClientId: client.id, PublicKeys: key.set()}, "public_keys")
		check(t, err)
		if got.GetEpoch() != 0 || got.GetPublicKeys() == "" || got.GetPreviousSecretExpiresAt() != nil {
			t.Errorf("updated to %v", got)
		}
		_, err = behind.exchange(byAssertion(key.assert(client.id, start, nil)))
		check(t, err)
	}
	_, err := behind.exchange(byAssertion(first.assert(client.id, start, nil)))
	wantReason(t, err, errorsv1.Reason_REASON_CREDENTIAL_INVALID)
	for name, request := range map[string]*authv1.ExchangeRequest{
		"secret": bySecret(client), "previous secret": bySecret(previous), "API key": byKey(apiKey),
		"empty secret": bySecret(registered{client.id, " "}),
	} {
		if _, err := r.exchange(request); rpcerr.Reason(err) != errorsv1.Reason_REASON_CREDENTIAL_INVALID {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := r.exchange(byToken(token)); err != nil {
		t.Errorf("a token from before: %v", err)
	}
	_, err = r.clients().RotateSecret(ctx, &authv1.RotateSecretRequest{ClientId: client.id})
	wantReason(t, err, errorsv1.Reason_REASON_CLIENT_HAS_NO_SECRET)
	_, err = r.update(ctx, &authv1.Client{ClientId: client.id}, "public_keys")
	wantReason(t, err, errorsv1.Reason_REASON_FIELD_INVALID)
	_, err = r.apiKeys().CreateApiKey(ctx, &authv1.CreateApiKeyRequest{ClientId: client.id, Name: "Key"})
	wantReason(t, err, errorsv1.Reason_REASON_FIELD_INVALID)
}

func TestOneCredentialIsTaken(t *testing.T) {
	r := newPlatform(t).replica(false)
	client := r.register(partner())
	key, assertion := r.newKey(client).GetKey(), newSigner(t, "").assert(client.id, start, nil)
	missing, invalid := errorsv1.Reason_REASON_FIELD_MISSING, errorsv1.Reason_REASON_FIELD_INVALID
	for name, c := range map[string]struct {
		req    *authv1.IssueTokenRequest
		reason errorsv1.Reason
		fields []string
	}{
		"none":              {&authv1.IssueTokenRequest{}, missing, []string{"client_id", "client_secret"}},
		"client alone":      {&authv1.IssueTokenRequest{ClientId: client.id}, missing, []string{"client_secret"}},
		"secret alone":      {&authv1.IssueTokenRequest{ClientSecret: client.secret}, missing, []string{"client_id"}},
		"secret, assertion": {&authv1.IssueTokenRequest{ClientId: client.id, ClientSecret: client.secret, ClientAssertion: assertion}, invalid, []string{"client_assertion"}},
		"secret, key":       {&authv1.IssueTokenRequest{ClientId: client.id, ClientSecret: client.secret, ApiKey: key}, invalid, []string{"api_key"}},
		"key, assertion":    {&authv1.IssueTokenRequest{ApiKey: key, ClientAssertion: assertion}, invalid, []string{"client_assertion"}},
		"no attempt":        {&authv1.IssueTokenRequest{ClientAssertion: &authv1.ClientAssertion{Assertion: "a", Audiences: []string{"a"}}}, missing, []string{"client_assertion.attempt"}},
	} {
		t.Run(name, func(t *testing.T) {
			c.req.Families = []string{"cmp"}
			_, err := r.tokens().IssueToken(t.Context(), c.req)
			wantReason(t, err, c.reason)
			var fields []string
			for _, field := range rpcerr.Fields(err) {
				fields = append(fields, field.Field)
			}
			if fmt.Sprint(fields) != fmt.Sprint(c.fields) {
				t.Errorf("names %v, want %v", fields, c.fields)
			}
		})
	}
}
