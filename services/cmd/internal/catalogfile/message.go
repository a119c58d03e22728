package catalogfile

import (
	"bytes"
	"errors"
	"fmt"
	"time"

	"go.yaml.in/yaml/v3"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/known/durationpb"
)

const durationName = "google.protobuf.Duration"

// ReadMessage reads a file's text, YAML or JSON, into a message of another contract: keys and words follow from the contract as those
// of a catalogue do. It fails with all that is wrong, each fault with its line.
func ReadMessage(name string, text []byte, into proto.Message) error {
	root, err := parse(name, text, into.ProtoReflect().Descriptor())
	if err != nil {
		return err
	}
	reader := &reader{file: name, places: map[string]Place{}}
	reader.message(into.ProtoReflect(), root, "")
	return errors.Join(reader.faults...)
}

// WriteMessage returns a message as a file, which reads as the same again.
func WriteMessage(message proto.Message) ([]byte, error) {
	var text bytes.Buffer
	encoder := yaml.NewEncoder(&text)
	encoder.SetIndent(2)
	if err := encoder.Encode(messageNode(message.ProtoReflect())); err != nil {
		return nil, fmt.Errorf("writing a %s: %w", message.ProtoReflect().Descriptor().Name(), err)
	}
	return text.Bytes(), nil
}

// truth reads a truth value.
func (r *reader) truth(into *protoreflect.Value, node *yaml.Node, path string) bool {
	if !r.is(node, path, yaml.ScalarNode, "true or false") {
		return false
	}
	var value bool
	if node.ShortTag() != "!!bool" || node.Decode(&value) != nil {
		r.fault(node, path, "must be true or false")
		return false
	}
	*into = protoreflect.ValueOfBool(value)
	return true
}

// duration reads a duration as "90s" or "5m".
func (r *reader) duration(into protoreflect.Message, node *yaml.Node, path string) bool {
	if !r.is(node, path, yaml.ScalarNode, "a duration") {
		return false
	}
	value, err := time.ParseDuration(node.Value)
	if err != nil {
		r.fault(node, path, "must be a duration: 90s, 5m or 1h")
		return false
	}
	proto.Merge(into.Interface(), durationpb.New(value))
	return true
}
