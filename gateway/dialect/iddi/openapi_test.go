package iddi_test

import (
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/ventanilla/ventanilla/gateway/dialect/iddi"
	"github.com/ventanilla/ventanilla/gateway/edge"
	wirev1 "github.com/ventanilla/ventanilla/proto/gen/go/wire/v1"
)

type object = map[string]any

// document is the family's OpenAPI document with what tests ask of it.
type document struct {
	*testing.T
	object
}

func readDocument(t *testing.T) document {
	t.Helper()
	name, _ := proto.GetExtension(contracts[0].Options(), wirev1.E_Document).(string)
	text, err := os.ReadFile("../../../proto/partner/iddi/v1/" + name)
	if err != nil {
		t.Fatal(err)
	}
	d := document{T: t}
	if err := yaml.Unmarshal(text, &d.object); err != nil {
		t.Fatal(err)
	}
	return d
}

// at follows a path of names, and references on the way.
func (d document) at(node any, path ...string) object {
	d.Helper()
	for _, name := range append([]string{""}, path...) {
		o, ok := node.(object)
		if name != "" {
			o, ok = o[name].(object)
		}
		if !ok {
			d.Fatalf("there is no object at %q", path)
		}
		if reference, ok := o["$ref"].(string); ok {
			o = d.at(d.object, strings.Split(strings.TrimPrefix(reference, "#/"), "/")...)
		}
		node = o
	}
	return node.(object)
}

func TestTheOpenAPIDocumentHasEveryRoute(t *testing.T) {
	d := readDocument(t)
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
	var described []string
	for path, item := range d.at(d.object, "paths") {
		for method := range item.(object) {
			if method != "servers" {
				described = append(described, method+" "+path)
			}
		}
	}
	slices.Sort(described)
	if served := slices.Sorted(maps.Keys(routes)); !slices.Equal(described, served) {
		t.Fatalf("described: %q\nserved:    %q", described, served)
	}
	for name, route := range routes {
		method, path, _ := strings.Cut(name, " ")
		d.checkOperation(d.at(d.object, "paths", path, method), route)
	}
}

// checkOperation compares an operation with the method of the contract that has the route.
func (d document) checkOperation(operation object, route edge.Route) {
	d.Helper()
	method := methodOf(route)
	if method == nil {
		d.Fatalf("no method has the path %s", route.Path)
	}
	if route.Consumes != nil {
		content := d.at(operation, "requestBody", "content")
		d.sameNames(route.Path+" consumes", slices.Collect(maps.Keys(content)), route.Consumes)
		for _, mediaType := range route.Consumes {
			d.checkMessage(method.Input(), d.at(content, mediaType, "schema"), false)
		}
	} else {
		d.checkParameters(method.Input(), operation, route.Path)
	}
	content := d.at(operation, "responses", "200", "content")
	d.sameNames(route.Path+" produces", slices.Collect(maps.Keys(content)), append([]string{"application/json"}, route.Produces...))
	d.checkMessage(method.Output(), d.at(content, "application/json", "schema"), true)
}

func methodOf(route edge.Route) protoreflect.MethodDescriptor {
	for _, contract := range contracts {
		for i := range contract.Services().Len() {
			methods := contract.Services().Get(i).Methods()
			for j := range methods.Len() {
				// A route is in the text of its method's google.api.http.
				if strings.Contains(fmt.Sprint(methods.Get(j).Options()), fmt.Sprintf("%q", route.Path)) {
					return methods.Get(j)
				}
			}
		}
	}
	return nil
}

func (d document) checkParameters(message protoreflect.MessageDescriptor, operation object, path string) {
	d.Helper()
	list, _ := operation["parameters"].([]any)
	if len(list) != message.Fields().Len() {
		d.Errorf("%s: %d parameters for %d fields", path, len(list), message.Fields().Len())
	}
	for _, parameter := range list {
		name := d.at(parameter)["name"].(string)
		f := message.Fields().ByJSONName(name)
		if f == nil {
			d.Errorf("%s has no field %s", message.FullName(), name)
			continue
		}
		in := "query"
		if strings.Contains(path, "{"+name+"}") {
			in = "path"
		}
		if got := d.at(parameter)["in"]; got != in {
			d.Errorf("%s: %s is in %v, not in the %s", path, name, got, in)
		}
		d.checkType(f, d.at(parameter, "schema"), false)
	}
}

