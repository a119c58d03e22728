package oauth_test

import (
	"context"
	"slices"
	"testing"

	"github.com/ventanilla/ventanilla/gateway/credential"
	"github.com/ventanilla/ventanilla/gateway/edgetest"
	"github.com/ventanilla/ventanilla/gateway/oauth"
	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"
)

// one is the exchanger of a platform with one client.
type one struct{}

func (one) Exchange(context.Context, credential.Credential, string, credential.Clients) (credential.Caller, error) {
	return credential.Caller{Principal: &authv1.Principal{ClientId: "1"}}, nil
}

// Whatever a client presents, it is the one that it says it is.
func TestTheNamedClientIsTheCaller(t *testing.T) {
	clients := oauth.Clients{
		Exchanger: one{},
		Schemes:   []credential.Scheme{credential.Basic, credential.Assertion, credential.APIKey, credential.Bearer},
	}
	for name, presented := range map[string]oauth.Authentication{
		"token":     {Authorization: bearer("a.b.c")},
		"key":       {Authorization: bearer("vtk_1_x")},
		"basic":     {Authorization: basic("1:s3cret")},
		"assertion": {Assertion: "a.b.c", AssertionType: oauth.AssertionType},
	} {
		for _, id := range []string{"", " ", "1"} {
			presented.ClientID = id
			if _, err := clients.Authenticate(t.Context(), presented); err != nil {
				t.Errorf("%s of %q: %v", name, id, err)
			}
		}
		presented.ClientID = "2"
		if _, err := clients.Authenticate(t.Context(), presented); rpcerr.Reason(err) != invalid {
			t.Errorf("%s of another: %v", name, err)
		}
	}
}

func TestAudiences(t *testing.T) {
	for _, c := range []struct {
		issuer, path string
		want         []string
	}{
		{"https://p.example", "/check", []string{"https://p.example", "https://p.example/check", "https://p.example/oauth2/token"}},
		{"https://p.example/", "/check", []string{"https://p.example/", "https://p.example/check", "https://p.example/oauth2/token"}},
		{"https://p.example", oauth.TokenPath, []string{"https://p.example", "https://p.example/oauth2/token"}},
		{"ventanilla", "/check", []string{"ventanilla"}},
		{"http://p.example", "/check", []string{"http://p.example"}},
	} {
		if got := oauth.Audiences(c.issuer, c.path); !slices.Equal(got, c.want) {
			t.Errorf("%s: got %q", c.issuer, got)
		}
	}
}

func TestEveryValidatedFieldHasAName(t *testing.T) { edgetest.EveryField(t, oauth.IntrospectFields) }
