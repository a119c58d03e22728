package catalogfile

import (
	"cmp"
	"maps"
	"math"
	"slices"
	"strconv"
	"time"

	"go.yaml.in/yaml/v3"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/structpb"

	benefitsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/benefits/v1"
)

// Write returns a part of a catalogue as a file, which reads as the same again. Keys are in the contract's order, languages with
// Spanish first.
func Write(part *benefitsv1.ImportRequest) ([]byte, error) {
	return WriteMessage(part)
}

func mapping() *yaml.Node { return &yaml.Node{Kind: yaml.MappingNode} }

// messageNode has what is set of a message.
func messageNode(message protoreflect.Message) *yaml.Node {
	node := mapping()
	for field := range fields(message.Descriptor()) {
		if message.Has(field) {
			node.Content = append(node.Content, textNode(keyOf(field)), fieldNode(field, message.Get(field)))
		}
	}
	return node
}

func fieldNode(field protoreflect.FieldDescriptor, value protoreflect.Value) *yaml.Node {
	switch {
	case field.IsList():
		node := &yaml.Node{Kind: yaml.SequenceNode}
		for i := range value.List().Len() {
			node.Content = append(node.Content, valueNode(field, value.List().Get(i)))
		}
		if field.Kind() != protoreflect.MessageKind {
			node.Style = yaml.FlowStyle
		}
		return node
	case field.IsMap():
		entries := map[string]protoreflect.Value{}
		value.Map().Range(func(key protoreflect.MapKey, value protoreflect.Value) bool {
			entries[key.String()] = value
			return true
		})
		node := mapping()
		for _, language := range slices.SortedFunc(maps.Keys(entries), spanishFirst) {
			node.Content = append(node.Content, textNode(language), valueNode(field.MapValue(), entries[language]))
		}
		return node
	default:
		return valueNode(field, value)
	}
}

func spanishFirst(a, b string) int {
	return cmp.Or(-cmp.Compare(rank(a), rank(b)), cmp.Compare(a, b))
}

func rank(language string) int {
	if language == "es" {
		return 1
	}
	return 0
}

func valueNode(field protoreflect.FieldDescriptor, value protoreflect.Value) *yaml.Node {
	switch field.Kind() {
	case protoreflect.MessageKind:
		switch message := value.Message().Interface().(type) {
		case *structpb.Struct:
			return factsNode(message)
		case *durationpb.Duration:
			return textNode(message.AsDuration().String())
		}
		return messageNode(value.Message())
	case protoreflect.BoolKind:
		return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!bool", Value: strconv.FormatBool(value.Bool())}
	case protoreflect.EnumKind:
		return textNode(wordOf(field.Enum().Values().ByNumber(value.Enum())))
	case protoreflect.StringKind:
		return textNode(value.String())
	default:
		return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!int", Value: strconv.FormatInt(value.Int(), 10)}
	}
}

// textNode is a text, in quotes where YAML would take it for something else. Days are read as texts without them.
func textNode(text string) *yaml.Node {
	node := &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: text}
	if _, err := time.Parse(time.DateOnly, text); err == nil {
		node.Tag = "!!timestamp"
	}
	return node
}

// factsNode has the facts of an example on one line.
func factsNode(facts *structpb.Struct) *yaml.Node {
	node := mapping()
	node.Style = yaml.FlowStyle
	for _, name := range slices.Sorted(maps.Keys(facts.GetFields())) {
		node.Content = append(node.Content, textNode(name), factNode(facts.GetFields()[name]))
	}
	return node
}

func factNode(value *structpb.Value) *yaml.Node {
	switch kind := value.GetKind().(type) {
	case *structpb.Value_BoolValue:
		return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!bool", Value: strconv.FormatBool(kind.BoolValue)}
	case *structpb.Value_NumberValue:
		return numberNode(kind.NumberValue)
	case *structpb.Value_ListValue:
		node := &yaml.Node{Kind: yaml.SequenceNode, Style: yaml.FlowStyle}
		for _, item := range kind.ListValue.GetValues() {
			node.Content = append(node.Content, textNode(item.GetStringValue()))
		}
		return node
	default:
		return textNode(value.GetStringValue())
	}
}

func numberNode(number float64) *yaml.Node {
	node := &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!float", Value: strconv.FormatFloat(number, 'g', -1, 64)}
	if number == math.Trunc(number) && math.Abs(number) <= maxWhole {
		node.Tag, node.Value = "!!int", strconv.FormatInt(int64(number), 10)
	}
	return node
}
