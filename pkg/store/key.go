package store

import (
	"strings"
	"unicode/utf8"
)

// CanBeKey is false for texts that PostgreSQL refuses: nothing is stored under them.
func CanBeKey(text string) bool { return utf8.ValidString(text) && !strings.ContainsRune(text, 0) }
