package template_test

import (
	"errors"
	"fmt"
	"maps"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"

	"github.com/ventanilla/ventanilla/services/notifications/internal/template"
)

func wantField(t *testing.T, err error, want string) {
	t.Helper()
	if got, is := errors.AsType[*template.Error](err); !is || got.Field != want || got.Description == "" {
		t.Errorf("got %v, want one about %s", err, want)
	}
}

func TestTextsThatAreRefused(t *testing.T) {
	lengths := func(of ...any) map[string]int32 {
		all := map[string]int32{}
		for i := 0; i < len(of); i += 2 {
			all[of[i].(string)] = int32(of[i+1].(int))
		}
		return all
	}
	for name, c := range map[string]struct {
		title, message string
		lengths        map[string]int32
		field          string
	}{
		"a placeholder that is not declared":  {"Hola", "{{name}}", nil, "message"},
		"one in the title":                    {"{{name}}", "Hola", lengths("other", 3), "title"},
		"one that is not used":                {"Hola", "Adiós", lengths("name", 3), "lengths.name"},
		"a title that may be too long":        {"Hola {{name}}", "Hola", lengths("name", 28), "title"},
		"a title that is too long":            {strings.Repeat("ñ", 33), "Hola", nil, "title"},
		"a message that may be too long":      {"Hola", strings.Repeat("ñ", 160) + "{{name}}", lengths("name", 7), "message"},
		"one used twice":                      {"Hola", "{{name}}{{name}}", lengths("name", 84), "message"},
		"a blank title":                       {" \t\u00a0", "Hola", nil, "title"},
		"an empty message":                    {"Hola", "", nil, "message"},
		"a placeholder that is open":          {"Hola", "{{name", lengths("name", 3), "message"},
		"one with spaces":                     {"Hola", "{{ name }}", lengths("name", 3), "message"},
		"one with capitals":                   {"Hola", "{{Name}}", lengths("Name", 3), "message"},
		"one without a name":                  {"Hola", "{{}}", nil, "message"},
		"one with a name that is too long":    {"Hola", "{{" + strings.Repeat("a", 65) + "}}", nil, "message"},
		"braces in braces":                    {"Hola", "{{{name}}}", lengths("name", 3), "message"},
		"braces that only close":              {"Hola", "name}}", nil, "message"},
		"braces that close behind another":    {"Hola", "{{name}} name}}", lengths("name", 3), "message"},
		"a length of nothing":                 {"Hola", "{{name}}", lengths("name", 0), "lengths.name"},
		"a length that would make room":       {"Hola {{a}}", "{{b}}", lengths("a", -100, "b", 3), "lengths.a"},
		"more than one that is not used":      {"Hola", "Hola", lengths("b", 1, "a", 1), "lengths.a"},
		"another's markup as a placeholder":   {"Hola", "{{.Name}}", nil, "message"},
		"a placeholder over two placeholders": {"Hola", "{{a{{b}}", lengths("b", 1), "message"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := template.Parse(c.title, c.message, c.lengths)
			wantField(t, err, c.field)
		})
	}
}

func TestValuesThatAreRefused(t *testing.T) {
	parsed, err := template.Parse("{{kind}}", "{{day}}{{hour}}", map[string]int32{"kind": 5, "day": 10, "hour": 5})
	if err != nil {
		t.Fatal(err)
	}
	good := map[string]string{"kind": "Hora", "day": "12 de mayo", "hour": "10:30"}
	for name, c := range map[string]struct {
		key, value, field string
	}{
		"too long":      {"hour", "10:30 ", "values.hour"},
		"of no use":     {"year", "2026", "values"},
		"blank title":   {"kind", " ", "values"},
		"too many runs": {"day", strings.Repeat("ñ", 11), "values.day"},
	} {
		t.Run(name, func(t *testing.T) {
			values := maps.Clone(good)
			values[c.key] = c.value
			_, _, err := parsed.Render(values)
			wantField(t, err, c.field)
		})
	}
	_, _, err = parsed.Render(map[string]string{"kind": "Hora", "day": "12 de mayo"})
	wantField(t, err, "values.hour")
	_, _, err = parsed.Render(map[string]string{"kind": "Hora", "day": "", "hour": "\n"})
	wantField(t, err, "values")
	title, message, err := parsed.Render(good)
	if err != nil || title != "Hora" || message != "12 de mayo10:30" {
		t.Errorf("%q, %q, %v", title, message, err)
	}
}

