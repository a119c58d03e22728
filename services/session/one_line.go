package session

import (
	"strings"
	"unicode"

	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/ventanilla/ventanilla/pkg/rpcerr"
)

// inOneLine refuses texts of a record that have control characters; path is the record's in the request.
func inOneLine(path string, record protoreflect.Message) error {
	fields := record.Descriptor().Fields()
	for i := range fields.Len() {
		field := fields.Get(i)
		at := path + "." + string(field.Name())
		switch {
		case field.IsList() || !record.Has(field):
		case field.Kind() == protoreflect.StringKind:
			if strings.ContainsFunc(record.Get(field).String(), unicode.IsControl) {
				return rpcerr.Invalid(at, "must not have control characters")
			}
		case field.Kind() == protoreflect.MessageKind:
			if err := inOneLine(at, record.Get(field).Message()); err != nil {
				return err
			}
		}
	}
	return nil
}
