package template

import (
	"regexp"
	"strings"
)

// piece is some text and, behind it, a placeholder; name is empty behind the last.
type piece struct{ literal, name string }

const opening, closing = "{{", "}}"

var placeholder = regexp.MustCompile(`^[a-z][a-z0-9_]{0,63}$`)

// split reads a text. Braces that stand in pairs and make no placeholder are taken for a mistake, not for text.
func split(field, text string) ([]piece, error) {
	var pieces []piece
	for {
		literal, behind, found := strings.Cut(text, opening)
		if strings.Contains(literal, closing) {
			return nil, wrong(field, `has "}}" that ends no placeholder`)
		}
		if !found {
			return append(pieces, piece{literal: literal}), nil
		}
		name, rest, closed := strings.Cut(behind, closing)
		if !closed || !placeholder.MatchString(name) {
			return nil, wrong(field, `has "{{" that begins no placeholder: these are "{{name}}", of lower-case letters, digits and "_", at most 64 of them`)
		}
		pieces = append(pieces, piece{literal, name})
		text = rest
	}
}

// fill writes the text with values.
func fill(pieces []piece, values map[string]string) string {
	var text strings.Builder
	for _, p := range pieces {
		text.WriteString(p.literal)
		text.WriteString(values[p.name])
	}
	return text.String()
}
