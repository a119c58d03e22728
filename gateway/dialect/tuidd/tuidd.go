// Package tuidd is the dialect of the Mobile Connect gateway: token
// introspection in OAuth's form, and the dispatch of services, whose errors, and those of
// everything else, are {code, status, message, details}. Its texts are French, Spanish or English, as Accept-Language asks.
package tuidd

import (
	"context"
	"errors"
	"net/http"

	"github.com/grpc-ecosystem/grpc-gateway/v2/runtime"
	"google.golang.org/grpc"

	"github.com/ventanilla/ventanilla/gateway/credential"
	"github.com/ventanilla/ventanilla/gateway/dialect"
	"github.com/ventanilla/ventanilla/gateway/edge"
	"github.com/ventanilla/ventanilla/gateway/oauth"
	"github.com/ventanilla/ventanilla/gateway/wirejson"
	tuiddv1 "github.com/ventanilla/ventanilla/proto/gen/go/tuidd/v1"
)

// Name is the family's name.
const Name = "tuidd"

// TokenInfoPath is the introspection endpoint.
const TokenInfoPath = "/mcg/v1/tokeninfo"

// New makes the family. issuer is the platform's identifier, which callers' assertions name; notifications leads to the service that
// dispatches.
func New(introspector oauth.Introspector, exchanger oauth.Exchanger, notifications grpc.ClientConnInterface, issuer string) (edge.Family, error) {
	adapter := &tokenInfoAdapter{introspection: oauth.Introspection{
		Introspector: introspector,
		Clients: oauth.Clients{
			Exchanger: exchanger,
			Served:    credential.Clients{Families: []string{Name}},
			Audiences: oauth.Audiences(issuer, TokenInfoPath),
			Schemes:   []credential.Scheme{credential.Bearer, credential.Basic, credential.Assertion},
		},
	}}
	services := newServicesAdapter(exchanger, notifications)
	handler, err := dialect.NewHandler(func(ctx context.Context, mux *runtime.ServeMux) error {
		return errors.Join(tuiddv1.RegisterTokenInfoServiceHandlerServer(ctx, mux, adapter), services.register(ctx, mux))
	})
	if err != nil {
		return edge.Family{}, err
	}
	return edge.Family{
		Name:     Name,
		Prefixes: []string{"/mcg", ServicesPath},
		Routes: append(servicesRoutes(), edge.Route{
			Method: http.MethodPost, Path: TokenInfoPath,
			Consumes: []string{wirejson.FormMediaType}, Produces: []string{oauth.SignedMediaType},
		}),
		Handler:    handler,
		WriteError: writeError,
	}, nil
}
