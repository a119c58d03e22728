package identity

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"unicode/utf8"
)

// rowMembers are the members of a row as they are written. One that is absent leaves what is stored as it is; one that is
// empty, an empty text or null, clears it.
type rowMembers []rowMember

// rowMember is a member and its value as JSON.
type rowMember struct {
	name  string
	value []byte
}

func readRow(text []byte, known []string) (rowMembers, error) {
	text = bytes.TrimSpace(text)
	if !utf8.Valid(text) || !json.Valid(text) || text[0] != '{' {
		return nil, &rowError{"", "is not a JSON object"}
	}
	m := make(rowMembers, 0, len(known))
	for name, value := range membersOf(text) {
		i := slices.IndexFunc(known, func(k string) bool { return k == string(name) })
		if i < 0 {
			return nil, &rowError{"", "has a member that is none of: " + strings.Join(known, ", ")}
		}
		if twice := slices.IndexFunc(m, func(one rowMember) bool { return one.name == known[i] }); twice >= 0 {
			m[twice].value = value // the last counts, as encoding/json has it
			continue
		}
		m = append(m, rowMember{known[i], value})
	}
	return m, nil
}

// membersOf yields the names and values of what is known to be a JSON object. A map of encoding/json takes three times as
// long to make.
func membersOf(object []byte) func(yield func(name, value []byte) bool) {
	return func(yield func(name, value []byte) bool) {
		var name []byte
		depth, begin := 0, 0 // where the value begins, 0 before it does
		for at := 0; at < len(object); at++ {
			switch c := object[at]; c {
			case '"':
				end := endOfText(object, at)
				if depth == 1 && begin == 0 {
					name = unquoted(object[at:end])
				}
				at = end - 1
			case ':':
				if depth == 1 {
					begin = at + 1
				}
			case '{', '[':
				depth++
			case ',', '}', ']':
				if depth == 1 && begin > 0 {
					if !yield(name, bytes.TrimSpace(object[begin:at])) {
						return
					}
					begin = 0
				}
				if c != ',' {
					depth--
				}
			}
		}
	}
}

// endOfText is where a text that begins at a place has ended.
func endOfText(object []byte, at int) int {
	for at++; object[at] != '"'; at++ {
		if object[at] == '\\' {
			at++
		}
	}
	return at + 1
}

func unquoted(text []byte) []byte {
	inner := text[1 : len(text)-1]
	if bytes.IndexByte(inner, '\\') < 0 {
		return inner
	}
	var plain string
	if err := json.Unmarshal(text, &plain); err != nil {
		panic(err) // it is valid
	}
	return []byte(plain)
}

func (m rowMembers) has(name string) bool { return m.value(name) != nil }

// value is nil for a member that is absent.
func (m rowMembers) value(name string) []byte {
	for i := range m {
		if m[i].name == name {
			return m[i].value
		}
	}
	return nil
}

// text reads a text. A whole number is taken for its digits, since some write keys as numbers.
func (m rowMembers) text(name string) (string, error) {
	value := m.value(name)
	switch {
	case value == nil || string(value) == "null":
		return "", nil
	case value[0] == '"':
		return string(unquoted(value)), nil
	case len(bytes.Trim(value, "0123456789")) == 0:
		return string(value), nil
	}
	return "", &rowError{name, "must be a text"}
}
