package wirejson

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/grpc-ecosystem/grpc-gateway/v2/runtime"
	"google.golang.org/protobuf/proto"
)

// maxDepth bounds the nesting of a JSON body.
const maxDepth = 32

// NewDecoder reads one JSON object into a message. Members are named by
// json_name; unknown ones are ignored and null counts as absent. A member of
// another type is FIELD_INVALID and named by its path. A body that is no UTF-8
// JSON object, nests deeper than 32 or has a member twice is MALFORMED_BODY.
func (*JSON) NewDecoder(r io.Reader) runtime.Decoder {
	return runtime.DecoderFunc(func(v any) error {
		m, ok := v.(proto.Message)
		if !ok {
			return fmt.Errorf("wirejson: %T is not a message", v)
		}
		return decode(r, func(data []byte) error {
			object, err := parseObject(data)
			if err != nil {
				return err
			}
			return assignMessage(m.ProtoReflect(), object, "")
		})
	})
}

// ReadObject reads one JSON object, for a dialect that renames members before Assign reads them: maps, slices, strings, bools,
// json.Numbers and nils. It is nil for an empty body, and fails as a decoder does with MALFORMED_BODY.
func ReadObject(r io.Reader) (object map[string]any, err error) {
	err = decode(r, func(data []byte) (err error) {
		object, err = parseObject(data)
		return err
	})
	return object, err
}

// Assign sets the fields of m from an object as a decoder does.
func Assign(m proto.Message, object map[string]any) error {
	return assignMessage(m.ProtoReflect(), object, "")
}

// parseObject reads data, one JSON object, into maps, slices, strings, bools, json.Numbers and nils.
func parseObject(data []byte) (map[string]any, error) {
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	v, err := parseValue(d, 0)
	if err != nil {
		return nil, err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, malformed("there is more than one JSON value")
	}
	object, ok := v.(map[string]any)
	if !ok {
		return nil, malformed("the body is no JSON object")
	}
	return object, nil
}

func parseValue(d *json.Decoder, depth int) (any, error) {
	t, err := d.Token()
	if err != nil {
		return nil, malformed("the body is no JSON")
	}
	delim, ok := t.(json.Delim)
	if !ok {
		return t, nil
	}
	if depth == maxDepth {
		return nil, malformed("the body nests too deep")
	}
	if delim == '[' {
		return parseArray(d, depth)
	}
	object := make(map[string]any)
	for d.More() {
		t, err := d.Token()
		name, ok := t.(string)
		if err != nil || !ok {
			return nil, malformed("the body is no JSON")
		}
		if _, twice := object[name]; twice {
			return nil, malformed("a member comes twice")
		}
		if object[name], err = parseValue(d, depth+1); err != nil {
			return nil, err
		}
	}
	return object, closing(d)
}

func parseArray(d *json.Decoder, depth int) (any, error) {
	array := []any{}
	for d.More() {
		v, err := parseValue(d, depth+1)
		if err != nil {
			return nil, err
		}
		array = append(array, v)
	}
	return array, closing(d)
}

func closing(d *json.Decoder) error {
	if _, err := d.Token(); err != nil {
		return malformed("the body is no JSON")
	}
	return nil
}
