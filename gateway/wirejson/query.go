package wirejson

import (
	"net/url"
	"strconv"
	"strings"
	"unicode/utf8"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
)

// Query reads the query of an address into the single values of m that are not set yet: the path has set the others. A
// parameter is named as its field's json_name; unknown ones are ignored and blank ones count as absent. Those that come
// more than once are FIELD_REPEATED, those that do not parse FIELD_INVALID, each named.
func Query(m proto.Message, query string) error {
	message := m.ProtoReflect()
	var twice, wrong []rpcerr.Option
	seen := make(map[protoreflect.FieldDescriptor]int)
	for pair := range strings.SplitSeq(query, "&") {
		name, text, _ := strings.Cut(pair, "=")
		name, err := url.QueryUnescape(name)
		f := message.Descriptor().Fields().ByJSONName(name)
		if err != nil || f == nil || f.IsList() || f.Message() != nil || seen[f] == 0 && message.Has(f) {
			continue
		}
		seen[f]++
		switch seen[f] {
		case 1:
			if err := setText(message, f, text); err != nil {
				wrong = append(wrong, rpcerr.Field(name, "does not parse"))
			}
		case 2:
			twice = append(twice, rpcerr.Field(name, "may come once"))
		}
	}
	switch {
	case twice != nil:
		return rpcerr.New(errorsv1.Reason_REASON_FIELD_REPEATED, "a parameter is repeated", twice...)
	case wrong != nil:
		return rpcerr.New(errorsv1.Reason_REASON_FIELD_INVALID, "a value has the wrong form", wrong...)
	}
	return nil
}

// setText gives f the value that an encoded text stands for, and none for a blank one.
func setText(message protoreflect.Message, f protoreflect.FieldDescriptor, encoded string) error {
	text, err := url.QueryUnescape(encoded)
	if err != nil || !utf8.ValidString(text) {
		return invalid(f.JSONName(), "is not encoded")
	}
	if strings.TrimSpace(text) == "" {
		return nil
	}
	var v any = text
	if f.Kind() == protoreflect.BoolKind {
		if v, err = strconv.ParseBool(text); err != nil {
			return invalid(f.JSONName(), "is no boolean")
		}
	}
	value, err := parseElement(f, nil, v, f.JSONName())
	if err == nil {
		message.Set(f, value)
	}
	return err
}
