package authn_test

import (
	"context"
	"strings"
	"testing"

	"google.golang.org/grpc/metadata"

	"github.com/ventanilla/ventanilla/pkg/authn"
	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
)

// incoming is the context of a call that carries the values under "authorization".
func incoming(ctx context.Context, values ...string) context.Context {
	return metadata.NewIncomingContext(ctx, metadata.MD{"authorization": values})
}

func TestIncoming(t *testing.T) {
	missing := errorsv1.Reason_REASON_CREDENTIAL_MISSING
	for name, c := range map[string]struct {
		values []string
		want   string
		reason errorsv1.Reason
	}{
		"token":        {[]string{"Bearer a.b-c_d.9"}, "a.b-c_d.9", accepted},
		"any case":     {[]string{"bEARER x"}, "x", accepted},
		"none":         {nil, "", missing},
		"two":          {[]string{"Bearer a", "Bearer a"}, "", invalid},
		"empty":        {[]string{""}, "", invalid},
		"no token":     {[]string{"Bearer "}, "", invalid},
		"two spaces":   {[]string{"Bearer  a"}, "", invalid},
		"other scheme": {[]string{"Basic YTpi"}, "", invalid},
		"no scheme":    {[]string{"a.b.c"}, "", invalid},
		"spaces after": {[]string{"Bearer a "}, "", invalid},
		"too long":     {[]string{"Bearer " + strings.Repeat("a", 16<<10+1)}, "", invalid},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := authn.Incoming(incoming(t.Context(), c.values...))
			if got != c.want || rpcerr.Reason(err) != c.reason {
				t.Errorf("%q %v", got, err)
			}
		})
	}
}

func TestOutgoingArrives(t *testing.T) {
	md, _ := metadata.FromOutgoingContext(authn.Outgoing(t.Context(), "a.b.c"))
	if got, err := authn.Incoming(metadata.NewIncomingContext(t.Context(), md)); err != nil || got != "a.b.c" {
		t.Errorf("%q %v", got, err)
	}
}

func TestContextHoldsCallerAndPeer(t *testing.T) {
	if _, ok := authn.FromContext(t.Context()); ok {
		t.Error("a caller out of nowhere")
	}
	if _, ok := authn.PeerFromContext(t.Context()); ok {
		t.Error("a peer out of nowhere")
	}
	claims := &authn.Claims{ClientID: "c1"}
	ctx := authn.WithPeer(authn.WithClaims(t.Context(), claims), "gateway")
	if got, ok := authn.FromContext(ctx); !ok || got != claims {
		t.Errorf("%v %v", got, ok)
	}
	if got, ok := authn.PeerFromContext(ctx); !ok || got != "gateway" {
		t.Errorf("%v %v", got, ok)
	}
}

func FuzzIncoming(f *testing.F) {
	f.Add("Bearer a.b.c", "")
	f.Add("bearer ", "Bearer a")
	f.Add("Basic YTpi", "")
	f.Fuzz(func(t *testing.T, first, second string) {
		values := []string{first}
		if second != "" {
			values = append(values, second)
		}
		token, err := authn.Incoming(incoming(t.Context(), values...))
		if (err == nil) != (token != "") {
			t.Fatalf("%q %v", token, err)
		}
		if err == nil && (second != "" || !strings.EqualFold(first, "Bearer "+token) || strings.ContainsAny(token, " \r\n=")) {
			t.Errorf("took %q", token)
		}
	})
}