// checkMessage compares the members of a schema with the fields of a message.
func (d document) checkMessage(message protoreflect.MessageDescriptor, schema object, answer bool) {
	d.Helper()
	if alternatives, ok := schema["oneOf"].([]any); ok {
		for i, alternative := range alternatives {
			d.checkMessage(message.Fields().Get(i).Message(), d.at(alternative), answer)
		}
		if len(alternatives) != message.Fields().Len() {
			d.Errorf("%d alternatives for %s", len(alternatives), message.FullName())
		}
		return
	}
	var names, always []string
	for i := range message.Fields().Len() {
		f := message.Fields().Get(i)
		if instead, _ := proto.GetExtension(f.Options(), wirev1.E_Instead).(string); instead != "" {
			continue
		}
		nullable, _ := proto.GetExtension(f.Options(), wirev1.E_Nullable).(bool)
		names = append(names, f.JSONName())
		if nullable || !f.HasOptionalKeyword() {
			always = append(always, f.JSONName())
		}
		d.checkType(f, d.at(schema, "properties", f.JSONName()), answer)
	}
	d.sameNames(string(message.FullName()), slices.Collect(maps.Keys(d.at(schema, "properties"))), names)
	if answer {
		var required []string
		for _, name := range schema["required"].([]any) {
			required = append(required, name.(string))
		}
		d.sameNames(string(message.FullName())+" requires", required, always)
	}
}

var types = map[protoreflect.Kind]string{
	protoreflect.StringKind: "string", protoreflect.BoolKind: "boolean", protoreflect.MessageKind: "object",
	protoreflect.Int32Kind: "integer", protoreflect.Int64Kind: "integer",
}

func (d document) checkType(f protoreflect.FieldDescriptor, schema object, answer bool) {
	d.Helper()
	if f.IsList() {
		if schema["type"] != "array" {
			d.Errorf("%s is an array, not %v", f.FullName(), schema["type"])
			return
		}
		schema = d.at(schema, "items")
	}
	if f.Message() != nil {
		d.checkMessage(f.Message(), schema, answer)
		return
	}
	want := types[f.Kind()]
	if nullable, _ := proto.GetExtension(f.Options(), wirev1.E_Nullable).(bool); nullable {
		want = fmt.Sprint([]any{want, "null"})
	}
	if got := fmt.Sprint(schema["type"]); got != want {
		d.Errorf("%s is %s, not %s", f.FullName(), want, got)
	}
	if format, _ := schema["format"].(string); f.Kind() == protoreflect.Int32Kind && format != "int32" || f.Kind() == protoreflect.Int64Kind && format != "int64" {
		d.Errorf("%s has the format %q", f.FullName(), format)
	}
}

func (d document) sameNames(what string, got, want []string) {
	d.Helper()
	got, want = slices.Sorted(slices.Values(got)), slices.Sorted(slices.Values(want))
	if !slices.Equal(got, want) {
		d.Errorf("%s: described %q, served %q", what, got, want)
	}
}

func TestTheOpenAPIDocumentHasEveryCode(t *testing.T) {
	d := readDocument(t)
	served := map[string]bool{iddi.BadPath.Code(): true}
	for _, answer := range iddi.Answers {
		served[answer.Code()] = true
	}
	d.sameNames("codes", enum(d.at(d.object, "components", "schemas", "Codigo")), slices.Collect(maps.Keys(served)))
	status := d.at(d.object, "components", "schemas", "Estado", "properties")
	d.sameNames("states", enum(d.at(status, "estado")), slices.Collect(maps.Values(iddi.States)))
	d.sameNames("reasons", enum(d.at(status, "motivo")), append(slices.Collect(maps.Values(iddi.RevocationReasons)), "<nil>"))
}

func enum(schema object) (values []string) {
	list, _ := schema["enum"].([]any)
	for _, value := range list {
		values = append(values, fmt.Sprint(value))
	}
	return values
}
