package nationalid

import (
	"errors"
	"regexp"
	"strings"
	"time"
)

// curpValues gives each character its value by its place, as the register's rules for assigning CURPs have it.
const curpValues = "0123456789ABCDEFGHIJKLMNÑOPQRSTUVWXYZ"

// curpForm is: letters of the names, date of birth, sex, state, inner consonants, a character that tells the century apart,
// check digit.
var curpForm = regexp.MustCompile(`^[A-ZÑ][AEIOUX][A-ZÑ]{2}([0-9]{6})[HMX]` +
	`(?:AS|BC|BS|CC|CH|CL|CM|CS|DF|DG|GR|GT|HG|JC|MC|MN|MS|NE|NL|NT|OC|PL|QR|QT|SL|SP|SR|TC|TL|TS|VZ|YN|ZS)` +
	`[B-DF-HJ-NÑP-TV-Z]{3}([0-9A-Z])[0-9]$`)

// parseCURP reads 18 characters.
func parseCURP(text string) (string, error) {
	parts := curpForm.FindStringSubmatch(text)
	if parts == nil {
		return "", errors.New("must be the 18 characters of a CURP")
	}
	century := "19" // of those born before 2000, who have a digit
	if parts[2] > "9" {
		century = "20"
	}
	if _, err := time.Parse("20060102", century+parts[1]); err != nil {
		return "", errors.New("must hold a date of birth")
	}
	sum, weight := 0, 18
	for _, r := range text {
		sum += curpValue(r) * weight
		weight--
		if weight == 1 {
			break
		}
	}
	if int(text[len(text)-1]-'0') != (10-sum%10)%10 {
		return "", errCheckDigit
	}
	return text, nil
}

func curpValue(r rune) int {
	before, _, _ := strings.Cut(curpValues, string(r))
	return len([]rune(before))
}
