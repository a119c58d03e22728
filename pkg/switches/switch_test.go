package switches_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/ventanilla/ventanilla/pkg/switches"
)

func TestEffectsThatAreRefusedNameTheField(t *testing.T) {
	for name, c := range map[string]struct {
		effect switches.Effect
		field  string // empty: valid
	}{
		"nothing":           {switches.Effect{}, ""},
		"all":               {switches.Effect{true, time.Hour, true, noon, noon, "https://example.org/end?a=b#c", true}, ""},
		"epoch":             {switches.Effect{DeprecatedAt: time.Unix(0, 0)}, ""},
		"longest wait":      {switches.Effect{RetryAfter: 7 * 24 * time.Hour}, ""},
		"too long a wait":   {switches.Effect{RetryAfter: 7*24*time.Hour + time.Second}, "retry_after"},
		"negative wait":     {switches.Effect{RetryAfter: -time.Second}, "retry_after"},
		"half a second":     {switches.Effect{RetryAfter: 500 * time.Millisecond}, "retry_after"},
		"before all clocks": {switches.Effect{DeprecatedAt: time.Unix(-1, 0)}, "deprecated_at"},
		"after all clocks":  {switches.Effect{SunsetAt: time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC)}, "sunset_at"},
		"sunset too early":  {switches.Effect{DeprecatedAt: noon, SunsetAt: noon.Add(-time.Second)}, "sunset_at"},
		"plain http":        {switches.Effect{Documentation: "http://example.org"}, "documentation"},
		"relative":          {switches.Effect{Documentation: "/docs"}, "documentation"},
		"no host":           {switches.Effect{Documentation: "https:///docs"}, "documentation"},
		"credentials":       {switches.Effect{Documentation: "https://a:b@example.org"}, "documentation"},
		"bracket":           {switches.Effect{Documentation: "https://example.org/>; rel=next"}, "documentation"},
		"line feed":         {switches.Effect{Documentation: "https://example.org/\nX: y"}, "documentation"},
		"not ASCII":         {switches.Effect{Documentation: "https://example.org/á"}, "documentation"},
		"too long":          {switches.Effect{Documentation: "https://example.org/" + strings.Repeat("a", 512)}, "documentation"},
	} {
		err := c.effect.Validate()
		field, ok := errors.AsType[*switches.FieldError](err)
		switch {
		case c.field == "" && err != nil:
			t.Errorf("%s: refused: %v", name, err)
		case c.field != "" && (!ok || field.Field != c.field):
			t.Errorf("%s: got %v, want an error about %s", name, err, c.field)
		}
	}
}

func TestParse(t *testing.T) {
	for _, c := range []struct{ name, text, path string }{
		{"cmp", `{"format":1}`, ""},
		{"cmp/api/v1/oauth/token", `{"format":1,"maintenance":true}`, "/api/v1/oauth/token"},
		{"cmp/", `{"format":1,"of a later version":[1]}`, "/"},
	} {
		if sw, err := switches.Parse(c.name, []byte(c.text)); err != nil || sw.Family != "cmp" || sw.Path != c.path {
			t.Errorf("%s %s: got %+v, %v", c.name, c.text, sw, err)
		}
	}
	for name, c := range map[string]struct{ name, text string }{
		"nothing":        {"cmp", ``},
		"null":           {"cmp", `null`},
		"array":          {"cmp", `[]`},
		"no format":      {"cmp", `{"maintenance":true}`},
		"later format":   {"cmp", `{"format":2,"maintenance":true}`},
		"wrong type":     {"cmp", `{"format":1,"maintenance":"yes"}`},
		"bad time":       {"cmp", `{"format":1,"sunset_at":"soon"}`},
		"negative wait":  {"cmp", `{"format":1,"retry_after_seconds":-1}`},
		"overflow":       {"cmp", `{"format":1,"retry_after_seconds":9223372036854775807}`},
		"bad link":       {"cmp", `{"format":1,"documentation":"javascript:1"}`},
		"too long":       {"cmp", `{"format":1,"set_by":"` + strings.Repeat("a", 5000) + `"}`},
		"no family":      {"/api", `{"format":1}`},
		"no such family": {"CMP", `{"format":1}`},
		"long path":      {"cmp/" + strings.Repeat("a", 256), `{"format":1}`},
	} {
		if sw, err := switches.Parse(c.name, []byte(c.text)); err == nil {
			t.Errorf("%s: read as %+v", name, sw)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add("cmp", []byte(`{"format":1,"maintenance":true,"retry_after_seconds":600,"set_at":"2026-01-02T12:00:00Z","set_by":"ana"}`))
	f.Add("cmp/api/v1/oauth/token", []byte(`{"format":1,"retired":true,"deprecated_at":"2026-01-02T12:00:00+01:00","sunset_at":"2027-01-02T12:00:00Z"}`))
	f.Add("native/", []byte(`{"format":1,"documentation":"https://example.org/end"}`))
	f.Fuzz(func(t *testing.T, name string, text []byte) {
		sw, err := switches.Parse(name, text)
		if err != nil {
			if sw != (switches.Switch{}) {
				t.Fatalf("refused, but gave %+v", sw)
			}
			return
		}
		if sw.Family+sw.Path != name {
			t.Fatalf("%q is a switch of %q at %q", name, sw.Family, sw.Path)
		}
		if err := sw.Validate(); err != nil {
			t.Fatalf("read, but %v", err)
		}
		again, err := json.Marshal(sw)
		if err != nil {
			t.Fatalf("read, but cannot be written: %v", err)
		}
		if len(again) > 4096 {
			return // escapes make it longer than what is read
		}
		if same, err := switches.Parse(name, again); err != nil || !same.DeprecatedAt.Equal(sw.DeprecatedAt) || same.Maintenance != sw.Maintenance {
			t.Fatalf("%s is read as %+v, %v", again, same, err)
		}
	})
}
