package integration_test

import (
	"bytes"
	"encoding/json"
	"net/url"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/ventanilla/ventanilla/services/session/internal/integration"
)

func FuzzAnswer(f *testing.F) {
	for _, text := range []string{
		`{"a":1.10,"b":{"c":[1e400,null,"x"]}}`, `{"a":1,"a":2}`, `{"a":1,"\u0061":2}`, `[{}]`, `{}`, ` {"a":"\ud800"} `, `{"a":1}{"b":2}`, `nul`, "{\"a\":\"\xff\"}",
		strings.Repeat(`{"a":`, 40) + "1" + strings.Repeat("}", 40), strings.Repeat(`{"a":[`, 16) + strings.Repeat("]}", 16),
	} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		read, err := integration.Object(text)
		if err != nil {
			return
		}
		if !utf8.Valid(read) {
			t.Fatal("what is taken is not UTF-8")
		}
		decoder := json.NewDecoder(bytes.NewReader(read))
		decoder.UseNumber()
		var members map[string]any
		if err := decoder.Decode(&members); err != nil || members == nil {
			t.Fatalf("what is taken is no object: %v", err)
		}
		if depth(members) > 32 {
			t.Fatal("what is taken is too deep")
		}
		// What has a member twice is shorter when it is written anew, with the numbers as they were.
		var compact, again bytes.Buffer
		if err := json.Compact(&compact, read); err != nil {
			t.Fatal(err)
		}
		encoder := json.NewEncoder(&again)
		encoder.SetEscapeHTML(false)
		if err := encoder.Encode(members); err != nil {
			t.Fatal(err)
		}
		if strings.Count(compact.String(), ":") < strings.Count(again.String(), ":") {
			t.Fatalf("%q is written anew as %q", compact.String(), again.String())
		}
	})
}

// depth is how deep objects and lists are in each other.
func depth(value any) int {
	deepest := 0
	switch v := value.(type) {
	case map[string]any:
		for _, inner := range v {
			deepest = max(deepest, depth(inner))
		}
	case []any:
		for _, inner := range v {
			deepest = max(deepest, depth(inner))
		}
	default:
		return 0
	}
	return deepest + 1
}

func FuzzPointer(f *testing.F) {
	for _, seed := range [][2]string{
		{"/data/user", `{"data":{"user":{"a":1}}}`},
		{"", `{}`},
		{"/a~1b/m~0n", `{"a/b":{"m~n":1}}`},
		{"/0/1", `[[1,2]]`},
		{"/00", `[1]`},
		{"/-", `[1]`},
		{"~", `{}`},
		{"/", `{"":1}`},
		{"/~2", `{}`},
		{"/99999999999999999999", `[]`},
		{"/a", `null`},
	} {
		f.Add(seed[0], seed[1])
	}
	f.Fuzz(func(t *testing.T, text, document string) {
		pointer, err := integration.ParsePointer(text)
		if err != nil {
			if len(text) > 8 && strings.Contains(err.Error(), text) {
				t.Error("the error repeats the pointer")
			}
			return
		}
		var again strings.Builder
		for _, token := range pointer {
			again.WriteString("/" + strings.NewReplacer("~", "~0", "/", "~1").Replace(token))
		}
		if again.String() != text {
			t.Errorf("%q is read as %q", text, again.String())
		}
		if !json.Valid([]byte(document)) {
			return
		}
		if found, ok := pointer.Find(json.RawMessage(document)); ok && (!json.Valid(found) || !strings.Contains(document, string(found))) {
			t.Errorf("%q in %q is %q", text, document, found)
		}
	})
}

func FuzzTemplate(f *testing.F) {
	f.Add("{login}:{password}", `ana"}`, "{login}\r\n&a=b")
	f.Add(`{"x":"{unique_key}"}`, `\`, "é%00")
	f.Add("{log{login}in}", "", "")
	f.Fuzz(func(t *testing.T, value, login, password string) {
		if !utf8.ValidString(value) || !utf8.ValidString(login) || !utf8.ValidString(password) {
			return // contracts have none
		}
		filled := integration.Words{Login: login, Password: password, UniqueKey: login}.Fill([]integration.NamedValue{{Name: "a", Value: value}, {Name: "b", Value: "{password}"}})
		if filled[1].Value != password {
			t.Errorf("{password} is %q", filled[1].Value)
		}
		text, err := integration.AsObject(filled)
		if err != nil {
			t.Fatal(err)
		}
		var object map[string]string
		if err := json.Unmarshal(text, &object); err != nil || len(object) != 2 || object["a"] != filled[0].Value || object["b"] != password {
			t.Errorf("%q is in JSON %s", filled, text)
		}
		values, err := url.ParseQuery(integration.AsForm(filled))
		if err != nil || len(values) != 2 || values.Get("a") != filled[0].Value || values.Get("b") != password {
			t.Errorf("%q is in a form %v, %v", filled, values, err)
		}
	})
}
