package nationalid

import "strings"

// Masked stands for the characters that are not shown. No canonical form has it.
const Masked = "•"

// Mask hides all but the last 4 characters of a text, of a short one the last 3 or none. How many are hidden does not show.
func Mask(text string) string {
	shown := []rune(text)
	switch {
	case len(shown) >= 9:
		shown = shown[len(shown)-4:]
	case len(shown) >= 7:
		shown = shown[len(shown)-3:]
	default:
		shown = nil
	}
	return strings.Repeat(Masked, 4) + string(shown)
}
