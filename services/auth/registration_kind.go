package auth

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/ventanilla/ventanilla/pkg/rpcerr"

	authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"
	"github.com/ventanilla/ventanilla/services/auth/internal/assertion"
)

// nativeFamily is the platform's own, which is always there. It has no partners.
const nativeFamily = "native"

// checkFamily refuses a family that is not served, or not for the client's kind.
func checkFamily(in *authv1.Client, families []string) error {
	family := in.GetFamily()
	switch {
	case slices.Contains(families, family):
		return nil
	case family != nativeFamily:
		return rpcerr.Invalid("client.family", "is none of those configured: "+strings.Join(families, ", ")+
			"; internal clients may also have "+nativeFamily)
	case in.GetKind() != authv1.ClientKind_CLIENT_KIND_INTERNAL:
		return rpcerr.Invalid("client.family", nativeFamily+" is for internal clients only")
	}
	return nil
}

// checkKind refuses what has no meaning for a client's kind.
func checkKind(in *authv1.Client) error {
	const forServers, notForWidgets = "is for resource servers only", "is not for widgets: "
	server := in.GetKind() == authv1.ClientKind_CLIENT_KIND_RESOURCE_SERVER
	widget := in.GetKind() == authv1.ClientKind_CLIENT_KIND_WIDGET
	switch {
	case !server && len(in.GetResourceScopes()) > 0:
		return rpcerr.Invalid("client.resource_scopes", forServers)
	case !server && in.GetIntrospectsAll():
		return rpcerr.Invalid("client.introspects_all", forServers)
	case !server && in.GetPersonalData():
		return rpcerr.Invalid("client.personal_data", forServers)
	case !widget && len(in.GetOrigins()) > 0:
		return rpcerr.Invalid("client.origins", "is for widgets only")
	case widget && in.GetPublicKeys() != "":
		return rpcerr.Invalid("client.public_keys", notForWidgets+"a page keeps no private key")
	case widget && in.GetIntrospectionAlgorithm() != authv1.SignatureAlgorithm_SIGNATURE_ALGORITHM_UNSPECIFIED:
		return rpcerr.Invalid("client.introspection_algorithm", notForWidgets+"they introspect nothing")
	}
	return nil
}

// publicKeys reads a client's key set, nil when there is none.
func publicKeys(in *authv1.Client) (json.RawMessage, error) {
	if in.GetPublicKeys() == "" {
		return nil, nil
	}
	_, stored, err := assertion.ParseKeys([]byte(in.GetPublicKeys()))
	if err != nil {
		return nil, rpcerr.Invalid("client.public_keys", err.Error())
	}
	return stored, nil
}
