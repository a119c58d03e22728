// Package nationalid reads the numbers that national registers give to persons: it takes them as people write them, checks
// their check digits and brings them into one form.
package nationalid

import (
	"errors"
	"strings"

	"golang.org/x/text/unicode/norm"
)

// Kind is a national register. Its text is how the store keeps it.
type Kind string

// The kinds.
const (
	RUT  Kind = "rut"
	CURP Kind = "curp"
	CPF  Kind = "cpf"
	CUIT Kind = "cuit"
	DNI  Kind = "dni"
)

// maxText bounds what people write, in bytes.
const maxText = 64

var errCheckDigit = errors.New("the check digit is wrong")

// Parse returns a number in its canonical form. Dots, dashes, spaces and lower case are accepted; else it fails, with an
// error that says what is wrong and does not repeat the number.
func Parse(kind Kind, text string) (string, error) {
	if len(text) > maxText {
		return "", errors.New("is too long")
	}
	written := compact(text)
	switch kind {
	case RUT:
		return parseRUT(written)
	case CURP:
		return parseCURP(written)
	case CPF:
		return parseCPF(written)
	case CUIT:
		return parseCUIT(written)
	case DNI:
		return parseDNI(written)
	}
	return "", errors.New("is of no known kind")
}

// compact leaves out what people put between the characters and makes letters upper-case, those of the registers alone.
func compact(text string) string {
	return strings.Map(func(r rune) rune {
		switch r {
		case '.', '-', ' ', '\u00a0', '\u202f', '\u2010', '\u2011', '\u2012', '\u2013', '\u2014', '\u2212':
			return -1
		case 'ñ':
			return 'Ñ'
		}
		if 'a' <= r && r <= 'z' {
			return r - 'a' + 'A'
		}
		return r
	}, norm.NFC.String(text))
}

// digits tells whether a text consists of so many digits.
func digits(text string, least, most int) bool {
	return least <= len(text) && len(text) <= most && strings.Trim(text, "0123456789") == ""
}

// weighted is the sum of the digits, each times its weight.
func weighted(text, weights string) int {
	sum := 0
	for i := range len(weights) {
		sum += int(text[i]-'0') * int(weights[i]-'0')
	}
	return sum
}
