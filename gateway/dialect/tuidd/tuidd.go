// Package tuidd is the dialect of the Mobile Connect gateway: token
// introspection in OAuth's form, and {code, status, message, details} for
// everything else. Its texts are French, Spanish or English, as Accept-Language asks.
package tuidd

import (
	"context"
	"net/http"

	"github.com/grpc-ecosystem/grpc-gateway/v2/runtime"
	"google.golang.org/grpc"

	"github.com/ventanilla/ventanilla/gateway/credential"
	"github.com/ventanilla/ventanilla/gateway/dialect"
	"github.com/ventanilla/ventanilla/gateway/edge"
	"github.com/ventanilla/ventanilla/gateway/wirejson"
	tuiddv1 "github.com/ventanilla/ventanilla/proto/gen/go/tuidd/v1"
	authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"
)

// Name is the family's name.
const Name = "tuidd"

// TokenInfoPath is the introspection endpoint.
const TokenInfoPath = "/mcg/v1/tokeninfo"

// Introspector is what the auth service does for the family.
type Introspector interface {
	Introspect(ctx context.Context, in *authv1.IntrospectRequest, opts ...grpc.CallOption) (*authv1.IntrospectResponse, error)
}

// Exchanger turns a partner's credential into an internal token.
type Exchanger interface {
	Exchange(ctx context.Context, c credential.Credential, audience string, families ...string) (credential.Caller, error)
}

// New makes the family.
func New(introspector Introspector, exchanger Exchanger) (edge.Family, error) {
	adapter := &tokenInfoAdapter{introspector: introspector, exchanger: exchanger}
	handler, err := dialect.NewHandler(func(ctx context.Context, mux *runtime.ServeMux) error {
		return tuiddv1.RegisterTokenInfoServiceHandlerServer(ctx, mux, adapter)
	})
	if err != nil {
		return edge.Family{}, err
	}
	return edge.Family{
		Name:       Name,
		Prefixes:   []string{"/mcg", "/Services"},
		Routes:     []edge.Route{{Method: http.MethodPost, Path: TokenInfoPath, Consumes: []string{wirejson.FormMediaType}}},
		Handler:    handler,
		WriteError: writeError,
	}, nil
}
