package wirejson

import (
	"bytes"
	"fmt"
	"io"
	"maps"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/grpc-ecosystem/grpc-gateway/v2/runtime"
	"github.com/grpc-ecosystem/grpc-gateway/v2/utilities"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
)

// FormMediaType is the media type that Form reads.
const FormMediaType = "application/x-www-form-urlencoded"

// maxParameters bounds the parameters of a form.
const maxParameters = 256

// Form is a grpc-gateway marshaler that reads forms and writes JSON.
type Form struct {
	*JSON
}

var _ runtime.Marshaler = Form{}

var noFilter = utilities.NewDoubleArray(nil)

// NewDecoder reads a form into a message. A parameter is named as its field's
// json_name; unknown ones are ignored. One that may come once and comes more
// often is FIELD_REPEATED, one that does not parse FIELD_INVALID, a body that
// is no UTF-8 form MALFORMED_BODY.
func (Form) NewDecoder(r io.Reader) runtime.Decoder {
	return runtime.DecoderFunc(func(v any) error {
		m, ok := v.(proto.Message)
		if !ok {
			return fmt.Errorf("wirejson: %T is not a message", v)
		}
		return decode(r, func(data []byte) error { return parseForm(m, string(data)) })
	})
}

// Unmarshal reads a form into a message; see NewDecoder.
func (f Form) Unmarshal(data []byte, v any) error {
	return f.NewDecoder(bytes.NewReader(data)).Decode(v)
}

func parseForm(m proto.Message, body string) error {
	if strings.Count(body, "&") >= maxParameters {
		return malformed("the form has too many parameters")
	}
	values, err := url.ParseQuery(body)
	if err != nil {
		return malformed("the body is no form")
	}
	for _, name := range slices.Sorted(maps.Keys(values)) {
		field := resolve(m.ProtoReflect().Descriptor(), name)
		if field == nil {
			continue
		}
		if err := setParameter(m, field, name, values[name]); err != nil {
			return err
		}
	}
	return nil
}

func setParameter(m proto.Message, field protoreflect.FieldDescriptor, name string, values []string) error {
	if !field.IsList() && len(values) > 1 {
		return rpcerr.New(errorsv1.Reason_REASON_FIELD_REPEATED, "a parameter is repeated", rpcerr.Field(name, "may come once"))
	}
	for _, value := range values {
		if !utf8.ValidString(value) {
			return malformed("the form is not UTF-8")
		}
	}
	text := field.Kind() == protoreflect.StringKind
	switch {
	case field.IsList():
	case text && field.JSONName() == name:
		m.ProtoReflect().Set(field, protoreflect.ValueOfString(values[0])) // as the library would, only at once
		return nil
	case !text && strings.TrimSpace(values[0]) == "":
		return nil // a parameter without a value is none (RFC 6749, 3.2)
	}
	if err := runtime.PopulateQueryParameters(m, url.Values{name: values}, noFilter); err != nil {
		return invalid(name, "does not parse")
	}
	return nil
}

// resolve is the field that a dotted name means, nil for none.
func resolve(d protoreflect.MessageDescriptor, name string) protoreflect.FieldDescriptor {
	name, rest, nested := strings.Cut(name, ".")
	field := d.Fields().ByJSONName(name)
	if field == nil || !nested {
		return field
	}
	if field.Message() == nil || field.IsList() || field.IsMap() || field.Message().ParentFile().Package() == wellKnown {
		return nil
	}
	return resolve(field.Message(), rest)
}
