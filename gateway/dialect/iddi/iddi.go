// Package iddi is the dialect of the university digital identity: profiles by card, catalogues, access tokens for API
// keys, and what verifiers of cards need. Its texts are Spanish. It is mounted twice, once for each data set, and the
// clients of one are unknown to the other.
package iddi

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"strings"

	"github.com/grpc-ecosystem/grpc-gateway/v2/runtime"
	"google.golang.org/grpc"

	"github.com/ventanilla/ventanilla/gateway/dialect"
	"github.com/ventanilla/ventanilla/gateway/edge"
	"github.com/ventanilla/ventanilla/gateway/oauth"
	"github.com/ventanilla/ventanilla/gateway/wirejson"
	iddiv1 "github.com/ventanilla/ventanilla/proto/gen/go/iddi/v1"
	authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"
	identityv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/identity/v1"
)

// Name is the family's name.
const Name = "iddi"

// Where the data sets are mounted.
const (
	ProductionPrefix = "/v1/iddi"
	StagingPrefix    = "/v1-stag/iddi"
)

// Paths beneath the prefixes, and those of the keys of cards.
const (
	tokenPath       = "/oauth/token"
	profilePath     = "/perfil/{folio}"
	cataloguePath   = "/catalogos/{catalogo}"
	revocationsPath = "/credenciales/revocaciones"
	statusPath      = "/credenciales/estado"

	cardKeysPath        = "/.well-known/iddi-card-keys.json"
	stagingCardKeysPath = "/.well-known/iddi-card-keys-staging.json"
)

// Issuer is what the auth service does for the family.
type Issuer interface {
	IssueToken(ctx context.Context, in *authv1.IssueTokenRequest, opts ...grpc.CallOption) (*authv1.IssueTokenResponse, error)
}

// New makes the family. Tokens come from issuer, callers are known by exchanger, everything else by the identity service.
// address is the platform's own, an https URL: with the prefix of the data set, it is the audience of tokens.
func New(issuer Issuer, exchanger oauth.Exchanger, identity grpc.ClientConnInterface, address string) (edge.Family, error) {
	partners := clients{exchanger}
	handler, err := dialect.NewHandler(func(ctx context.Context, mux *runtime.ServeMux) error {
		return errors.Join(
			iddiv1.RegisterOAuthServiceHandlerServer(ctx, mux, &tokenAdapter{issuer: issuer, address: strings.TrimSuffix(address, "/")}),
			iddiv1.RegisterProfileServiceHandlerServer(ctx, mux, &profileAdapter{clients: partners, profiles: identityv1.NewProfileServiceClient(identity)}),
			iddiv1.RegisterCatalogueServiceHandlerServer(ctx, mux, &catalogueAdapter{clients: partners, catalogues: identityv1.NewCatalogueServiceClient(identity)}),
			iddiv1.RegisterCardServiceHandlerServer(ctx, mux, &cardAdapter{cards: identityv1.NewCardServiceClient(identity)}),
		)
	})
	if err != nil {
		return edge.Family{}, err
	}
	return edge.Family{
		Name:        Name,
		Prefixes:    []string{ProductionPrefix, StagingPrefix},
		Routes:      routes(),
		Handler:     handler,
		WriteError:  writeError,
		RateHeaders: rateHeaders,
	}, nil
}

func routes() []edge.Route {
	all := []edge.Route{{Method: http.MethodGet, Path: cardKeysPath}, {Method: http.MethodGet, Path: stagingCardKeysPath}}
	for _, prefix := range []string{ProductionPrefix, StagingPrefix} {
		all = append(all,
			edge.Route{Method: http.MethodPost, Path: prefix + tokenPath, Consumes: []string{wirejson.FormMediaType, wirejson.MediaType}},
			edge.Route{Method: http.MethodGet, Path: prefix + profilePath},
			edge.Route{Method: http.MethodGet, Path: prefix + cataloguePath},
			edge.Route{Method: http.MethodGet, Path: prefix + revocationsPath, Produces: []string{jwtMediaType}},
			edge.Route{Method: http.MethodPost, Path: prefix + statusPath, Consumes: []string{wirejson.MediaType}},
		)
	}
	return all
}

// dataSet is the one whose endpoint was called.
func dataSet(ctx context.Context) authv1.DataSet {
	if path, _ := runtime.HTTPPathPattern(ctx); strings.HasPrefix(path, StagingPrefix) || path == stagingCardKeysPath {
		return authv1.DataSet_DATA_SET_STAGING
	}
	return authv1.DataSet_DATA_SET_PRODUCTION
}

// rateHeaders tells the limit as the family's clients know it.
func rateHeaders(h http.Header, limit, _ int) { h["X-Rate-Limit"] = []string{strconv.Itoa(limit)} }
