package mosia_test

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/ventanilla/ventanilla/gateway/dialect/mosia"
	"github.com/ventanilla/ventanilla/gateway/edge"
	"github.com/ventanilla/ventanilla/gateway/edgetest"
)

func document(t *testing.T) edgetest.Document {
	t.Helper()
	return edgetest.ReadDocument(t, "../../../proto/partner/mosia/v1", contracts[0])
}

func TestTheOpenAPIDocumentHasEveryRoute(t *testing.T) {
	routes := make(map[string]edge.Route)
	for _, route := range family(t).Routes {
		routes[strings.ToLower(route.Method)+" "+route.Path] = route
	}
	document(t).EveryRoute(routes, contracts...)
}

func TestTheOpenAPIDocumentHasEveryRelation(t *testing.T) {
	d := document(t)
	described := edgetest.Enum(d.At(d.Object, "components", "schemas", "Membro", "properties", "parentesco"))
	d.SameNames("relations", described, append(slices.Collect(maps.Values(mosia.Relations)), "<nil>"))
}

// TestTheOpenAPIDocumentHasEveryError compares the statuses of errors, all of which but our own failures are described.
func TestTheOpenAPIDocumentHasEveryError(t *testing.T) {
	d := document(t)
	served := map[string]bool{}
	for _, answer := range mosia.Answers {
		served[strconv.Itoa(answer.Status())] = true
	}
	described := map[string]bool{"500": true} // default
	for _, item := range d.At(d.Object, "paths") {
		for method := range d.At(item) {
			for status := range d.At(item, method, "responses") {
				if status != "default" && status >= "400" {
					described[status] = true
				}
			}
		}
	}
	d.SameNames("errors", slices.Collect(maps.Keys(described)), slices.Collect(maps.Keys(served)))
}
