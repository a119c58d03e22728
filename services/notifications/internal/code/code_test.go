package code_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/ventanilla/ventanilla/services/notifications/internal/code"
)

var (
	ours   = code.Issuer{Key: bytes.Repeat([]byte{1}, 32)}
	theirs = code.Issuer{Key: bytes.Repeat([]byte{2}, 32)}
)

func TestWhatIsIssuedIsRead(t *testing.T) {
	known := map[string]bool{}
	for range 100 {
		id, text := ours.Issue()
		if known[id] || len(text) != 44 || text != ours.Code(id) {
			t.Fatalf("%q is issued as %q", id, text)
		}
		known[id] = true
		if got, ok := ours.Parse(text); !ok || got != id {
			t.Errorf("%q is read as %q, %t", text, got, ok)
		}
		if _, ok := theirs.Parse(text); ok {
			t.Error("another key reads it")
		}
	}
}

func TestWhatIsAlteredIsNotRead(t *testing.T) {
	_, text := ours.Issue()
	for i := range text {
		for _, c := range "Aa0-_ é\n" {
			altered := text[:i] + string(c) + text[i+1:]
			if _, ok := ours.Parse(altered); ok && altered != text {
				t.Fatalf("%q is read", altered)
			}
		}
	}
	for _, other := range []string{"", text[:43], text + "A", text + text, strings.ToUpper(text), " " + text[1:]} {
		if _, ok := ours.Parse(other); ok && other != text {
			t.Errorf("%q is read", other)
		}
	}
}

func FuzzParse(f *testing.F) {
	_, good := ours.Issue()
	f.Add(good)
	f.Add(strings.Repeat("A", 44))
	f.Add("")
	f.Fuzz(func(t *testing.T, text string) {
		id, ok := ours.Parse(text)
		if ok != (id != "") || ok && ours.Code(id) != text {
			t.Errorf("%q is read as %q, %t", text, id, ok)
		}
	})
}
