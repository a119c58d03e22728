// Package cmp is the dialect of Red de Protección Social: its token endpoint in
// OAuth's form, and its envelope for everything else. Its texts are Spanish, but
// for the token endpoint's, which are those that its OAuth clients know.
package cmp

import (
	"context"
	"net/http"
	"strconv"

	"github.com/grpc-ecosystem/grpc-gateway/v2/runtime"
	"google.golang.org/grpc"

	"github.com/ventanilla/ventanilla/gateway/dialect"
	"github.com/ventanilla/ventanilla/gateway/edge"
	"github.com/ventanilla/ventanilla/gateway/wirejson"
	cmpv1 "github.com/ventanilla/ventanilla/proto/gen/go/cmp/v1"
	authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"
)

// Name is the family's name.
const Name = "cmp"

// TokenPath is the token endpoint.
const TokenPath = "/api/v1/oauth/token"

// Issuer is what the auth service does for the family.
type Issuer interface {
	IssueToken(ctx context.Context, in *authv1.IssueTokenRequest, opts ...grpc.CallOption) (*authv1.IssueTokenResponse, error)
}

// New makes the family. Tokens come from issuer, for clients of this family and of those named in served too.
func New(issuer Issuer, served ...string) (edge.Family, error) {
	adapter := &tokenAdapter{issuer: issuer, families: append([]string{Name}, served...)}
	handler, err := dialect.NewHandler(func(ctx context.Context, mux *runtime.ServeMux) error {
		return cmpv1.RegisterOAuthServiceHandlerServer(ctx, mux, adapter)
	})
	if err != nil {
		return edge.Family{}, err
	}
	return edge.Family{
		Name:     Name,
		Prefixes: []string{"/api/v1", "/v1/auth", "/widgets"},
		Routes: []edge.Route{{
			Method: http.MethodPost, Path: TokenPath, Consumes: []string{wirejson.FormMediaType, wirejson.MediaType},
		}},
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
