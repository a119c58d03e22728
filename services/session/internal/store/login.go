package store

import (
	"strings"

	"golang.org/x/text/unicode/norm"
)

// FoldLogin writes a login without regard to letter case and ways to write a character, to compare it: NFKC in lower case. Folding it again changes
// nothing.
func FoldLogin(login string) string {
	return norm.NFKC.String(strings.ToLower(norm.NFKC.String(login)))
}
