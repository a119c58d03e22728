package edgetest

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

	"github.com/ventanilla/ventanilla/gateway/edge"
	wirev1 "github.com/ventanilla/ventanilla/proto/gen/go/wire/v1"
)

// Object is an object of a document.
type Object = map[string]any

// Document is a family's OpenAPI document that is written by hand, for a test that holds it against the contract.
type Document struct {
	*testing.T
	Object
}

// ReadDocument reads the document that a contract names. folder is the contract's.
func ReadDocument(t *testing.T, folder string, contract protoreflect.FileDescriptor) Document {
	t.Helper()
	name, _ := proto.GetExtension(contract.Options(), wirev1.E_Document).(string)
	text, err := os.ReadFile(folder + "/" + name)
	if err != nil {
		t.Fatal(err)
	}
	d := Document{T: t}
	if err := yaml.Unmarshal(text, &d.Object); err != nil {
		t.Fatal(err)
	}
	return d
}

// At follows a path of names, and references on the way.
func (d Document) At(node any, path ...string) Object {
	d.Helper()
	for _, name := range append([]string{""}, path...) {
		o, ok := node.(Object)
		if name != "" {
			o, ok = o[name].(Object)
		}
		if !ok {
			d.Fatalf("there is no object at %q", path)
		}
		if reference, ok := o["$ref"].(string); ok {
			o = d.At(d.Object, strings.Split(strings.TrimPrefix(reference, "#/"), "/")...)
		}
		node = o
	}
	return node.(Object)
}

// EveryRoute fails unless the document describes the routes, which are by lower-case method and path as it writes them, and
// each as the contracts have it: parameters, members, types, nulls and media types.
func (d Document) EveryRoute(routes map[string]edge.Route, contracts ...protoreflect.FileDescriptor) {
	d.Helper()
	var described []string
	for path, item := range d.At(d.Object, "paths") {
		for method := range item.(Object) {
			if method != "servers" {
				described = append(described, method+" "+path)
			}
		}
	}
	slices.Sort(described)
	if served := slices.Sorted(maps.Keys(routes)); !slices.Equal(described, served) {
		d.Fatalf("described: %q\nserved:    %q", described, served)
	}
	for name, route := range routes {
		method, path, _ := strings.Cut(name, " ")
		d.checkOperation(d.At(d.Object, "paths", path, method), route, contracts)
	}
}

// checkOperation compares an operation with the method of the contract that has the route.
func (d Document) checkOperation(operation Object, route edge.Route, contracts []protoreflect.FileDescriptor) {
	d.Helper()
	method := methodOf(route, contracts)
	if method == nil {
		d.Fatalf("no method has the path %s", route.Path)
	}
	if route.Consumes != nil {
		content := d.At(operation, "requestBody", "content")
		d.SameNames(route.Path+" consumes", slices.Collect(maps.Keys(content)), route.Consumes)
		for _, mediaType := range route.Consumes {
			d.checkMessage(method.Input(), d.At(content, mediaType, "schema"), false)
		}
	} else {
		d.checkParameters(method.Input(), operation, route.Path)
	}
	if method.Output().Fields().Len() == 0 { // there is no body
		status := "204"
		if _, sent := d.At(operation, "responses")["302"]; sent {
			status = "302"
		}
		if _, described := d.At(operation, "responses", status)["content"]; described {
			d.Errorf("%s has a body", route.Path)
		}
		return
	}
	status := "200"
	if _, made := d.At(operation, "responses")["201"]; made {
		status = "201"
	}
	content := d.At(operation, "responses", status, "content")
	d.SameNames(route.Path+" produces", slices.Collect(maps.Keys(content)), append([]string{"application/json"}, route.Produces...))
	d.checkMessage(method.Output(), d.At(content, "application/json", "schema"), true)
}

func methodOf(route edge.Route, contracts []protoreflect.FileDescriptor) protoreflect.MethodDescriptor {
	for _, contract := range contracts {
		for i := range contract.Services().Len() {
			methods := contract.Services().Get(i).Methods()
			for j := range methods.Len() {
				if slices.Contains(httpRules(methods.Get(j).Options()), route.Method+" "+route.Path) {
					return methods.Get(j)
				}
			}
		}
	}
	return nil
}

