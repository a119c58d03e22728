package auditlog_test

import (
	"testing"

	"github.com/ventanilla/ventanilla/pkg/auditlog"
)

func FuzzOpenCheckpoint(f *testing.F) {
	k := newKey(f, 1)
	signed, err := checkpoint(leaves(5)).Sign(k)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(string(signed))
	f.Add("a\n0\n\n\n— a AAAAAAA=\n")
	f.Add("")
	f.Fuzz(func(t *testing.T, text string) {
		c, err := auditlog.OpenCheckpoint([]byte(text), k)
		if err == nil && (c.Origin != origin || c.N < 0) {
			t.Errorf("opened %v", c)
		}
		if err == nil && text != string(signed) {
			// Only more signatures may make it differ.
			if again, err := c.Sign(k); err != nil || string(again) != string(signed) {
				t.Errorf("opened %q", text)
			}
		}
	})
}

func FuzzParseLine(f *testing.F) {
	line, err := leaves(1)[0].Line()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(line)
	f.Add([]byte(`{"leaf":-1}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		leaf, err := auditlog.ParseLine(text)
		if err != nil {
			return
		}
		again, err := leaf.Line()
		if err != nil {
			t.Fatal(err)
		}
		if read, err := auditlog.ParseLine(again); err != nil || read != leaf {
			t.Errorf("%v became %v, %v", leaf, read, err)
		}
	})
}

func FuzzParseText(f *testing.F) {
	f.Add(text(1))
	f.Add(`{"at":"2026-03-04T05:06:07.890Z","actor":"ana","act":"DisableClient","target":"c1","detail":{ "a" : 1 }}`)
	f.Add(`{"at":"2026-03-04T05:06:07.89Z","actor":"ana","act":"x","target":"y"}`)
	f.Fuzz(func(t *testing.T, text string) {
		entry, err := auditlog.ParseText(text)
		if err != nil {
			return
		}
		if again, err := entry.Text(); err != nil || again != text {
			t.Errorf("%q became %q, %v", text, again, err)
		}
	})
}
