package iddi

import (
	"context"
	"slices"
	"strings"

	"google.golang.org/grpc"
	"google.golang.org/grpc/metadata"

	"github.com/ventanilla/ventanilla/gateway/credential"
	"github.com/ventanilla/ventanilla/gateway/dialect"
	"github.com/ventanilla/ventanilla/gateway/oauth"
	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
)

// identityRole is the role that knows persons: the audience of internal tokens.
const identityRole = "identity"

// Scopes of the family's credentials.
const (
	scopeProfile   = "perfil"
	scopeExtended  = "perfil:extendido"
	scopeCatalogue = "catalogo"
)

// clients are the partners whose credentials the API takes.
type clients struct {
	exchanger oauth.Exchanger
}

// authenticate returns the caller, a client of the data set whose endpoint was called. It fails with PERMISSION_DENIED when
// the credential lacks the scope.
func (c clients) authenticate(ctx context.Context, scope string) (credential.Caller, error) {
	presented := oauth.Authentication{Authorization: authorization(ctx)}
	own, err := presented.Credential(nil, credential.Bearer, credential.APIKey)
	if err != nil {
		return credential.Caller{}, err
	}
	caller, err := c.exchanger.Exchange(ctx, own, identityRole, credential.Clients{
		Families: []string{Name}, DataSets: []authv1.DataSet{dataSet(ctx)},
	})
	if err != nil {
		return credential.Caller{}, err
	}
	return caller, needs(caller, scope)
}

func needs(caller credential.Caller, scope string) error {
	if !slices.Contains(caller.Principal.GetScopes(), scope) {
		return rpcerr.New(errorsv1.Reason_REASON_PERMISSION_DENIED, "the credential lacks the scope "+scope)
	}
	return nil
}

// authorization is the header's values, with an API key that stands there without a scheme as a bearer's.
func authorization(ctx context.Context) []string {
	values := dialect.Authorization(ctx)
	if len(values) == 1 && strings.HasPrefix(values[0], oauth.APIKeyPrefix) {
		return []string{"Bearer " + values[0]}
	}
	return values
}

// keep says on the answer who may keep it, and for how long.
func keep(ctx context.Context, cacheControl string) error {
	return grpc.SetHeader(ctx, metadata.Pairs("Cache-Control", cacheControl))
}
