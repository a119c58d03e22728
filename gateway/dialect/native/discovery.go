package native

import (
	"context"
	"fmt"
	"strings"

	"google.golang.org/grpc"
	"google.golang.org/grpc/metadata"
	"google.golang.org/protobuf/encoding/protojson"

	"github.com/ventanilla/ventanilla/gateway/oauth"
	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	nativev1 "github.com/ventanilla/ventanilla/proto/gen/go/native/v1"
	authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
)

const (
	keySetPath   = "/.well-known/jwks.json"
	metadataPath = "/.well-known/oauth-authorization-server"
)

// discoveryAdapter tells clients where and how.
type discoveryAdapter struct {
	nativev1.UnimplementedDiscoveryServiceServer
	auth   Auth
	issuer string
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

// signatureAlgorithms are those of the domain, by their names in JOSE (RFC 7518, 3.1; RFC 8037, 3.1).
var signatureAlgorithms = []string{"RS256", "ES256", "EdDSA"}

// Metadata answers from the configuration. There is none where the issuer is no https URL, or ends in a slash.
func (a *discoveryAdapter) Metadata(ctx context.Context, _ *nativev1.MetadataRequest) (*nativev1.MetadataResponse, error) {
	base := a.issuer
	if !strings.HasPrefix(base, "https://") || strings.HasSuffix(base, "/") {
		return nil, rpcerr.New(errorsv1.Reason_REASON_ROUTE_NOT_FOUND, "the issuer is no https URL")
	}
	methods := []string{"client_secret_basic", "client_secret_post", "private_key_jwt"}
	return &nativev1.MetadataResponse{
		Issuer:                                 base,
		TokenEndpoint:                          base + tokenPath,
		JwksUri:                                base + keySetPath,
		GrantTypesSupported:                    []string{oauth.ClientCredentials},
		TokenEndpointAuthMethodsSupported:      methods,
		RevocationEndpoint:                     base + revokePath,
		RevocationEndpointAuthMethodsSupported: methods,
		IntrospectionEndpoint:                  base + introspectPath,
		// A type of access token stands for callers that present one (RFC 8414, 2).
		IntrospectionEndpointAuthMethodsSupported:          append(methods, "Bearer"),
		TokenEndpointAuthSigningAlgValuesSupported:         signatureAlgorithms,
		RevocationEndpointAuthSigningAlgValuesSupported:    signatureAlgorithms,
		IntrospectionEndpointAuthSigningAlgValuesSupported: signatureAlgorithms,
		IntrospectionSigningAlgValuesSupported:             signatureAlgorithms,
	}, mayBeKept(ctx)
}

// mayBeKept lets clients keep the answer for five minutes.
func mayBeKept(ctx context.Context) error {
	return grpc.SetHeader(ctx, metadata.Pairs("Cache-Control", "public, max-age=300"))
}
