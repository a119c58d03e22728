// Package cmp is the dialect of Red de Protección Social: its token endpoint in
// OAuth's form, and its envelope for everything else: widget tokens, the potential benefits of a citizen,
// and what widgets show. Its texts are Spanish, but for the token endpoint's, which are those that its OAuth clients know.
// A host named staging.* serves the clients of the staging data set, every other host those of production.
package cmp

import (
	"context"
	"errors"
	"net/http"
	"strconv"

	"github.com/grpc-ecosystem/grpc-gateway/v2/runtime"
	"google.golang.org/grpc"

	"github.com/ventanilla/ventanilla/gateway/dialect"
	"github.com/ventanilla/ventanilla/gateway/edge"
	"github.com/ventanilla/ventanilla/gateway/wirejson"
	cmpv1 "github.com/ventanilla/ventanilla/proto/gen/go/cmp/v1"
	authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"
	benefitsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/benefits/v1"
	identityv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/identity/v1"
)

// Name is the family's name.
const Name = "cmp"

// The endpoints.
const (
	// TokenPath is the token endpoint.
	TokenPath = "/api/v1/oauth/token"
	// WidgetTokenPath is the token endpoint of widgets.
	WidgetTokenPath = "/v1/auth/widget"
	// BenefitsPath tells the potential benefits of a citizen.
	BenefitsPath = "/api/v1/beneficios-potenciales"
	// ProfilePath is what the widget Perfil Ciudadano asks for.
	ProfilePath = "/widgets/v1/perfil"
	// HouseholdPath is what the widget Hogar Ciudadano asks for.
	HouseholdPath = "/widgets/v1/hogar"
)

// Issuer is what the auth service does for the family.
type Issuer interface {
	IssueToken(ctx context.Context, in *authv1.IssueTokenRequest, opts ...grpc.CallOption) (*authv1.IssueTokenResponse, error)
	IssueWidgetToken(ctx context.Context, in *authv1.IssueWidgetTokenRequest, opts ...grpc.CallOption) (*authv1.IssueWidgetTokenResponse, error)
}

// New makes the family. Tokens come from issuer, access tokens for clients of the families named in served too; callers are
// known by exchanger, citizens by the identity service, their benefits by the benefits service.
func New(issuer Issuer, exchanger Exchanger, identity, benefits grpc.ClientConnInterface, served ...string) (edge.Family, error) {
	callers := clients{exchanger}
	evaluations := benefitsv1.NewEvaluationServiceClient(benefits)
	widgets := &widgetAdapter{clients: callers, citizens: identityv1.NewCitizenServiceClient(identity), evaluations: evaluations}
	handler, err := dialect.NewHandler(func(ctx context.Context, mux *runtime.ServeMux) error {
		return errors.Join(
			cmpv1.RegisterOAuthServiceHandlerServer(ctx, mux, &tokenAdapter{issuer: issuer, families: append([]string{Name}, served...)}),
			cmpv1.RegisterWidgetTokenServiceHandlerServer(ctx, mux, &widgetTokenAdapter{issuer: issuer}),
			cmpv1.RegisterBenefitServiceHandlerServer(ctx, mux, &benefitAdapter{clients: callers, evaluations: evaluations}),
			cmpv1.RegisterWidgetServiceHandlerServer(ctx, mux, widgets),
		)
	}, callers.admit)
	if err != nil {
		return edge.Family{}, err
	}
	bodies := []string{wirejson.FormMediaType, wirejson.MediaType}
	return edge.Family{
		Name:     Name,
		Prefixes: []string{"/api/v1", "/v1/auth", "/widgets"},
		Routes: []edge.Route{
			{Method: http.MethodPost, Path: TokenPath, Consumes: bodies},
			{Method: http.MethodPost, Path: WidgetTokenPath, Consumes: bodies},
			{Method: http.MethodPost, Path: BenefitsPath, Consumes: bodies},
			{Method: http.MethodGet, Path: ProfilePath},
			{Method: http.MethodGet, Path: HouseholdPath},
		},
		Handler:     handler,
		WriteError:  writeError,
		RateHeaders: rateHeaders,
		Strict:      true,
	}, nil
}

// rateHeaders adds the headers that the family's clients read, spelt as they know them.
func rateHeaders(h http.Header, limit, remaining int) {
	h["X-RateLimit-Limit"] = []string{strconv.Itoa(limit)}
	h["X-RateLimit-Remaining"] = []string{strconv.Itoa(remaining)}
}
