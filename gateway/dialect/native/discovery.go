package native

import (
	"context"
	"fmt"
	"strings"

	"google.golang.org/grpc"
	"google.golang.org/grpc/metadata"
	"google.golang.org/protobuf/encoding/protojson"

	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	nativev1 "github.com/ventanilla/ventanilla/proto/gen/go/native/v1"
	authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
)

const (
	keySetPath   = "/.well-known/jwks.json"
	metadataPath = "/.well-known/oauth-authorization-server"
)

// Endpoints are the paths of other families' OAuth endpoints, for the metadata.
type Endpoints struct {
	// Issuer is the platform's identifier; when it is no https URL, or ends in a slash, there is no metadata.
	Issuer string
	// Token and Introspection are paths.
	Token, Introspection string
}

// discoveryAdapter tells clients where and how.
type discoveryAdapter struct {
	nativev1.UnimplementedDiscoveryServiceServer
	auth      Auth
	endpoints Endpoints
}

// KeySet returns the keys as the auth service has them.
func (a *discoveryAdapter) KeySet(ctx context.Context, _ *nativev1.KeySetRequest) (*nativev1.KeySetResponse, error) {
	set, err := a.auth.GetKeySet(ctx, &authv1.GetKeySetRequest{Use: authv1.KeyUse_KEY_USE_ACCESS})
	if err != nil {
		return nil, err
	}
	var answer nativev1.KeySetResponse
	if err := (protojson.UnmarshalOptions{DiscardUnknown: true}).Unmarshal(set.GetJwks(), &answer); err != nil {
		return nil, fmt.Errorf("reading the key set: %w", err)
	}
	return &answer, mayBeKept(ctx)
}

// Metadata answers from the configuration.
func (a *discoveryAdapter) Metadata(ctx context.Context, _ *nativev1.MetadataRequest) (*nativev1.MetadataResponse, error) {
	base := a.endpoints.Issuer
	if !strings.HasPrefix(base, "https://") || strings.HasSuffix(base, "/") {
		return nil, rpcerr.New(errorsv1.Reason_REASON_ROUTE_NOT_FOUND, "the issuer is no https URL")
	}
	clientMethods := []string{"client_secret_basic", "client_secret_post"}
	return &nativev1.MetadataResponse{
		Issuer:                                 base,
		TokenEndpoint:                          base + a.endpoints.Token,
		JwksUri:                                base + keySetPath,
		GrantTypesSupported:                    []string{"client_credentials"},
		TokenEndpointAuthMethodsSupported:      clientMethods,
		RevocationEndpoint:                     base + revokePath,
		RevocationEndpointAuthMethodsSupported: clientMethods,
		IntrospectionEndpoint:                  base + a.endpoints.Introspection,
		// A bearer token has no registered method name but is accepted too (RFC 7662, 2.1).
		IntrospectionEndpointAuthMethodsSupported: []string{"client_secret_basic"},
	}, mayBeKept(ctx)
}

// mayBeKept lets clients keep the answer for five minutes.
func mayBeKept(ctx context.Context) error {
	return grpc.SetHeader(ctx, metadata.Pairs("Cache-Control", "public, max-age=300"))
}
