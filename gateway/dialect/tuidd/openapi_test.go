package tuidd_test

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/ventanilla/ventanilla/gateway/dialect/tuidd"
	"github.com/ventanilla/ventanilla/gateway/edge"
	"github.com/ventanilla/ventanilla/gateway/edgetest"
	tuiddv1 "github.com/ventanilla/ventanilla/proto/gen/go/tuidd/v1"
	notificationsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/notifications/v1"
)

func document(t *testing.T) edgetest.Document {
	t.Helper()
	return edgetest.ReadDocument(t, "../../../proto/partner/tuidd/v1", tuiddv1.File_tuidd_v1_services_proto)
}

func TestTheOpenAPIDocumentHasEveryRoute(t *testing.T) {
	family, err := tuidd.New(nil, nil, nil, "")
	if err != nil {
		t.Fatal(err)
	}
	routes := make(map[string]edge.Route)
	for _, route := range family.Routes {
		if route.Path != tuidd.TokenInfoPath { // has a document of its own, which is generated
			routes[strings.ToLower(route.Method)+" "+route.Path] = route
		}
	}
	document(t).EveryRoute(routes, tuiddv1.File_tuidd_v1_services_proto)
}

func TestTheOpenAPIDocumentHasEveryWord(t *testing.T) {
	d := document(t)
	schemas := d.At(d.Object, "components", "schemas")
	words := func(names map[int32]string, prefix string, change func(string) string) (all []string) {
		for number, name := range names {
			if number != 0 {
				all = append(all, change(strings.TrimPrefix(name, prefix)))
			}
		}
		return all
	}
	same := func(name string) string { return name }
	d.SameNames("statuses", edgetest.Enum(d.At(schemas, "Status")), words(notificationsv1.Status_name, "STATUS_", strings.ToLower))
	d.SameNames("channels", edgetest.Enum(d.At(schemas, "Channel")), append(words(notificationsv1.Channel_name, "CHANNEL_", same), "<nil>"))
	d.SameNames("outcomes", edgetest.Enum(d.At(schemas, "Outcome")), append(words(notificationsv1.Outcome_name, "OUTCOME_", strings.ToLower), "<nil>"))
	d.SameNames("kinds", edgetest.Enum(d.At(schemas, "Kind")), slices.Collect(maps.Values(tuidd.Kinds)))
}

// TestTheOpenAPIDocumentHasEveryError compares the statuses of errors, all of which but our own failures are described.
func TestTheOpenAPIDocumentHasEveryError(t *testing.T) {
	d := document(t)
	served := map[string]bool{}
	for _, answer := range tuidd.Answers {
		served[strconv.Itoa(answer.Status())] = true
	}
	described := map[string]bool{"500": true} // default
	for _, item := range d.At(d.Object, "paths") {
		for method := range d.At(item) {
			for status := range d.At(item, method, "responses") {
				if status != "default" && status[0] != '2' {
					described[status] = true
				}
			}
		}
	}
	d.SameNames("errors", slices.Collect(maps.Keys(described)), slices.Collect(maps.Keys(served)))
}
