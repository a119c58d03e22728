package auth_test

import (
	"slices"
	"strings"
	"testing"

	"google.golang.org/protobuf/types/known/fieldmaskpb"

	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
)

const pageOrigin = "https://www.example.cl"

func widget(origins ...string) *authv1.Client {
	return &authv1.Client{
		Name: "A widget", Family: "cmp", Kind: authv1.ClientKind_CLIENT_KIND_WIDGET, Scopes: []string{"beneficios"}, Origins: origins,
	}
}

func TestOriginsAreKeptAsBrowsersWriteThem(t *testing.T) {
	onBoth(t, func(t *testing.T, p *platform) {
		r := p.replica(false)
		ctx := r.security()
		created, err := r.clients().CreateClient(ctx, &authv1.CreateClientRequest{Client: widget(
			"HTTPS://WWW.Example.CL:443", "https://www.example.cl", "https://xn--tda.example:8443", "http://localhost:3000", "http://demo.localhost:80",
			"http://127.0.0.1:08080", "http://[0:0:0:0:0:0:0:1]:9000",
		)})
		check(t, err)
		want := []string{
			"https://www.example.cl", "https://xn--tda.example:8443", "http://localhost:3000", "http://demo.localhost",
			"http://127.0.0.1:8080", "http://[::1]:9000",
		}
		if got := created.GetClient().GetOrigins(); !slices.Equal(got, want) {
			t.Errorf("registered %q", got)
		}
		id := created.GetClient().GetClientId()
		updated, err := r.clients().UpdateClient(ctx, &authv1.UpdateClientRequest{
			Client: &authv1.Client{ClientId: id, Origins: []string{pageOrigin}}, UpdateMask: &fieldmaskpb.FieldMask{Paths: []string{"origins"}},
		})
		check(t, err)
		if got := updated.GetClient(); !slices.Equal(got.GetOrigins(), []string{pageOrigin}) || got.GetName() != "A widget" {
			t.Errorf("updated to %v", got)
		}
		acts, after := r.acts(id)
		if len(acts) != 2 || !strings.Contains(after, `"origins":["https://www.example.cl"]`) || !strings.Contains(after, `http://localhost:3000`) {
			t.Errorf("recorded %q, the last %s", acts, after)
		}
	})
}

func TestOriginsThatAreRefused(t *testing.T) {
	r := newPlatform(t).replica(false)
	ctx := r.security()
	for _, origin := range []string{
		"http://www.ministerio.cl", "https://", "www.ministerio.cl", "//www.ministerio.cl", "null", "*", "https://*.example.cl", "https://a..b", "https://example.cl/",
		"https://example.cl/page", "https://example.cl?q", "https://example.cl?", "https://example.cl#f", "https://example.cl#", "https://ana@example.cl",
		"https://example.cl:", "https://example.cl:0", "https://example.cl:65536", "https://ñuñoa.cl", "ftp://example.cl", "file:///etc", "https://[fe80::1%25eth0]",
		"http://localhost.example.cl", "http://128.0.0.1", "https:example.cl", "https://-a.cl", " https://example.cl", "https://example.cl\n",
	} {
		_, err := r.clients().CreateClient(ctx, &authv1.CreateClientRequest{Client: widget(pageOrigin, origin)})
		wantField(t, err, errorsv1.Reason_REASON_FIELD_INVALID, "client.origins[1]")
		if said := rpcerr.Fields(err); len(said) == 1 && len(origin) > 12 && strings.Contains(said[0].Description, origin) {
			t.Errorf("%q is repeated", origin)
		}
	}
	other := partner()
	other.Origins = []string{pageOrigin}
	_, err := r.clients().CreateClient(ctx, &authv1.CreateClientRequest{Client: other})
	wantField(t, err, errorsv1.Reason_REASON_FIELD_INVALID, "client.origins")
}
