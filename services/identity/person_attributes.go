package identity

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"slices"

	"github.com/ventanilla/ventanilla/pkg/rpcerr"

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
	if err := checkAttribute(field, structpb.NewStructValue(in), maxAttributeDepth); err != nil {
		return nil, err
	}
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(in.AsMap()); err != nil {
		return nil, fmt.Errorf("encoding attributes: %w", err)
	}
	encoded := bytes.TrimSuffix(text.Bytes(), []byte("\n"))
	if len(encoded) > maxAttributes {
		return nil, rpcerr.Invalid(field, "must not be longer than 16 KiB as JSON")
	}
	return encoded, nil
}

// checkAttribute refuses what has more than so many levels, and numbers that JSON has not.
func checkAttribute(field string, value *structpb.Value, levels int) error {
	var inner []*structpb.Value
	switch kind := value.GetKind().(type) {
	case *structpb.Value_NumberValue:
		if math.IsNaN(kind.NumberValue) || math.IsInf(kind.NumberValue, 0) {
			return rpcerr.Invalid(field, "must not hold a number that is infinite or none")
		}
		return nil
	case *structpb.Value_StructValue:
		inner = slices.Collect(maps.Values(kind.StructValue.GetFields()))
	case *structpb.Value_ListValue:
		inner = kind.ListValue.GetValues()
	default:
		return nil
	}
	if levels == 0 {
		return rpcerr.Invalid(field, fmt.Sprintf("must not have more than %d levels", maxAttributeDepth))
	}
	for _, one := range inner {
		if err := checkAttribute(field, one, levels-1); err != nil {
			return err
		}
	}
	return nil
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
