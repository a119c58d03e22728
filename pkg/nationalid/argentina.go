package nationalid

import (
	"errors"
	"slices"
	"strings"
)

// cuitPrefixes are those of persons, of companies and of foreigners abroad.
func cuitPrefixes() []string {
	return []string{"20", "23", "24", "25", "26", "27", "30", "33", "34", "50", "51", "55"}
}

// parseCUIT reads a prefix, 8 digits and a check digit modulo 11. Numbers whose check digit would be 10 are not given out.
func parseCUIT(text string) (string, error) {
	if !digits(text, 11, 11) {
		return "", errors.New("must be 11 digits")
	}
	if !slices.Contains(cuitPrefixes(), text[:2]) {
		return "", errors.New("must begin with the prefix of a CUIT or CUIL")
	}
	if int(text[10]-'0') != (11-weighted(text, "5432765432")%11)%11 {
		return "", errCheckDigit
	}
	return text, nil
}

// parseDNI reads 7 or 8 digits.
func parseDNI(text string) (string, error) {
	if digits(text, 8, 8) {
		text = strings.TrimPrefix(text, "0")
	}
	if !digits(text, 7, 8) || text[0] == '0' {
		return "", errors.New("must be 7 or 8 digits")
	}
	return text, nil
}
