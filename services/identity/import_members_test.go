package identity_test

import (
	"encoding/json"
	"maps"
	"slices"
	"testing"
	"unicode/utf8"

	"github.com/ventanilla/ventanilla/services/identity"
)

// Members are what encoding/json takes them for.
func FuzzRowMembers(f *testing.F) {
	for _, row := range []string{
		`{}`, ` { } `, `null`, `[1]`, `{"a":1}`, `{"a" : "x:,{}[]" , "b":[1,{"a":2}],"c":{"a":{"b":null}}}`, `{"a":1,"a":2}`,
		`{"\u0061":"\"\\","b":null}`, `{"a":"\\"}`, `{"a":"\ud800"}`, `{"a":1}x`, `{"a":1,}`, "{\"a\":\"\xff\"}", "{\"\":1}", `{"é":1}`,
	} {
		f.Add(row)
	}
	f.Fuzz(func(t *testing.T, row string) {
		var want map[string]json.RawMessage
		good := utf8.ValidString(row) && json.Unmarshal([]byte(row), &want) == nil && want != nil
		got, err := identity.RowMembers([]byte(row), slices.Collect(maps.Keys(want)))
		if good != (err == nil) {
			t.Fatalf("%q: %v", row, err)
		}
		if len(got) != len(want) {
			t.Errorf("%q: got %q", row, got)
		}
		for name, value := range want {
			if got[name] != string(value) {
				t.Errorf("%q: %q is %q, want %q", row, name, got[name], value)
			}
		}
	})
}
