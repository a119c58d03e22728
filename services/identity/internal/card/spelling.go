package card

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

const (
	tilde     = '\u0303'
	diaeresis = '\u0308'
)

// Letters of Latin scripts that have no decomposition.
var withoutDecomposition = strings.NewReplacer(
	"Æ", "AE", "Œ", "OE", "Ø", "O", "Ł", "L", "Đ", "D", "Ð", "D", "Þ", "TH", "ß", "SS", "ẞ", "SS", "Ħ", "H", "Ŧ", "T",
	"’", "'", "‘", "'", "“", `"`, "”", `"`, "–", "-", "—", "-", "‐", "-",
)

// spell writes a text as cards print it: upper case, no accents but those of Ñ and Ü, one space between words. What
// cards have no letter for stays as it is, for the check to find.
func spell(text string) string {
	var out strings.Builder
	var base rune                                                            // the letter that marks belong to; 0 once it has the one that it keeps
	for _, r := range norm.NFKD.String(strings.ReplaceAll(text, "´", "'")) { // a spacing accent would become a space
		if !unicode.Is(unicode.Mn, r) {
			base = unicode.ToUpper(r)
			out.WriteRune(base)
			continue
		}
		if base == 'N' && r == tilde || base == 'U' && r == diaeresis {
			out.WriteRune(r)
			base = 0
		}
	}
	return withoutDecomposition.Replace(norm.NFC.String(strings.Join(strings.Fields(out.String()), " ")))
}

// cut shortens a text to so many characters, and leaves no space at its end.
func cut(text string, most int) string {
	if letters := []rune(text); len(letters) > most {
		text = string(letters[:most])
	}
	return strings.TrimRight(text, " ")
}

// cutBytes is cut for a number of bytes. It splits no character.
func cutBytes(text string, most int) string {
	for i, r := range text {
		if i+len(string(r)) > most {
			return strings.TrimRight(text[:i], " ")
		}
	}
	return text
}
