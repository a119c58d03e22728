package catalogfile

import (
	"encoding/json"
	"fmt"
	"regexp"

	"buf.build/gen/go/bufbuild/protovalidate/protocolbuffers/go/buf/validate"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	benefitsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/benefits/v1"
)

// object is a JSON object.
type object = map[string]any

// Schema returns the JSON schema of a file (draft 7, which editors know), made from the contract and its rules.
func Schema() ([]byte, error) {
	schema := messageSchema((&benefitsv1.ImportRequest{}).ProtoReflect().Descriptor())
	schema["$schema"] = "http://json-schema.org/draft-07/schema#"
	schema["title"] = "A part of the catalogue of benefits"
	text, err := json.MarshalIndent(schema, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("writing the schema: %w", err)
	}
	return append(text, '\n'), nil
}

func messageSchema(message protoreflect.MessageDescriptor) object {
	properties, required := object{}, []string{}
	for field := range fields(message) {
		rules, _ := proto.GetExtension(field.Options(), validate.E_Field).(*validate.FieldRules)
		properties[keyOf(field)] = fieldSchema(field, rules)
		if needed(field, rules) {
			required = append(required, keyOf(field))
		}
	}
	schema := object{"type": "object", "additionalProperties": false, "properties": properties}
	if len(required) > 0 {
		schema["required"] = required
	}
	return schema
}

func fieldSchema(field protoreflect.FieldDescriptor, rules *validate.FieldRules) object {
	switch {
	case field.IsList():
		list := rules.GetRepeated()
		schema := object{"type": "array", "items": valueSchema(field, list.GetItems())}
		bound(schema, "minItems", list.GetMinItems())
		bound(schema, "maxItems", list.GetMaxItems())
		if list.GetUnique() {
			schema["uniqueItems"] = true
		}
		return schema
	case field.IsMap():
		entries := rules.GetMap()
		schema := object{
			"type": "object", "required": []string{"es"}, "additionalProperties": valueSchema(field.MapValue(), entries.GetValues()),
			"propertyNames": object{"pattern": entries.GetKeys().GetString().GetPattern()},
		}
		bound(schema, "maxProperties", entries.GetMaxPairs())
		return schema
	default:
		return valueSchema(field, rules)
	}
}

func valueSchema(field protoreflect.FieldDescriptor, rules *validate.FieldRules) object {
	switch field.Kind() {
	case protoreflect.MessageKind:
		if field.Message().FullName() == structName {
			return object{"type": "object", "additionalProperties": object{
				"type": []string{"boolean", "number", "string", "array"}, "items": object{"type": "string"},
			}}
		}
		return messageSchema(field.Message())
	case protoreflect.EnumKind:
		return object{"enum": words(field.Enum())}
	case protoreflect.StringKind:
		schema := object{"type": "string"}
		bound(schema, "minLength", rules.GetString().GetMinLen())
		bound(schema, "maxLength", rules.GetString().GetMaxLen())
		if pattern := rules.GetString().GetPattern(); pattern != "" {
			schema["pattern"] = pattern
		} else if prefix := rules.GetString().GetPrefix(); prefix != "" {
			schema["pattern"] = "^" + regexp.QuoteMeta(prefix)
		}
		return schema
	default:
		schema := object{"type": "integer"}
		if rules.GetInt64().HasGt() {
			schema["exclusiveMinimum"] = rules.GetInt64().GetGt()
		}
		return schema
	}
}

func bound(schema object, name string, value uint64) {
	if value > 0 {
		schema[name] = value
	}
}

// needed tells whether a rule refuses what is left out.
func needed(field protoreflect.FieldDescriptor, rules *validate.FieldRules) bool {
	switch text := rules.GetString(); {
	case field.IsList():
		return rules.GetRepeated().GetMinItems() > 0
	case field.IsMap():
		return rules.GetMap().GetMinPairs() > 0
	case field.Kind() == protoreflect.EnumKind:
		return len(rules.GetEnum().GetNotIn()) > 0
	case text.GetPattern() != "":
		return !regexp.MustCompile(text.GetPattern()).MatchString("")
	default:
		return text.GetMinLen() > 0 || text.GetPrefix() != ""
	}
}
