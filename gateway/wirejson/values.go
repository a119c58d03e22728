package wirejson

import (
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"unicode/utf8"

	"google.golang.org/protobuf/types/known/structpb"
)

var (
	errNotUTF8 = errors.New("a string is not UTF-8")
	errNotJSON = errors.New("a raw string is no JSON")
)

const hexDigits = "0123456789abcdef"

// appendString quotes s, escaping only what RFC 8259 (section 7) demands.
func appendString(b []byte, s string) ([]byte, error) {
	if !utf8.ValidString(s) {
		return nil, errNotUTF8
	}
	b = append(b, '"')
	start := 0
	for i := range len(s) {
		c := s[i]
		if c >= ' ' && c != '"' && c != '\\' {
			continue
		}
		b = append(b, s[start:i]...)
		start = i + 1
		switch c {
		case '"', '\\':
			b = append(b, '\\', c)
		case '\n':
			b = append(b, '\\', 'n')
		case '\r':
			b = append(b, '\\', 'r')
		case '\t':
			b = append(b, '\\', 't')
		default:
			b = append(b, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&0xf])
		}
	}
	b = append(b, s[start:]...)
	return append(b, '"'), nil
}

// appendRaw writes text, which is JSON, as it is.
func appendRaw(b []byte, text string) ([]byte, error) {
	if !utf8.ValidString(text) {
		return nil, errNotUTF8
	}
	if !json.Valid([]byte(text)) {
		return nil, errNotJSON
	}
	return append(b, text...), nil
}

// appendStruct writes the members of s in the order of their names, without braces, leaving out those in skip.
func appendStruct(b []byte, s *structpb.Struct, skip map[string]bool) ([]byte, error) {
	first := true
	for _, name := range slices.Sorted(maps.Keys(s.GetFields())) {
		if skip[name] {
			continue
		}
		if !first {
			b = append(b, ',')
		}
		first = false
		var err error
		if b, err = appendString(b, name); err != nil {
			return nil, err
		}
		if b, err = appendValue(append(b, ':'), s.GetFields()[name]); err != nil {
			return nil, err
		}
	}
	return b, nil
}

func appendList(b []byte, l *structpb.ListValue) ([]byte, error) {
	b = append(b, '[')
	for i, v := range l.GetValues() {
		if i > 0 {
			b = append(b, ',')
		}
		var err error
		if b, err = appendValue(b, v); err != nil {
			return nil, err
		}
	}
	return append(b, ']'), nil
}

func appendValue(b []byte, v *structpb.Value) ([]byte, error) {
	switch k := v.GetKind().(type) {
	case *structpb.Value_BoolValue:
		if k.BoolValue {
			return append(b, "true"...), nil
		}
		return append(b, "false"...), nil
	case *structpb.Value_NumberValue:
		return appendFloat(b, k.NumberValue, 64)
	case *structpb.Value_StringValue:
		return appendString(b, k.StringValue)
	case *structpb.Value_ListValue:
		return appendList(b, k.ListValue)
	case *structpb.Value_StructValue:
		b, err := appendStruct(append(b, '{'), k.StructValue, nil)
		return append(b, '}'), err
	default:
		return append(b, "null"...), nil
	}
}
