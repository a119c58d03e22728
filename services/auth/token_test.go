package auth_test

import (
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/durationpb"
	"pgregory.net/rapid"

	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
	"github.com/ventanilla/ventanilla/services/auth/internal/store"
)

func TestIssuedTokenHasTheDocumentedShape(t *testing.T) {
	r := newPlatform(t).replica(false)
	registration := partner("a", "b")
	registration.TokenLife = durationpb.New(365 * 24 * time.Hour)
	client := r.register(registration)
	answer, err := r.tokens().IssueToken(t.Context(), issueRequest(client, "*"))
	check(t, err)
	if answer.GetExpiresIn() != 31535999 || answer.GetExpiresAt().GetSeconds() != start.Unix()+31536000 {
		t.Errorf("expires in %d at %v", answer.GetExpiresIn(), answer.GetExpiresAt())
	}
	if !slices.Equal(answer.GetScopes(), []string{"a", "b"}) {
		t.Errorf("scopes %v", answer.GetScopes())
	}

	// Verified and read by another JOSE library.
	key, err := store.New(r.db, r.clock.Now).EnsureKey(t.Context(), store.UseAccess, nil)
	check(t, err)
	public, err := x509.ParsePKIXPublicKey(key.Public)
	check(t, err)
	signed, err := jose.ParseSignedCompact(answer.GetAccessToken(), []jose.SignatureAlgorithm{jose.RS256})
	check(t, err)
	payload, err := signed.Verify(public)
	check(t, err)
	var claims struct{ Jti string }
	check(t, json.Unmarshal(payload, &claims))
	if len(claims.Jti) != 80 || strings.Trim(claims.Jti, "0123456789abcdef") != "" {
		t.Errorf("jti %q", claims.Jti)
	}
	want := fmt.Sprintf(`{"aud":%q,"jti":%q,"iat":1549297602,"nbf":1549297602,"exp":1580833602,"sub":"","scopes":["a","b"]}`,
		client.id, claims.Jti)
	if string(payload) != want {
		t.Errorf("payload %s, want %s", payload, want)
	}
	header, _, _ := strings.Cut(answer.GetAccessToken(), ".")
	text, err := base64.RawURLEncoding.DecodeString(header)
	check(t, err)
	if want := fmt.Sprintf(`{"typ":"JWT","alg":"RS256","jti":%q,"kid":%q}`, claims.Jti, key.KID); string(text) != want {
		t.Errorf("header %s, want %s", text, want)
	}
}

func TestWidgetsGetNoTokensInTheirOwnName(t *testing.T) {
	r := newPlatform(t).replica(false)
	registration := partner("a")
	registration.Kind = authv1.ClientKind_CLIENT_KIND_WIDGET
	widget := r.register(registration)
	_, err := r.tokens().IssueToken(t.Context(), issueRequest(widget))
	wantReason(t, err, errorsv1.Reason_REASON_GRANT_NOT_ALLOWED)
	_, err = r.tokens().IssueToken(t.Context(), issueRequest(registered{widget.id, "wrong"}))
	wantReason(t, err, errorsv1.Reason_REASON_CREDENTIAL_INVALID)
}

func TestScopesAreThoseAskedForAndRegistered(t *testing.T) {
	r := newPlatform(t).replica(false)
	registered := []string{"d", "b", "a", "c"}
	client := r.register(partner(registered...))
	tokens := r.tokens()
	rapid.Check(t, func(rt *rapid.T) {
		asked := rapid.SliceOfN(rapid.SampledFrom([]string{"a", "b", "c", "d", "e", "*"}), 0, 5).Draw(rt, "asked")
		answer, err := tokens.IssueToken(t.Context(), issueRequest(client, asked...))
		stranger := slices.IndexFunc(asked, func(s string) bool { return !slices.Contains(registered, s) })
		all := len(asked) == 0 || len(asked) == 1 && asked[0] == "*"
		if !all && stranger >= 0 {
			if rpcerr.Reason(err) != errorsv1.Reason_REASON_SCOPE_INVALID || rpcerr.Metadata(err, "scope") != asked[stranger] {
				rt.Fatalf("asked %v: %v", asked, err)
			}
			return
		}
		if err != nil {
			rt.Fatal(err)
		}
		want := slices.DeleteFunc(slices.Clone(registered), func(s string) bool { return !all && !slices.Contains(asked, s) })
		if !slices.Equal(answer.GetScopes(), want) {
			rt.Fatalf("asked %v, got %v, want %v", asked, answer.GetScopes(), want)
		}
	})
}

func TestEveryRefusalOfASecretIsTheSame(t *testing.T) {
	r := newPlatform(t).replica(false)
	client, disabled := r.register(partner()), r.register(partner())
	r.disable(disabled)
	cases := map[string]*authv1.IssueTokenRequest{
		"unknown client": issueRequest(registered{"nobody", client.secret}),
		"wrong secret":   issueRequest(registered{client.id, "wrong"}),
		"disabled":       issueRequest(disabled),
		"other family":   {ClientId: client.id, ClientSecret: client.secret, Families: []string{"tuidd"}},
	}
	var first *status.Status
	for name, req := range cases {
		_, err := r.tokens().IssueToken(t.Context(), req)
		wantReason(t, err, errorsv1.Reason_REASON_CREDENTIAL_INVALID)
		if first == nil {
			first = status.Convert(err)
		}
		if !proto.Equal(first.Proto(), status.Convert(err).Proto()) {
			t.Errorf("%s: %v differs from %v", name, err, first)
		}
	}
}
