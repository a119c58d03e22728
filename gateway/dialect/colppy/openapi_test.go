package colppy_test

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"google.golang.org/protobuf/proto"

	"github.com/ventanilla/ventanilla/gateway/dialect/colppy"
	"github.com/ventanilla/ventanilla/gateway/edgetest"
	colppyv1 "github.com/ventanilla/ventanilla/proto/gen/go/colppy/v1"
)

// The envelope of the document is the contract's. What is in parameters and data is the index's to tell.
func TestTheOpenAPIDocumentHasTheEnvelope(t *testing.T) {
	d := edgetest.ReadDocument(t, "../../../proto/partner/colppy/v1", colppyv1.File_colppy_v1_service_proto)
	family, err := colppy.New(nil, nil, nil, colppy.Config{})
	if err != nil {
		t.Fatal(err)
	}
	var served []string
	for _, route := range family.Routes {
		served = append(served, strings.ToLower(route.Method))
	}
	d.SameNames("methods", slices.Collect(maps.Keys(d.At(d.Object, "paths", colppy.Path))), served)
	for schema, message := range map[string]proto.Message{"Solicitud": &colppyv1.ExecuteRequest{}, "Respuesta": &colppyv1.ExecuteResponse{}} {
		checkMembers(d, schema, d.At(d.Object, "components", "schemas", schema), message)
	}
}

// checkMembers compares the members of a schema, and of what is in it, with a message of the envelope.
func checkMembers(d edgetest.Document, name string, schema edgetest.Object, message proto.Message) {
	d.Helper()
	var members []string
	fields := message.ProtoReflect().Descriptor().Fields()
	for i := range fields.Len() {
		f := fields.Get(i)
		members = append(members, f.JSONName())
		if f.Message() != nil && f.Message().ParentFile().Package() == "colppy.v1" {
			checkMembers(d, name+"."+f.JSONName(), d.At(schema, "properties", f.JSONName()), message.ProtoReflect().NewField(f).Message().Interface())
		}
	}
	d.SameNames(name, slices.Collect(maps.Keys(d.At(schema, "properties"))), members)
}