// TestWhatWasTakenFits shows that values within their lengths give a text that fits and has each value where its placeholder was.
func TestWhatWasTakenFits(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		lengths := rapid.MapOfN(rapid.StringMatching(`[a-z][a-z0-9_]{0,5}`), rapid.Int32Range(1, 40), 0, 4).Draw(t, "lengths")
		text := rapid.StringOfN(rapid.RuneFrom([]rune("aé東 {}\n😀")), 0, 40, -1)
		title, message := text.Draw(t, "title"), text.Draw(t, "message")
		values := make(map[string]string)
		for name, most := range lengths {
			if rapid.Bool().Draw(t, "in the title") {
				title += "{{" + name + "}}"
			}
			message += "{{" + name + "}}" + text.Draw(t, "behind")
			values[name] = rapid.StringN(0, int(most), -1).Draw(t, "value")
		}
		parsed, err := template.Parse(title, message, lengths)
		if err != nil {
			if _, is := errors.AsType[*template.Error](err); !is {
				t.Fatal(err)
			}
			return
		}
		gotTitle, gotMessage, err := parsed.Render(values)
		if err != nil {
			if got, is := errors.AsType[*template.Error](err); !is || got.Field != "values" || !strings.Contains(got.Description, "blank") {
				t.Fatal(err)
			}
			return
		}
		if utf8.RuneCountInString(gotTitle) > template.MaxTitle || utf8.RuneCountInString(gotMessage) > template.MaxMessage {
			t.Errorf("%q and %q do not fit", gotTitle, gotMessage)
		}
		var pairs []string
		for name, value := range values {
			pairs = append(pairs, "{{"+name+"}}", value)
		}
		naive := strings.NewReplacer(pairs...)
		if want := [2]string{naive.Replace(title), naive.Replace(message)}; want != [2]string{gotTitle, gotMessage} {
			t.Errorf("got %q and %q, want %q", gotTitle, gotMessage, want)
		}
	})
}

// FuzzParse shows that no text breaks the parser, and that what it takes renders with the longest values to exactly the length that it reckoned with.
func FuzzParse(f *testing.F) {
	for _, seed := range []string{"{{a}}", "Hola {{a}}, {{b}}", "{{{a}}}", "{{a}}}}", "}}{{", "{{a", "ñ{{a}}東", "{{a}}{{a}}{{b}}", "\xff{{a}}", "{ {a} }"} {
		f.Add(seed, seed, int32(3), int32(9))
	}
	f.Fuzz(func(t *testing.T, title, message string, a, b int32) {
		lengths := make(map[string]int32)
		for name, length := range map[string]int32{"a": a, "b": b} {
			if strings.Contains(title+message, "{{"+name+"}}") {
				lengths[name] = length
			}
		}
		parsed, err := template.Parse(title, message, lengths)
		if err != nil {
			if got, is := errors.AsType[*template.Error](err); !is || got.Field == "" || !utf8.ValidString(got.Description) {
				t.Errorf("refused with %v", err)
			}
			return
		}
		values := make(map[string]string)
		for name, length := range lengths {
			values[name] = strings.Repeat("東", int(length))
		}
		gotTitle, gotMessage, err := parsed.Render(values)
		if err != nil {
			t.Fatal(err)
		}
		if utf8.RuneCountInString(gotTitle) > template.MaxTitle || utf8.RuneCountInString(gotMessage) > template.MaxMessage {
			t.Errorf("%q and %q do not fit", gotTitle, gotMessage)
		}
		if strings.Contains(gotTitle+"\n"+gotMessage, "{{a}}") {
			t.Error(fmt.Sprint("a placeholder was left in ", gotTitle, gotMessage))
		}
	})
}
