package edgetest

import (
	"slices"
	"strings"
	"testing"

	"buf.build/gen/go/bufbuild/protovalidate/protocolbuffers/go/buf/validate"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/ventanilla/ventanilla/gateway/dialect"
	"github.com/ventanilla/ventanilla/gateway/edge"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
	wirev1 "github.com/ventanilla/ventanilla/proto/gen/go/wire/v1"
)

// EveryReason fails unless answers has each reason that calls of a dialect can give, and nothing else: those that any
// service may give but to operators only, and those of the services that the dialect calls.
func EveryReason[A any](t *testing.T, answers map[errorsv1.Reason]A, services ...string) {
	t.Helper()
	values := errorsv1.Reason(0).Descriptor().Values()
	for i := range values.Len() {
		options := values.Get(i).Options()
		service, _ := proto.GetExtension(options, errorsv1.E_Service).(string)
		also, _ := proto.GetExtension(options, errorsv1.E_AlsoService).(string)
		operatorsOnly, _ := proto.GetExtension(options, errorsv1.E_OperatorsOnly).(bool)
		given := !operatorsOnly && (service == "" || slices.Contains(services, service) || also != "" && slices.Contains(services, also))
		if _, answered := answers[errorsv1.Reason(values.Get(i).Number())]; answered != given {
			t.Errorf("%s: can be given: %t, has an answer: %t", values.Get(i).Name(), given, answered)
		}
	}
}

// EveryField fails unless fields names each validated field of its request, and no field that there is not. Names of others are of
// those that the service checks by itself.
func EveryField(t *testing.T, fields dialect.Fields) {
	t.Helper()
	validated := make(map[string]bool)
	collect(fields.Request.ProtoReflect().Descriptor(), "", validated)
	for path, checked := range validated {
		if _, ok := fields.Names[path]; checked && !ok {
			t.Errorf("%s.%s has no name", fields.Request.ProtoReflect().Descriptor().FullName(), path)
		}
	}
	for path := range fields.Names {
		if _, there := validated[path]; !there {
			t.Errorf("there is no %s.%s", fields.Request.ProtoReflect().Descriptor().FullName(), path)
		}
	}
}

func collect(message protoreflect.MessageDescriptor, prefix string, validated map[string]bool) {
	fields := message.Fields()
	for i := range fields.Len() {
		f := fields.Get(i)
		path := prefix + string(f.Name())
		validated[path] = proto.HasExtension(f.Options(), validate.E_Field)
		if m := f.Message(); m != nil && strings.HasPrefix(string(m.FullName()), "ventanilla.") && m != message {
			collect(m, path+".", validated)
		}
	}
}

// EveryRoute fails unless the family's routes are those that the methods of contract are annotated with, by
// google.api.http and wire.v1.consumes, and produce what their answers have by wire.v1.instead, or lines when they stream.
func EveryRoute(t *testing.T, family edge.Family, contracts ...protoreflect.FileDescriptor) {
	t.Helper()
	var annotated, mounted []string
	for _, contract := range contracts {
		for i := range contract.Services().Len() {
			methods := contract.Services().Get(i).Methods()
			for j := range methods.Len() {
				options := methods.Get(j).Options()
				consumes, _ := proto.GetExtension(options, wirev1.E_Consumes).([]string)
				for _, rule := range httpRules(options) {
					annotated = append(annotated, describe(rule, consumes, produces(methods.Get(j))))
				}
			}
		}
	}
	for _, route := range family.Routes {
		mounted = append(mounted, describe(route.Method+" "+route.Path, route.Consumes, append(slices.Clone(route.Produces), route.Only)))
	}
	slices.Sort(annotated)
	slices.Sort(mounted)
	if !slices.Equal(annotated, mounted) {
		t.Errorf("annotated: %q\nmounted:   %q", annotated, mounted)
	}
}

// httpRules are the methods and paths of a google.api.http annotation. They are found by name, so that this module needs
// no package of annotations.
func httpRules(options proto.Message) (rules []string) {
	options.ProtoReflect().Range(func(option protoreflect.FieldDescriptor, value protoreflect.Value) bool {
		if option.FullName() != "google.api.http" {
			return true
		}
		rules = append(rules, httpRule(value.Message()))
		more := value.Message().Get(value.Message().Descriptor().Fields().ByName("additional_bindings")).List()
		for i := range more.Len() {
			rules = append(rules, httpRule(more.Get(i).Message()))
		}
		return false
	})
	return rules
}

func httpRule(rule protoreflect.Message) string {
	pattern := rule.WhichOneof(rule.Descriptor().Oneofs().ByName("pattern"))
	return strings.ToUpper(string(pattern.Name())) + " " + rule.Get(pattern).String()
}

// produces are the media types that stand instead of JSON for the answer of a method, and "" unless it has lines; where an answer has
// nothing else, the first of them is the last.
func produces(method protoreflect.MethodDescriptor) (mediaTypes []string) {
	message := method.Output()
	for i := range message.Fields().Len() {
		if mediaType, _ := proto.GetExtension(message.Fields().Get(i).Options(), wirev1.E_Instead).(string); mediaType != "" {
			mediaTypes = append(mediaTypes, mediaType)
		}
	}
	if method.IsStreamingServer() {
		return append(mediaTypes, dialect.LinesMediaType)
	}
	if len(mediaTypes) > 0 && len(mediaTypes) == message.Fields().Len() {
		return append(mediaTypes[1:], mediaTypes[0])
	}
	return append(mediaTypes, "")
}

func describe(rule string, consumes, produces []string) string {
	return rule + " " + strings.Join(slices.Sorted(slices.Values(consumes)), ", ") + " to " + strings.Join(produces, ", ")
}
