package cmp_test

import (
	"strings"
	"testing"

	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/ventanilla/ventanilla/gateway/dialect/cmp"
	"github.com/ventanilla/ventanilla/gateway/edge"
	"github.com/ventanilla/ventanilla/gateway/edgetest"
	cmpv1 "github.com/ventanilla/ventanilla/proto/gen/go/cmp/v1"
)

// contracts are the family's.
var contracts = []protoreflect.FileDescriptor{
	cmpv1.File_cmp_v1_oauth_proto, cmpv1.File_cmp_v1_widget_token_proto, cmpv1.File_cmp_v1_benefits_proto, cmpv1.File_cmp_v1_widget_proto,
}

func TestTheOpenAPIDocumentHasEveryRoute(t *testing.T) {
	d := edgetest.ReadDocument(t, "../../../proto/partner/cmp/v1", contracts[0])
	family, err := cmp.New(nil, nil, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	routes := make(map[string]edge.Route)
	for _, route := range family.Routes {
		routes[strings.ToLower(route.Method)+" "+route.Path] = route
	}
	d.EveryRoute(routes, contracts...)
}