func (d Document) checkParameters(message protoreflect.MessageDescriptor, operation Object, path string) {
	d.Helper()
	all, _ := operation["parameters"].([]any)
	// Headers that a message does not have are the dialect's own.
	list := slices.DeleteFunc(slices.Clone(all), func(p any) bool { return d.At(p)["in"] == "header" })
	if len(list) != message.Fields().Len() {
		d.Errorf("%s: %d parameters for %d fields", path, len(list), message.Fields().Len())
	}
	for _, parameter := range list {
		name := d.At(parameter)["name"].(string)
		f := message.Fields().ByJSONName(name)
		if f == nil {
			d.Errorf("%s has no field %s", message.FullName(), name)
			continue
		}
		in := "query"
		if strings.Contains(path, "{"+name+"}") {
			in = "path"
		}
		if got := d.At(parameter)["in"]; got != in {
			d.Errorf("%s: %s is in %v, not in the %s", path, name, got, in)
		}
		d.checkType(f, d.At(parameter, "schema"), false)
	}
}

// checkMessage compares the members of a schema with the fields of a message.
func (d Document) checkMessage(message protoreflect.MessageDescriptor, schema Object, answer bool) {
	d.Helper()
	if alternatives, ok := schema["oneOf"].([]any); ok {
		for i, alternative := range alternatives {
			d.checkMessage(message.Fields().Get(i).Message(), d.At(alternative), answer)
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
		d.checkType(f, d.At(schema, "properties", f.JSONName()), answer)
	}
	d.SameNames(string(message.FullName()), slices.Collect(maps.Keys(d.At(schema, "properties"))), names)
	if answer {
		var required []string
		for _, name := range schema["required"].([]any) {
			required = append(required, name.(string))
		}
		d.SameNames(string(message.FullName())+" requires", required, always)
	}
}

var types = map[protoreflect.Kind]string{
	protoreflect.StringKind: "string", protoreflect.BoolKind: "boolean", protoreflect.MessageKind: "object",
	protoreflect.Int32Kind: "integer", protoreflect.Int64Kind: "integer", protoreflect.BytesKind: "string",
	protoreflect.DoubleKind: "number",
}

func (d Document) checkType(f protoreflect.FieldDescriptor, schema Object, answer bool) {
	d.Helper()
	if f.IsMap() {
		if schema["type"] != "object" {
			d.Errorf("%s is an object, not %v", f.FullName(), schema["type"])
		}
		d.checkType(f.MapValue(), d.At(schema, "additionalProperties"), answer)
		return
	}
	if f.IsList() {
		if schema["type"] != "array" {
			d.Errorf("%s is an array, not %v", f.FullName(), schema["type"])
			return
		}
		schema = d.At(schema, "items")
	}
	if f.Message() != nil {
		d.checkMessage(f.Message(), schema, answer)
		return
	}
	want := types[f.Kind()]
	if raw, _ := proto.GetExtension(f.Options(), wirev1.E_Raw).(bool); raw {
		want = "object"
	}
	if nullable, _ := proto.GetExtension(f.Options(), wirev1.E_Nullable).(bool); nullable {
		want = fmt.Sprint([]any{want, "null"})
	}
	got := fmt.Sprint(schema["type"])
	if !answer && want == types[protoreflect.Int64Kind] && got == fmt.Sprint([]any{want, "string"}) {
		got = want // of its digits, or a name
	}
	if !answer && got == fmt.Sprint([]any{want, "null"}) {
		got = want // null is absent
	}
	if got != want {
		d.Errorf("%s is %s, not %s", f.FullName(), want, got)
	}
	if format, _ := schema["format"].(string); f.Kind() == protoreflect.Int32Kind && format != "int32" || f.Kind() == protoreflect.Int64Kind && format != "int64" {
		d.Errorf("%s has the format %q", f.FullName(), format)
	}
}

// SameNames fails unless the names are the same, in any order.
func (d Document) SameNames(what string, got, want []string) {
	d.Helper()
	got, want = slices.Sorted(slices.Values(got)), slices.Sorted(slices.Values(want))
	if !slices.Equal(got, want) {
		d.Errorf("%s: described %q, served %q", what, got, want)
	}
}

// Enum are the values of a schema.
func Enum(schema Object) (values []string) {
	list, _ := schema["enum"].([]any)
	for _, value := range list {
		values = append(values, fmt.Sprint(value))
	}
	return values
}
