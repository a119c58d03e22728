// Package native is the dialect of the platform itself, and of every path that
// is no partner's: token revocation in OAuth's form, and problem details (RFC
// 9457) for everything else, in English.
package native

import (
	"context"
	"net/http"

	"github.com/grpc-ecosystem/grpc-gateway/v2/runtime"
	"google.golang.org/grpc"

	"github.com/ventanilla/ventanilla/gateway/credential"
	"github.com/ventanilla/ventanilla/gateway/dialect"
	"github.com/ventanilla/ventanilla/gateway/edge"
	"github.com/ventanilla/ventanilla/gateway/wirejson"
	nativev1 "github.com/ventanilla/ventanilla/proto/gen/go/native/v1"
	authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"
)

// Name is the family's name.
const Name = "native"

const revokePath = "/oauth2/revoke"

// Revoker is what the auth service does for the family.
type Revoker interface {
	Revoke(ctx context.Context, in *authv1.RevokeRequest, opts ...grpc.CallOption) (*authv1.RevokeResponse, error)
}

// Exchanger turns a client's credential into an internal token.
type Exchanger interface {
	Exchange(ctx context.Context, c credential.Credential, audience string, families ...string) (credential.Caller, error)
}

// New makes the family. Clients of this family and of those named in served may revoke their tokens.
func New(revoker Revoker, exchanger Exchanger, served ...string) (edge.Family, error) {
	adapter := &revokeAdapter{revoker: revoker, exchanger: exchanger, families: append([]string{Name}, served...)}
	handler, err := dialect.NewHandler(func(ctx context.Context, mux *runtime.ServeMux) error {
		return nativev1.RegisterOAuthServiceHandlerServer(ctx, mux, adapter)
	})
	if err != nil {
		return edge.Family{}, err
	}
	return edge.Family{
		Name:       Name,
		Prefixes:   []string{""},
		Routes:     []edge.Route{{Method: http.MethodPost, Path: revokePath, Consumes: []string{wirejson.FormMediaType}}},
		Handler:    handler,
		WriteError: writeError,
	}, nil
}
