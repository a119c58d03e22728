package colppy

import (
	"encoding/json"
	"strconv"
	"strings"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/ventanilla/ventanilla/gateway/oauth"
	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	colppyv1 "github.com/ventanilla/ventanilla/proto/gen/go/colppy/v1"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
)

// loosen gives an object's members the types of the fields that they are for, where what clients send means the same: numbers and
// booleans for texts, blank texts for numbers and lists, {} for an empty list, and [] for an object, which is how PHP writes an empty one.
func loosen(of protoreflect.MessageDescriptor, object map[string]any) map[string]any {
	out := make(map[string]any, len(object))
	for name, value := range object {
		if f := of.Fields().ByJSONName(name); f != nil {
			value = loosenValue(f, value)
		}
		out[name] = value
	}
	return out
}

func loosenValue(f protoreflect.FieldDescriptor, value any) any {
	blank, isText := value.(string)
	isBlank := isText && oauth.Blank(blank)
	if f.IsList() {
		array, ok := value.([]any)
		if object, isObject := value.(map[string]any); !ok && (isBlank || isObject && len(object) == 0) {
			return nil
		}
		if !ok {
			return value
		}
		out := make([]any, len(array))
		for i, element := range array {
			out[i] = loosenElement(f, element)
		}
		return out
	}
	if f.Kind() != protoreflect.StringKind && isBlank {
		return nil
	}
	return loosenElement(f, value)
}

func loosenElement(f protoreflect.FieldDescriptor, value any) any {
	switch v := value.(type) {
	case json.Number:
		if f.Kind() == protoreflect.StringKind {
			return v.String()
		}
	case bool:
		if f.Kind() == protoreflect.StringKind {
			return flag(v)
		}
	case string:
		if f.Kind() == protoreflect.Int32Kind || f.Kind() == protoreflect.Int64Kind {
			return strings.TrimSpace(v)
		}
	case map[string]any:
		if f.Message() != nil {
			return loosen(f.Message(), v)
		}
	case []any:
		if f.Message() != nil && len(v) == 0 {
			return map[string]any{}
		}
	}
	return value
}

// flag is a boolean as the family writes it.
func flag(b bool) string {
	if b {
		return "1"
	}
	return "0"
}

// require fails unless what the contract requires is there, naming all that is not.
func require(m protoreflect.Message, path string) error {
	var lacking []rpcerr.Option
	collectMissing(m, path, &lacking)
	if len(lacking) > 0 {
		return rpcerr.New(errorsv1.Reason_REASON_FIELD_MISSING, "parameters are missing", lacking...)
	}
	return nil
}

func collectMissing(m protoreflect.Message, path string, lacking *[]rpcerr.Option) {
	fields := m.Descriptor().Fields()
	for i := range fields.Len() {
		f := fields.Get(i)
		required, _ := proto.GetExtension(f.Options(), colppyv1.E_Required).(bool)
		if required && absent(m, f) {
			*lacking = append(*lacking, rpcerr.Field(path+f.JSONName(), "is required"))
			continue
		}
		switch {
		case f.Message() == nil || !m.Has(f):
		case f.IsList():
			for j := range m.Get(f).List().Len() {
				collectMissing(m.Get(f).List().Get(j).Message(), path+f.JSONName()+"["+strconv.Itoa(j)+"].", lacking)
			}
		default:
			collectMissing(m.Get(f).Message(), path+f.JSONName()+".", lacking)
		}
	}
}

// absent tells whether a field has no value, or a blank one.
func absent(m protoreflect.Message, f protoreflect.FieldDescriptor) bool {
	return !m.Has(f) || f.Kind() == protoreflect.StringKind && !f.IsList() && oauth.Blank(m.Get(f).String())
}
