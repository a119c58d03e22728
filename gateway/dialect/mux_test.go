package dialect_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/grpc-ecosystem/grpc-gateway/v2/runtime"

	"github.com/ventanilla/ventanilla/gateway/dialect"
)

// seen is what a family's adapters see of a request.
func seen(t *testing.T, change func(*http.Request)) (ctx context.Context) {
	t.Helper()
	handler, err := dialect.NewHandler(func(context.Context, *runtime.ServeMux) error { return nil }, func(r *http.Request) error {
		ctx = r.Context()
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil)
	change(r)
	handler.ServeHTTP(httptest.NewRecorder(), r)
	return ctx
}

func TestHostIsWithoutPortAndCase(t *testing.T) {
	for host, want := range map[string]string{
		"Staging.LocalHost:8443": "staging.localhost", "staging.localhost": "staging.localhost", "127.0.0.1:443": "127.0.0.1", "[::1]:443": "::1", "": "",
	} {
		if got := dialect.Host(seen(t, func(r *http.Request) { r.Host = host })); got != want {
			t.Errorf("%q: got %q, want %q", host, got, want)
		}
	}
}

func TestSeveralOriginsAreNobodys(t *testing.T) {
	for want, values := range map[string][]string{
		"": nil, "https://a.example": {"https://a.example"}, "https://a.example, https://b.example": {"https://a.example", "https://b.example"},
	} {
		if got := dialect.Origin(seen(t, func(r *http.Request) { r.Header["Origin"] = values })); got != want {
			t.Errorf("%q: got %q, want %q", values, got, want)
		}
	}
}
