package benefits

import "strings"

// translated returns the text in a language, such as "en-GB"; else in the language whatever its country, else in Spanish.
func translated[T any](texts map[string]T, in string) T {
	base, _, _ := strings.Cut(in, "-")
	for _, language := range []string{in, base} {
		if text, ok := texts[language]; ok {
			return text
		}
	}
	return texts[spanish]
}
