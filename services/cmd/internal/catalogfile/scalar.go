package catalogfile

import (
	"math"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/known/structpb"
)

const structName = "google.protobuf.Struct"

// maxWhole is the greatest whole number that a JSON number keeps.
const maxWhole = 1 << 53

// text reads a text. Days and numbers are texts as they are written; what YAML takes for a truth value or for nothing is none.
func (r *reader) text(node *yaml.Node, path string) (string, bool) {
	if !r.is(node, path, yaml.ScalarNode, "a text") {
		return "", false
	}
	switch node.ShortTag() {
	case "!!bool", "!!null":
		r.fault(node, path, "must be a text: put it in quotes, or leave the key out")
		return "", false
	}
	return strings.TrimRight(node.Value, "\n"), true // blocks "|" and ">" end with a line
}

func (r *reader) number(into *protoreflect.Value, kind protoreflect.Kind, node *yaml.Node, path string) bool {
	if !r.is(node, path, yaml.ScalarNode, "a whole number") {
		return false
	}
	bits := 64
	if kind == protoreflect.Int32Kind {
		bits = 32
	}
	number, err := strconv.ParseInt(node.Value, 10, bits)
	if err != nil || node.ShortTag() != "!!int" {
		r.fault(node, path, "must be a whole number")
		return false
	}
	*into = protoreflect.ValueOfInt64(number)
	if bits == 32 {
		*into = protoreflect.ValueOfInt32(int32(number))
	}
	return true
}

// facts reads the facts of an example: truth values, numbers, texts and lists of texts by their names.
func (r *reader) facts(into protoreflect.Message, node *yaml.Node, path string) {
	facts := into.Interface().(*structpb.Struct)
	facts.Fields = map[string]*structpb.Value{}
	r.pairs(node, path, func(key, value *yaml.Node) {
		at := path + "[" + strconv.Quote(key.Value) + "]"
		r.places[at] = Place{r.file, value.Line}
		if fact := r.fact(value, at); fact != nil {
			facts.Fields[key.Value] = fact
		}
	})
}

func (r *reader) fact(node *yaml.Node, path string) *structpb.Value {
	if node.Kind == yaml.SequenceNode {
		list := &structpb.ListValue{}
		if !r.is(node, path, yaml.SequenceNode, "") {
			return nil
		}
		for _, item := range node.Content {
			text, _ := r.text(item, path)
			list.Values = append(list.Values, structpb.NewStringValue(text))
		}
		return structpb.NewListValue(list)
	}
	if !r.is(node, path, yaml.ScalarNode, "true, false, a number, a text or a list of texts") {
		return nil
	}
	switch node.ShortTag() {
	case "!!null":
		r.fault(node, path, "has no value: leave it out to say that it is unknown")
	case "!!bool":
		return structpb.NewBoolValue(strings.EqualFold(node.Value, "true"))
	case "!!int", "!!float":
		var number float64
		if err := node.Decode(&number); err != nil || math.IsNaN(number) || math.Abs(number) > maxWhole {
			r.fault(node, path, "must be a number between -2^53 and 2^53")
			return nil
		}
		return structpb.NewNumberValue(number)
	default:
		return structpb.NewStringValue(node.Value)
	}
	return nil
}
