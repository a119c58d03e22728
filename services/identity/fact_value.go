package identity

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"strings"

	"github.com/ventanilla/ventanilla/pkg/rpcerr"

	"google.golang.org/protobuf/types/known/structpb"

	identityv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/identity/v1"
	"github.com/ventanilla/ventanilla/services/identity/internal/store"
)

// maxFactValue bounds a fact's value, in bytes of JSON.
const maxFactValue = 4 << 10

// factValue is a value as it is stored: JSON, or nothing for null.
func factValue(field string, in *structpb.Value) (string, error) {
	switch kind := in.GetKind().(type) {
	case *structpb.Value_NullValue:
		return "", nil
	case *structpb.Value_ListValue:
		for _, element := range kind.ListValue.GetValues() {
			if !scalar(element) {
				return "", rpcerr.Invalid(field, "a list has numbers, strings and booleans only")
			}
		}
	default:
		if !scalar(in) {
			return "", rpcerr.Invalid(field, "must be a number, a string, a boolean, a list of these, or null")
		}
	}
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(in.AsInterface()); err != nil {
		return "", fmt.Errorf("encoding a fact: %w", err)
	}
	if text.Len() > maxFactValue+1 {
		return "", rpcerr.Invalid(field, "must not be longer than 4 KiB")
	}
	return strings.TrimSuffix(text.String(), "\n"), nil
}

func scalar(in *structpb.Value) bool {
	switch kind := in.GetKind().(type) {
	case *structpb.Value_NumberValue:
		return !math.IsNaN(kind.NumberValue) && !math.IsInf(kind.NumberValue, 0)
	case *structpb.Value_StringValue, *structpb.Value_BoolValue:
		return true
	}
	return false
}

func factToProto(in store.Fact) (*identityv1.Fact, error) {
	value, err := factValueToProto(in.Value)
	return &identityv1.Fact{Name: in.Name, Value: value, Statement: statementToProto(in.Statement)}, err
}

// factValueToProto reads a value as factValue stores it.
func factValueToProto(text string) (*structpb.Value, error) {
	value := &structpb.Value{}
	if err := value.UnmarshalJSON([]byte(text)); err != nil {
		return nil, fmt.Errorf("reading a fact: %w", err)
	}
	return value, nil
}
