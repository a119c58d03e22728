// Package native is the dialect of the platform itself, and of every path that
// is no partner's: token revocation in OAuth's form, the keys and endpoints that
// clients may discover, and problem details (RFC 9457) for everything else, in English.
package native

import (
	"context"
	"errors"
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

// Auth is what the auth service does for the family.
type Auth interface {
	Revoke(ctx context.Context, in *authv1.RevokeRequest, opts ...grpc.CallOption) (*authv1.RevokeResponse, error)
	GetKeySet(ctx context.Context, in *authv1.GetKeySetRequest, opts ...grpc.CallOption) (*authv1.GetKeySetResponse, error)
}

// Exchanger turns a client's credential into an internal token.
type Exchanger interface {
	Exchange(ctx context.Context, c credential.Credential, audience string, families ...string) (credential.Caller, error)
}

// New makes the family. Clients of this family and of those named in served may revoke their tokens.
func New(auth Auth, exchanger Exchanger, endpoints Endpoints, served ...string) (edge.Family, error) {
	revoke := &revokeAdapter{auth: auth, exchanger: exchanger, families: append([]string{Name}, served...)}
	discover := &discoveryAdapter{auth: auth, endpoints: endpoints}
	handler, err := dialect.NewHandler(func(ctx context.Context, mux *runtime.ServeMux) error {
		return errors.Join(
			nativev1.RegisterOAuthServiceHandlerServer(ctx, mux, revoke),
			nativev1.RegisterDiscoveryServiceHandlerServer(ctx, mux, discover),
		)
	})
	if err != nil {
		return edge.Family{}, err
	}
	return edge.Family{
		Name:     Name,
		Prefixes: []string{""},
		Routes: []edge.Route{
			{Method: http.MethodPost, Path: revokePath, Consumes: []string{wirejson.FormMediaType}},
			{Method: http.MethodGet, Path: keySetPath},
			{Method: http.MethodGet, Path: metadataPath},
		},
		Handler:    handler,
		WriteError: writeError,
	}, nil
}
