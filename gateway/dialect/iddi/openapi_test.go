package iddi_test

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/ventanilla/ventanilla/gateway/dialect/iddi"
	"github.com/ventanilla/ventanilla/gateway/edge"
	"github.com/ventanilla/ventanilla/gateway/edgetest"
)

// folder is the contract's.
const folder = "../../../proto/partner/iddi/v1"

func TestTheOpenAPIDocumentHasEveryRoute(t *testing.T) {
	d := edgetest.ReadDocument(t, folder, contracts[0])
	family, err := iddi.New(nil, nil, nil, "")
	if err != nil {
		t.Fatal(err)
	}
	// Paths stand in the document once, without the prefix of either data set.
	routes := make(map[string]edge.Route)
	for _, route := range family.Routes {
		path := strings.TrimPrefix(strings.TrimPrefix(route.Path, iddi.ProductionPrefix), iddi.StagingPrefix)
		routes[strings.ToLower(route.Method)+" "+path] = route
	}
	d.EveryRoute(routes, contracts...)
}

func TestTheOpenAPIDocumentHasEveryCode(t *testing.T) {
	d := edgetest.ReadDocument(t, folder, contracts[0])
	served := map[string]bool{iddi.BadPath.Code(): true}
	for _, answer := range iddi.Answers {
		served[answer.Code()] = true
	}
	d.SameNames("codes", edgetest.Enum(d.At(d.Object, "components", "schemas", "Codigo")), slices.Collect(maps.Keys(served)))
	status := d.At(d.Object, "components", "schemas", "Estado", "properties")
	d.SameNames("states", edgetest.Enum(d.At(status, "estado")), slices.Collect(maps.Values(iddi.States)))
	d.SameNames("reasons", edgetest.Enum(d.At(status, "motivo")), append(slices.Collect(maps.Values(iddi.RevocationReasons)), "<nil>"))
}
