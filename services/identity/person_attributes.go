package identity

import (
	"bytes"
	"encoding/json"
	"fmt"

	"google.golang.org/protobuf/types/known/structpb"
)

const (
	// maxAttributes bounds the attributes of a person, in bytes of JSON.
	maxAttributes = 16 << 10
	// maxAttributeDepth is how many objects and lists may be within each other.
	maxAttributeDepth = 8
)

// attributesFromProto is the text of a JSON object with the members' types as they came, or nothing.
func attributesFromProto(field string, in *structpb.Struct) (json.RawMessage, error) {
	if len(in.GetFields()) == 0 {
		return nil, nil
	}
	if depth(structpb.NewStructValue(in), maxAttributeDepth) > maxAttributeDepth {
		return nil, invalid(field, fmt.Sprintf("must not have more than %d levels", maxAttributeDepth))
	}
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(in.AsMap()); err != nil {
		return nil, invalid(field, "must hold numbers that JSON has")
	}
	encoded := bytes.TrimSuffix(text.Bytes(), []byte("\n"))
	if len(encoded) > maxAttributes {
		return nil, invalid(field, "must not be longer than 16 KiB as JSON")
	}
	return encoded, nil
}

// depth counts the levels of a value. It goes one deeper than most, and no further.
func depth(value *structpb.Value, most int) int {
	var inner []*structpb.Value
	switch kind := value.GetKind().(type) {
	case *structpb.Value_StructValue:
		for _, member := range kind.StructValue.GetFields() {
			inner = append(inner, member)
		}
	case *structpb.Value_ListValue:
		inner = kind.ListValue.GetValues()
	default:
		return 0
	}
	if most == 0 {
		return 1
	}
	deepest := 0
	for _, one := range inner {
		deepest = max(deepest, depth(one, most-1))
	}
	return 1 + deepest
}

func attributesToProto(text json.RawMessage) (*structpb.Struct, error) {
	if len(text) == 0 {
		return nil, nil
	}
	out := &structpb.Struct{}
	if err := out.UnmarshalJSON(text); err != nil {
		return nil, fmt.Errorf("reading attributes: %w", err)
	}
	return out, nil
}
