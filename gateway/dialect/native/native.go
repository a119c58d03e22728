// Package native is the dialect of the platform itself, and of every path that
// is no partner's: tokens, their introspection and revocation in OAuth's form, the
// keys and endpoints that clients may discover, decisions about benefits, what the dispatcher of notifications has for everybody, and
// problem details (RFC 9457) for everything else, in English.
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
	"github.com/ventanilla/ventanilla/gateway/oauth"
	"github.com/ventanilla/ventanilla/gateway/wirejson"
	nativev1 "github.com/ventanilla/ventanilla/proto/gen/go/native/v1"
	authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"
)

// Name is the family's name.
const Name = "native"

// Auth is what the auth service does for the family.
type Auth interface {
	oauth.Introspector
	IssueToken(ctx context.Context, in *authv1.IssueTokenRequest, opts ...grpc.CallOption) (*authv1.IssueTokenResponse, error)
	Revoke(ctx context.Context, in *authv1.RevokeRequest, opts ...grpc.CallOption) (*authv1.RevokeResponse, error)
	GetKeySet(ctx context.Context, in *authv1.GetKeySetRequest, opts ...grpc.CallOption) (*authv1.GetKeySetResponse, error)
}

// New makes the family. issuer is the platform's identifier; benefits leads to the service that decides about benefits, notifications to
// the one that dispatches. Clients of this family and of those named in served, of every data set, may use it.
func New(auth Auth, exchanger oauth.Exchanger, benefits, notifications grpc.ClientConnInterface, issuer string, served ...string) (edge.Family, error) {
	everybody := credential.Clients{
		Families: append([]string{Name}, served...),
		DataSets: []authv1.DataSet{authv1.DataSet_DATA_SET_PRODUCTION, authv1.DataSet_DATA_SET_STAGING},
	}
	tokens := newOAuthAdapter(auth, exchanger, issuer, everybody)
	decisions := newBenefitsAdapter(exchanger, benefits, everybody)
	discover := &discoveryAdapter{auth: auth, issuer: issuer}
	handler, err := dialect.NewHandler(func(ctx context.Context, mux *runtime.ServeMux) error {
		return errors.Join(
			nativev1.RegisterOAuthServiceHandlerServer(ctx, mux, tokens),
			nativev1.RegisterDiscoveryServiceHandlerServer(ctx, mux, discover),
			nativev1.RegisterBenefitsServiceHandlerServer(ctx, mux, decisions),
			newNotificationsAdapter(notifications).register(ctx, mux),
			// What is generated serves no streams; the last handler of a path counts.
			mux.HandlePath(http.MethodPost, evaluateStreamPath, serveLines(newOf[nativev1.EvaluateStreamRequest], decisions.evaluateStream)),
			mux.HandlePath(http.MethodPost, simulatePath, serveLines(newOf[nativev1.SimulateRequest], decisions.simulate)),
		)
	})
	if err != nil {
		return edge.Family{}, err
	}
	form, object := []string{wirejson.FormMediaType}, []string{wirejson.MediaType}
	return edge.Family{
		Name:     Name,
		Prefixes: []string{""},
		Routes: append(notificationsRoutes(), []edge.Route{
			{Method: http.MethodPost, Path: tokenPath, Consumes: form},
			{Method: http.MethodPost, Path: introspectPath, Consumes: form, Produces: []string{oauth.SignedMediaType}},
			{Method: http.MethodPost, Path: revokePath, Consumes: form},
			{Method: http.MethodGet, Path: keySetPath},
			{Method: http.MethodGet, Path: metadataPath},
			{Method: http.MethodPost, Path: evaluatePath, Consumes: object},
			{Method: http.MethodPost, Path: explainPath, Consumes: object},
			{Method: http.MethodPost, Path: evaluateStreamPath, Consumes: object, Only: dialect.LinesMediaType},
			{Method: http.MethodPost, Path: simulatePath, Consumes: object, Only: dialect.LinesMediaType},
		}...),
		Handler:    handler,
		WriteError: writeError,
	}, nil
}
