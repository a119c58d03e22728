package auth

import (
	"strings"
	"time"

	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/timestamppb"

	authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"
	"github.com/ventanilla/ventanilla/services/auth/internal/directory"
	"github.com/ventanilla/ventanilla/services/auth/internal/store"
)

func clientToProto(in *directory.Client, now time.Time) *authv1.Client {
	out := &authv1.Client{
		ClientId:             in.ID,
		Name:                 in.Name,
		Family:               in.Family,
		Kind:                 kindToProto(in.Kind),
		DataSet:              dataSetToProto(in.DataSet),
		Scopes:               in.Scopes,
		Audiences:            in.Audiences,
		TokenLife:            durationpb.New(in.TokenLife),
		ResourceScopes:       in.ResourceScopes,
		IntrospectsAll:       in.IntrospectsAll,
		PersonalData:         in.PersonalData,
		IntrospectionMembers: in.Members,
		Disabled:             in.Disabled,
		Epoch:                in.Epoch,
		CreatedAt:            timestamppb.New(in.CreatedAt),
		UpdatedAt:            timestamppb.New(in.UpdatedAt),

		TokenAlgorithm:         algorithmToProto(in.TokenAlgorithm),
		IntrospectionAlgorithm: algorithmToProto(in.IntrospectionAlgorithm),
		PublicKeys:             string(in.PublicKeys),
		Limit:                  limitToProto(in.Limit),
		Origins:                in.Origins,
	}
	if now.Before(in.PreviousSecretUntil) {
		out.PreviousSecretExpiresAt = timestamppb.New(in.PreviousSecretUntil)
	}
	return out
}

func kindFromProto(kind authv1.ClientKind) store.Kind {
	switch kind {
	case authv1.ClientKind_CLIENT_KIND_RESOURCE_SERVER:
		return store.KindResourceServer
	case authv1.ClientKind_CLIENT_KIND_WIDGET:
		return store.KindWidget
	case authv1.ClientKind_CLIENT_KIND_INTERNAL:
		return store.KindInternal
	}
	return store.KindPartner
}

func kindToProto(kind store.Kind) authv1.ClientKind {
	switch kind {
	case store.KindPartner:
		return authv1.ClientKind_CLIENT_KIND_PARTNER
	case store.KindResourceServer:
		return authv1.ClientKind_CLIENT_KIND_RESOURCE_SERVER
	case store.KindWidget:
		return authv1.ClientKind_CLIENT_KIND_WIDGET
	case store.KindInternal:
		return authv1.ClientKind_CLIENT_KIND_INTERNAL
	}
	return authv1.ClientKind_CLIENT_KIND_UNSPECIFIED
}

func algorithmFromProto(algorithm authv1.SignatureAlgorithm) string {
	switch algorithm {
	case authv1.SignatureAlgorithm_SIGNATURE_ALGORITHM_RS256:
		return "RS256"
	case authv1.SignatureAlgorithm_SIGNATURE_ALGORITHM_ES256:
		return "ES256"
	case authv1.SignatureAlgorithm_SIGNATURE_ALGORITHM_EDDSA:
		return "EdDSA"
	}
	return ""
}

func algorithmToProto(algorithm string) authv1.SignatureAlgorithm {
	switch algorithm {
	case "RS256":
		return authv1.SignatureAlgorithm_SIGNATURE_ALGORITHM_RS256
	case "ES256":
		return authv1.SignatureAlgorithm_SIGNATURE_ALGORITHM_ES256
	case "EdDSA":
		return authv1.SignatureAlgorithm_SIGNATURE_ALGORITHM_EDDSA
	}
	return authv1.SignatureAlgorithm_SIGNATURE_ALGORITHM_UNSPECIFIED
}

func limitFromProto(in *authv1.Limit) store.Limit {
	return store.Limit{PerSecond: in.GetPerSecond(), Burst: in.GetBurst()}
}

// limitToProto leaves out the limit that is none.
func limitToProto(in store.Limit) *authv1.Limit {
	if in == (store.Limit{}) {
		return nil
	}
	return &authv1.Limit{PerSecond: in.PerSecond, Burst: in.Burst}
}

func operatorToProto(in store.Operator) *authv1.Operator {
	out := &authv1.Operator{
		Name:      in.Name,
		Disabled:  in.Disabled,
		Epoch:     in.Epoch,
		CreatedAt: timestamppb.New(in.CreatedAt),
	}
	for _, name := range in.Roles {
		out.Roles = append(out.Roles, authv1.OperatorRole(authv1.OperatorRole_value[rolePrefix+strings.ToUpper(name)]))
	}
	return out
}

const rolePrefix = "OPERATOR_ROLE_"

// roleNames are the roles as internal tokens name them: viewer for OPERATOR_ROLE_VIEWER.
func roleNames(roles []authv1.OperatorRole) []string {
	names := make([]string, len(roles))
	for i, role := range roles {
		names[i] = strings.ToLower(strings.TrimPrefix(role.String(), rolePrefix))
	}
	return names
}
