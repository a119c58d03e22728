package wirejson

import (
	"encoding/base64"
	"encoding/json"
	"math"
	"strconv"

	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/known/structpb"
)

// assignMessage sets the fields of m from a parsed object. path names m for errors: "" or "a.b.".
func assignMessage(m protoreflect.Message, object map[string]any, path string) error {
	fields := m.Descriptor().Fields()
	for i := range fields.Len() {
		f := fields.Get(i)
		v, ok := object[f.JSONName()]
		if !ok || v == nil {
			continue
		}
		if err := assignField(m, f, v, path+f.JSONName()); err != nil {
			return err
		}
	}
	return nil
}

func assignField(m protoreflect.Message, f protoreflect.FieldDescriptor, v any, path string) error {
	switch {
	case f.IsMap():
		object, ok := v.(map[string]any)
		if !ok || f.MapKey().Kind() != protoreflect.StringKind {
			return invalid(path, "is no object")
		}
		for name, element := range object {
			value, err := parseElement(f.MapValue(), m.Mutable(f).Map().NewValue, element, path)
			if err != nil {
				return err
			}
			m.Mutable(f).Map().Set(protoreflect.ValueOfString(name).MapKey(), value)
		}
		return nil
	case f.IsList():
		array, ok := v.([]any)
		if !ok {
			return invalid(path, "is no array")
		}
		list := m.Mutable(f).List()
		for i, element := range array {
			value, err := parseElement(f, list.NewElement, element, path+"["+strconv.Itoa(i)+"]")
			if err != nil {
				return err
			}
			list.Append(value)
		}
		return nil
	}
	value, err := parseElement(f, func() protoreflect.Value { return m.NewField(f) }, v, path)
	if err == nil {
		m.Set(f, value)
	}
	return err
}

// parseElement is v as a value of f's kind; fresh makes an empty message where f is one.
func parseElement(f protoreflect.FieldDescriptor, fresh func() protoreflect.Value, v any, path string) (protoreflect.Value, error) {
	switch f.Kind() {
	case protoreflect.MessageKind:
		element := fresh()
		return element, assignElement(element.Message(), v, path)
	case protoreflect.StringKind:
		if s, ok := v.(string); ok {
			return protoreflect.ValueOfString(s), nil
		}
		return protoreflect.Value{}, invalid(path, "is no string")
	case protoreflect.BoolKind:
		if b, ok := v.(bool); ok {
			return protoreflect.ValueOfBool(b), nil
		}
		return protoreflect.Value{}, invalid(path, "is no boolean")
	case protoreflect.BytesKind:
		s, _ := v.(string)
		b, err := base64.StdEncoding.Strict().DecodeString(s)
		if _, ok := v.(string); !ok || err != nil {
			return protoreflect.Value{}, invalid(path, "is no base64 string")
		}
		return protoreflect.ValueOfBytes(b), nil
	case protoreflect.EnumKind:
		if s, ok := v.(string); ok {
			if d := f.Enum().Values().ByName(protoreflect.Name(s)); d != nil {
				return protoreflect.ValueOfEnum(d.Number()), nil
			}
		}
		return protoreflect.Value{}, invalid(path, "is none of the values")
	default:
		return parseNumber(f.Kind(), v, path)
	}
}

// assignElement fills a nested message, or one of the types that stand for any JSON.
func assignElement(m protoreflect.Message, v any, path string) error {
	switch into := m.Interface().(type) {
	case *structpb.Value:
		value, err := structpb.NewValue(plain(v))
		if err != nil {
			return invalid(path, "is no JSON value")
		}
		into.Kind = value.GetKind()
		return nil
	case *structpb.Struct:
		if object, ok := plain(v).(map[string]any); ok {
			if s, err := structpb.NewStruct(object); err == nil {
				into.Fields = s.GetFields()
				return nil
			}
		}
		return invalid(path, "is no object")
	case *structpb.ListValue:
		if array, ok := plain(v).([]any); ok {
			if l, err := structpb.NewList(array); err == nil {
				into.Values = l.GetValues()
				return nil
			}
		}
		return invalid(path, "is no array")
	}
	if m.Descriptor().ParentFile().Package() == wellKnown {
		text, err := json.Marshal(v)
		if err != nil || protojson.Unmarshal(text, m.Interface()) != nil {
			return invalid(path, "has the wrong form")
		}
		return nil
	}
	object, ok := v.(map[string]any)
	if !ok {
		return invalid(path, "is no object")
	}
	return assignMessage(m, object, path+".")
}

// plain is v with numbers as structpb wants them.
func plain(v any) any {
	switch v := v.(type) {
	case json.Number:
		f, err := v.Float64()
		if err != nil {
			return v // out of range: structpb refuses it
		}
		return f
	case map[string]any:
		object := make(map[string]any, len(v))
		for name, member := range v {
			object[name] = plain(member)
		}
		return object
	case []any:
		array := make([]any, len(v))
		for i, element := range v {
			array[i] = plain(element)
		}
		return array
	default:
		return v
	}
}

// parseNumber takes a JSON number, or its digits in a string as old clients send them.
func parseNumber(kind protoreflect.Kind, v any, path string) (protoreflect.Value, error) {
	text, ok := v.(string)
	if n, isNumber := v.(json.Number); isNumber {
		text, ok = n.String(), true
	}
	var value protoreflect.Value
	var err error
	switch kind {
	case protoreflect.Int32Kind, protoreflect.Sint32Kind, protoreflect.Sfixed32Kind:
		var n int64
		n, err = strconv.ParseInt(text, 10, 32)
		value = protoreflect.ValueOfInt32(int32(n))
	case protoreflect.Int64Kind, protoreflect.Sint64Kind, protoreflect.Sfixed64Kind:
		var n int64
		n, err = strconv.ParseInt(text, 10, 64)
		value = protoreflect.ValueOfInt64(n)
	case protoreflect.Uint32Kind, protoreflect.Fixed32Kind:
		var n uint64
		n, err = strconv.ParseUint(text, 10, 32)
		value = protoreflect.ValueOfUint32(uint32(n))
	case protoreflect.Uint64Kind, protoreflect.Fixed64Kind:
		var n uint64
		n, err = strconv.ParseUint(text, 10, 64)
		value = protoreflect.ValueOfUint64(n)
	case protoreflect.FloatKind, protoreflect.DoubleKind:
		var f float64
		f, err = strconv.ParseFloat(text, 64)
		if math.IsNaN(f) || math.IsInf(f, 0) {
			ok = false
		}
		value = protoreflect.ValueOfFloat64(f)
		if kind == protoreflect.FloatKind {
			value = protoreflect.ValueOfFloat32(float32(f))
		}
	default:
		ok = false
	}
	if !ok || err != nil {
		return protoreflect.Value{}, invalid(path, "is no number of its range")
	}
	return value, nil
}
