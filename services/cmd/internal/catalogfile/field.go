package catalogfile

import (
	"iter"
	"slices"
	"strings"

	"google.golang.org/protobuf/reflect/protoreflect"
)

// derived is a member that the service sets, which no file has.
const derived = "derived"

// keyOf is how a file names a field: as the contract does, but for what identifies its message, which is "id".
func keyOf(field protoreflect.FieldDescriptor) string {
	own := strings.ToLower(string(field.Parent().Name())) + "_id"
	if string(field.Name()) == own {
		return "id"
	}
	return string(field.Name())
}

// fields are those that a file may have, in the contract's order.
func fields(message protoreflect.MessageDescriptor) iter.Seq[protoreflect.FieldDescriptor] {
	return func(yield func(protoreflect.FieldDescriptor) bool) {
		for i := range message.Fields().Len() {
			if field := message.Fields().Get(i); field.Name() != derived && !yield(field) {
				return
			}
		}
	}
}

func keys(message protoreflect.MessageDescriptor) iter.Seq[string] {
	return func(yield func(string) bool) {
		for field := range fields(message) {
			if !yield(keyOf(field)) {
				return
			}
		}
	}
}

// fieldOf is the field that a key names; nil for none.
func fieldOf(message protoreflect.MessageDescriptor, key string) protoreflect.FieldDescriptor {
	for field := range fields(message) {
		if keyOf(field) == key {
			return field
		}
	}
	return nil
}

// wordOf is how a file writes a value of an enumeration: without the prefix, in lower case.
func wordOf(value protoreflect.EnumValueDescriptor) string {
	enum := value.Parent().(protoreflect.EnumDescriptor)
	var prefix strings.Builder // FactType's is FACT_TYPE_
	for i, letter := range string(enum.Name()) {
		if i > 0 && letter >= 'A' && letter <= 'Z' {
			prefix.WriteByte('_')
		}
		prefix.WriteRune(letter)
	}
	return strings.ToLower(strings.TrimPrefix(string(value.Name()), strings.ToUpper(prefix.String())+"_"))
}

// words are those of an enumeration, without that for no value.
func words(enum protoreflect.EnumDescriptor) []string {
	var all []string
	for i := range enum.Values().Len() {
		if value := enum.Values().Get(i); value.Number() != 0 {
			all = append(all, wordOf(value))
		}
	}
	return all
}

// valueOf is the number that a word stands for.
func valueOf(enum protoreflect.EnumDescriptor, word string) (protoreflect.EnumNumber, bool) {
	if !slices.Contains(words(enum), word) {
		return 0, false
	}
	for i := range enum.Values().Len() {
		if value := enum.Values().Get(i); wordOf(value) == word {
			return value.Number(), true
		}
	}
	return 0, false
}
