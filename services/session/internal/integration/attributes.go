package integration

import (
	"encoding/json"
	"slices"
	"strings"
)

// filled tells whether a value is neither null nor blank.
func filled(value json.RawMessage) bool {
	var text *string
	if err := json.Unmarshal(value, &text); err != nil {
		return len(value) > 0 // another type
	}
	return text != nil && strings.TrimSpace(*text) != ""
}

// lacking are the declared attributes that must be filled and are not, in the order of their declaration.
func lacking(declared []Attribute, object map[string]json.RawMessage) (names []string) {
	for _, a := range declared {
		needed := a.Requirement == Mandatory || a.Requirement == Conditional &&
			slices.ContainsFunc(a.DependsOn, func(other string) bool { return filled(object[other]) })
		if needed && !filled(object[a.Name]) {
			names = append(names, a.Name)
		}
	}
	return names
}
