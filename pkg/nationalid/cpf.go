package nationalid

import (
	"errors"
	"strings"
)

// parseCPF reads 9 digits and two check digits modulo 11. A digit repeated 11 times would pass and is never given out.
func parseCPF(text string) (string, error) {
	if !digits(text, 11, 11) {
		return "", errors.New("must be 11 digits")
	}
	if strings.Trim(text, text[:1]) == "" {
		return "", errors.New("must not be one digit repeated")
	}
	if cpfDigit(text[:9]) != text[9] || cpfDigit(text[:10]) != text[10] {
		return "", errCheckDigit
	}
	return text, nil
}

// cpfDigit is the check digit after some: weights from 2 up, from the right.
func cpfDigit(before string) byte {
	sum := 0
	for i := range len(before) {
		sum += int(before[i]-'0') * (len(before) + 1 - i)
	}
	return byte('0' + sum*10%11%10)
}
