package edgetest

import (
	"slices"
	"strings"

	authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"
)

// served is what a request says about who an endpoint serves.
type served interface {
	GetFamilies() []string
	GetDataSets() []authv1.DataSet
}

// developerOf tells of whom an API key or access token is, and which scopes it has, if the endpoint serves its client.
func developerOf(credential string, endpoint served) (set authv1.DataSet, scopes []string, ok bool) {
	set = authv1.DataSet_DATA_SET_PRODUCTION
	name, isKey := strings.CutPrefix(credential, "vtk_iddi_")
	if !isKey {
		name = strings.TrimSuffix(strings.TrimPrefix(credential, "iddi."), ".token")
	}
	switch name {
	case "basic":
		scopes = []string{"perfil", "catalogo"}
	case "extended":
		scopes = []string{"perfil", "perfil:extendido"}
	case "staging":
		set, scopes = authv1.DataSet_DATA_SET_STAGING, []string{"perfil", "perfil:extendido", "catalogo"}
	case "nothing":
	default:
		return 0, nil, false
	}
	return set, scopes, slices.Contains(endpoint.GetFamilies(), "iddi") && serves(endpoint, set)
}

// serves tells whether an endpoint serves the clients of a data set.
func serves(endpoint served, set authv1.DataSet) bool {
	asked := endpoint.GetDataSets()
	return slices.Contains(asked, set) || len(asked) == 0 && set == authv1.DataSet_DATA_SET_PRODUCTION
}
