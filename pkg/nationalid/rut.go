package nationalid

import (
	"errors"
	"strconv"
	"strings"
)

// parseRUT reads a body of at most 8 digits and a check digit modulo 11: weights 2 to 7 from the right, over and over; 10 is
// written K, 11 is written 0.
func parseRUT(text string) (string, error) {
	if text == "" {
		return "", errors.New("must be digits and a check digit")
	}
	body, given := strings.TrimLeft(text[:len(text)-1], "0"), text[len(text)-1]
	if !digits(body, 1, 8) || (given != 'K' && !digits(string(given), 1, 1)) {
		return "", errors.New("must be at most 8 digits and a check digit, which may be K")
	}
	sum := 0
	for i := range len(body) {
		sum += int(body[len(body)-1-i]-'0') * (2 + i%6)
	}
	want := strconv.Itoa((11 - sum%11) % 11)
	if want == "10" {
		want = "K"
	}
	if string(given) != want {
		return "", errCheckDigit
	}
	return body + "-" + want, nil
}
