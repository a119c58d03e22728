package catalogfile

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
	"google.golang.org/protobuf/reflect/protoreflect"
)

// reader reads a file's nodes into messages. Where something is wrong it notes a fault and goes on.
type reader struct {
	file   string
	places map[string]Place
	faults []error
}

func (r *reader) fault(node *yaml.Node, path, format string, args ...any) {
	if len(r.faults) == maxFaults {
		return
	}
	text := fmt.Sprintf(format, args...)
	if path != "" {
		text = path + ": " + text
	}
	r.faults = append(r.faults, fmt.Errorf("%s:%d:%d: %s", r.file, node.Line, node.Column, text))
}

// is tells whether a node is of a kind, and notes a fault when it is not.
func (r *reader) is(node *yaml.Node, path string, kind yaml.Kind, wanted string) bool {
	switch {
	case node.Kind == yaml.AliasNode || node.Anchor != "":
		r.fault(node, path, "anchors and aliases are not read: write it out")
	case node.Style&yaml.TaggedStyle != 0:
		r.fault(node, path, "tags are not read: leave %q out", node.Tag)
	case node.Kind != kind:
		r.fault(node, path, "must be %s", wanted)
	default:
		return true
	}
	return false
}

// pairs goes through the keys of a mapping, which must be texts that differ.
func (r *reader) pairs(node *yaml.Node, path string, each func(key, value *yaml.Node)) {
	if !r.is(node, path, yaml.MappingNode, "a mapping: lines \"key: value\"") {
		return
	}
	lines := map[string]int{}
	for i := 0; i+1 < len(node.Content); i += 2 {
		key, value := node.Content[i], node.Content[i+1]
		if !r.is(key, path, yaml.ScalarNode, "a mapping whose keys are words") {
			continue
		}
		if line, twice := lines[key.Value]; twice {
			r.fault(key, path, "the key %q is here again; it is on line %d already", key.Value, line)
			continue
		}
		lines[key.Value] = key.Line
		each(key, value)
	}
}

// message reads a mapping into a message, whose path in the request is given. What it has already in lists stays.
func (r *reader) message(into protoreflect.Message, node *yaml.Node, path string) {
	r.pairs(node, path, func(key, value *yaml.Node) {
		field := fieldOf(into.Descriptor(), key.Value)
		if field == nil {
			r.fault(key, path, "there is no key %q here; the keys are %s", key.Value,
				strings.Join(slices.Collect(keys(into.Descriptor())), ", "))
			return
		}
		r.field(into, field, value, under(path, string(field.Name())))
	})
}

func under(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}

func (r *reader) field(into protoreflect.Message, field protoreflect.FieldDescriptor, node *yaml.Node, path string) {
	if _, known := r.places[path]; !known {
		r.places[path] = Place{r.file, node.Line}
	}
	switch {
	case field.IsList():
		if !r.is(node, path, yaml.SequenceNode, "a list: lines \"- value\"") {
			return
		}
		list := into.Mutable(field).List()
		for _, item := range node.Content {
			at := path + "[" + strconv.Itoa(list.Len()) + "]"
			value := list.NewElement()
			r.places[at] = Place{r.file, item.Line}
			if r.value(&value, field, item, at) {
				list.Append(value)
			}
		}
	case field.IsMap():
		entries := into.Mutable(field).Map()
		r.pairs(node, path, func(key, item *yaml.Node) {
			at := path + "[" + strconv.Quote(key.Value) + "]"
			value := entries.NewValue()
			r.places[at] = Place{r.file, item.Line}
			if r.value(&value, field.MapValue(), item, at) {
				entries.Set(protoreflect.ValueOfString(key.Value).MapKey(), value)
			}
		})
	default:
		value := into.NewField(field)
		if r.value(&value, field, node, path) {
			into.Set(field, value)
		}
	}
}

// value reads one value of a field; false when it is none. An element of a list that has faults is one nevertheless, so that those
// behind it keep their numbers.
func (r *reader) value(into *protoreflect.Value, field protoreflect.FieldDescriptor, node *yaml.Node, path string) bool {
	switch field.Kind() {
	case protoreflect.MessageKind:
		switch field.Message().FullName() {
		case structName:
			r.facts(into.Message(), node, path)
		case durationName:
			return r.duration(into.Message(), node, path)
		default:
			r.message(into.Message(), node, path)
		}
		return true
	case protoreflect.BoolKind:
		return r.truth(into, node, path)
	case protoreflect.EnumKind:
		number, known := valueOf(field.Enum(), node.Value)
		if !r.is(node, path, yaml.ScalarNode, "a word") {
			return false
		}
		if !known {
			r.fault(node, path, "must be one of %s", strings.Join(words(field.Enum()), ", "))
		}
		*into = protoreflect.ValueOfEnum(number)
		return known
	case protoreflect.StringKind:
		text, ok := r.text(node, path)
		*into = protoreflect.ValueOfString(text)
		return ok
	default: // a whole number
		return r.number(into, field.Kind(), node, path)
	}
}
