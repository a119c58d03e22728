package store_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/ventanilla/ventanilla/services/session/internal/store"
)

func TestTextsAreFolded(t *testing.T) {
	for text, want := range map[string]string{
		"Ñandú S.A.": "nandu s.a.", "ÁÉÍÓÚÜ": "aeiouu", "A\u0301": "a", "ﬁn": "fin", "ＡＢ％": "ab%", "ΣΑΣ": "σασ", "İstanbul": "istanbul", "K": "k", "a b  c": "a b  c",
		"\u0301": "", "": "", "Łódź": "łodz", "x\xff": "x\ufffd",
	} {
		if got := store.Fold(text); got != want {
			t.Errorf("%q is folded to %q, not %q", text, got, want)
		}
	}
}

// What is folded stays so; it has no letters that SQLite's LIKE takes for others, and no text of a field outgrows an index of PostgreSQL.
func TestEveryCharacterFoldsForGood(t *testing.T) {
	const field, index = 200, 2600
	for r := range rune(0x30000) { // behind it are no letters that have others
		if !utf8.ValidRune(r) {
			continue
		}
		text := string(r)
		folded := store.Fold(text)
		if again := store.Fold(folded); again != folded {
			t.Errorf("%U is folded to %q, and then to %q", r, folded, again)
		}
		if strings.ContainsFunc(folded, func(r rune) bool { return 'A' <= r && r <= 'Z' }) {
			t.Errorf("%U is folded to %q", r, folded)
		}
		if field/len(text)*len(folded) > index {
			t.Errorf("%U has %d bytes when it is folded", r, len(folded))
		}
	}
}
