package store

import (
	"strings"
	"unicode/utf8"
)

// storable tells whether PostgreSQL takes a text. What it does not take is in no row.
func storable(text string) bool {
	return utf8.ValidString(text) && !strings.ContainsRune(text, 0)
}
