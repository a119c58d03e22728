package auth

import (
	"strings"

	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/timestamppb"

	authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"
	"github.com/ventanilla/ventanilla/services/auth/internal/directory"
	"github.com/ventanilla/ventanilla/services/auth/internal/store"
)

func clientToProto(in *directory.Client) *authv1.Client {
	return &authv1.Client{
		ClientId:             in.ID,
		Name:                 in.Name,
		Family:               in.Family,
		Kind:                 kindToProto(in.Kind),
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
	}
}

func kindFromProto(kind authv1.ClientKind) store.Kind {
	if kind == authv1.ClientKind_CLIENT_KIND_RESOURCE_SERVER {
		return store.KindResourceServer
	}
	return store.KindPartner
}

func kindToProto(kind store.Kind) authv1.ClientKind {
	switch kind {
	case store.KindPartner:
		return authv1.ClientKind_CLIENT_KIND_PARTNER
	case store.KindResourceServer:
		return authv1.ClientKind_CLIENT_KIND_RESOURCE_SERVER
	}
	return authv1.ClientKind_CLIENT_KIND_UNSPECIFIED
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
