package kannel_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/ventanilla/ventanilla/services/notifications/internal/carrier/kannel"
	"github.com/ventanilla/ventanilla/services/notifications/internal/message"
)

// TestWhatFits says title, message and link where they fit, then the message with the link, then title and message, then the message.
func TestWhatFits(t *testing.T) {
	link := "https://example.cl/" + strings.Repeat("x", 81) // 100 characters
	for _, c := range []struct {
		title, text, link string
		most              int
		want              string
		coding            int
	}{
		{"Turno", "Lunes", "", 1, "Turno: Lunes", 0},
		{"Turno:", "Lunes", "", 1, "Turno: Lunes", 0},
		{"", "Lunes", "", 1, "Lunes", 0},
		{"Turno", "Lunes", link, 1, "Turno: Lunes " + link, 0},
		{strings.Repeat("t", 32), strings.Repeat("m", 59), link, 1, strings.Repeat("m", 59) + " " + link, 0},
		{strings.Repeat("t", 32), strings.Repeat("m", 126), link, 1, strings.Repeat("t", 32) + ": " + strings.Repeat("m", 126), 0},
		{strings.Repeat("t", 32), strings.Repeat("m", 127), link, 1, strings.Repeat("m", 127), 0},
		{strings.Repeat("t", 32), strings.Repeat("m", 127), link, 2, strings.Repeat("t", 32) + ": " + strings.Repeat("m", 127) + " " + link, 0},
		{"t", strings.Repeat("€", 80), "", 1, strings.Repeat("€", 80), 0},
		{"t", strings.Repeat("€", 81), "", 1, "", 0},
		{"t", strings.Repeat("í", 67), "", 1, "t: " + strings.Repeat("í", 67), 2},
		{"t", strings.Repeat("í", 68), "", 1, strings.Repeat("í", 68), 2},
		{"t", strings.Repeat("😀", 35), "", 1, strings.Repeat("😀", 35), 2},
		{"t", strings.Repeat("😀", 36), "", 1, "", 0},
		{"n\u0303", "e\u0301", "", 1, "ñ: é", 0}, // composed, so that they are in the alphabet
		// A title out of the alphabet is left where that saves the message.
		{"í", strings.Repeat("m", 150), "", 1, strings.Repeat("m", 150), 0},
	} {
		got, coding, ok := kannel.SMSText(message.Message{Title: c.title, Text: c.text, Link: c.link}, c.most)
		if ok != (c.want != "") || got != c.want || coding != c.coding {
			t.Errorf("%q %q %q in %d: got %v %q in coding %d, want %q", c.title, c.text, c.link, c.most, ok, got, coding, c.want)
		}
	}
}

func TestWhatFitsIntoASIM(t *testing.T) {
	for _, c := range []struct {
		title, text, want string
	}{
		{"Turno", "9€", "\x04Turno: 9\x1b\x65"},
		{"Clínica", "9", "\x08\x00C\x00l\x00\xed\x00n\x00i\x00c\x00a\x00:\x00 \x009"},
		{"t", "😀", "\x08\x00t\x00:\x00 \xd8\x3d\xde\x00"},
		{"t", strings.Repeat("m", 136), "\x04t: " + strings.Repeat("m", 136)},
		{"t", strings.Repeat("m", 137), "\x04" + strings.Repeat("m", 137)},
		{"t", strings.Repeat("m", 140), ""},
	} {
		got, ok := kannel.SIMText(message.Message{Title: c.title, Text: c.text, Link: "https://example.cl/"}, 1)
		if ok != (c.want != "") || string(got) != c.want {
			t.Errorf("%q %q: got %q, want %q", c.title, c.text, got, c.want)
		}
	}
}

// TestAlphabet has some of TS 23.038, 6.2.1.
func TestAlphabet(t *testing.T) {
	for text, want := range map[string]string{
		"@": "\x00", "$": "\x02", "é": "\x05", "ñ": "\x7d", "Ñ": "\x5d", "¿": "\x60", "¡": "\x40", " ": "\x20", "A": "\x41", "z": "\x7a", "à": "\x7f",
		"Δ": "\x10", "Ξ": "\x1a", "Æ": "\x1c", "É": "\x1f", "ü": "\x7e", "§": "\x5f", "\n": "\x0a", "\r": "\x0d", "¤": "\x24",
		"€": "\x1b\x65", "{": "\x1b\x28", "}": "\x1b\x29", "[": "\x1b\x3c", "]": "\x1b\x3e", "~": "\x1b\x3d", "^": "\x1b\x14", "|": "\x1b\x40", "\\": "\x1b\x2f",
	} {
		if got, ok := kannel.GSM7(text); !ok || string(got) != want {
			t.Errorf("%q: got %x %v, want %x", text, got, ok, want)
		}
	}
	for _, text := range []string{"í", "\x1b", "`", "\t", "ç", "😀", "\x00"} {
		if _, ok := kannel.GSM7(text); ok {
			t.Errorf("%q is in the alphabet", text)
		}
	}
}

func FuzzText(f *testing.F) {
	f.Add("Turno", "Lunes 9€", "https://example.cl/", 1)
	f.Add("Clínica", strings.Repeat("😀", 200), "", 10)
	f.Fuzz(func(t *testing.T, title, text, link string, most int) {
		m := message.Message{Title: title, Text: text, Link: link}
		got, _, ok := kannel.SMSText(m, most)
		if ok && utf8.RuneCountInString(got) > max(160, 153*most) {
			t.Errorf("%d characters in %d messages", utf8.RuneCountInString(got), most)
		}
		if body, ok := kannel.SIMText(m, most); ok && len(body) > max(140, 134*most) {
			t.Errorf("%d octets in %d messages", len(body), most)
		}
	})
}
