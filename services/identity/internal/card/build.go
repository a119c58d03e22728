package card

import (
	"fmt"
	"strings"
	"unicode"
)

// Holder is what a card is made of.
type Holder struct {
	// Type is the letter of the membership's type.
	Type string
	// Number is the membership's; without one the card of an external or of staff says 0000.
	Number string
	// FirstSurname, SecondSurname and GivenNames are the person's. A surname may be empty.
	FirstSurname, SecondSurname, GivenNames string
	// Programme is the programme's name, for workers the department's, for others the entity.
	Programme string
	// Code is the programme's or department's; externals and staff have none.
	Code string
}

// FieldError says what keeps a card from being made. It does not repeat the value.
type FieldError struct {
	// Field is that of Holder, in lower case with underscores.
	Field string
	// Problem is what is wrong with it.
	Problem string
}

func (e *FieldError) Error() string { return e.Field + ": " + e.Problem }

const (
	noNumber = "0000"
	noCode   = "0"
	// What a name and a programme are cut to, in bytes, where the QR code would be too long otherwise.
	leastName      = maxName
	leastProgramme = maxProgramme
)

// Build writes a card, spelt and cut as cards are, for the validator that its QR code begins with. It fails with a *FieldError.
func Build(validator string, h Holder, folio string) (Fields, error) {
	name, err := h.name()
	if err != nil {
		return Fields{}, err
	}
	programme, err := printed("programme", h.Programme)
	if err != nil {
		return Fields{}, err
	}
	if programme == "" {
		return Fields{}, &FieldError{"programme", "required: it is printed on the card"}
	}
	f := Fields{h.Type, h.Number, cut(name, maxName), cut(programme, maxProgramme), h.Code, folio}
	if h.Type == "E" || h.Type == "S" {
		if f.Code = noCode; f.Number == "" {
			f.Number = noNumber
		}
	}
	f.fit(validator)
	switch {
	case !validNumber(f.Type, f.Number):
		return Fields{}, &FieldError{"number", "not of the form that is printed on cards of the type"}
	case !codePattern.MatchString(f.Code):
		return Fields{}, &FieldError{"code", "the programme or department has no code of 1 to 5 digits"}
	}
	if err := f.check(); err != nil {
		return Fields{}, fmt.Errorf("making a card: %w", err)
	}
	if size := f.size(validator); size > MaxQR {
		return Fields{}, fmt.Errorf("making a card: the QR code would have %d bytes", size)
	}
	return f, nil
}

// name is the name as it is printed, uncut.
func (h Holder) name() (string, error) {
	parts := []string{h.FirstSurname, h.SecondSurname, h.GivenNames}
	for i, field := range []string{"first_surname", "second_surname", "given_names"} {
		part, err := printed(field, parts[i])
		if err != nil {
			return "", err
		}
		if strings.Contains(part, ",") {
			return "", &FieldError{field, "a comma parts the names on the card"}
		}
		parts[i] = part
	}
	if parts[2] == "" {
		return "", &FieldError{"given_names", "required: they are printed on the card"}
	}
	if parts[0] == "" {
		parts[0], parts[1] = parts[1], ""
	}
	return strings.Join(parts, ", "), nil
}

// printed is a text as it is printed, or why it cannot be.
func printed(field, text string) (string, error) {
	if strings.ContainsFunc(text, unicode.IsControl) {
		return "", &FieldError{field, "has control characters"}
	}
	text = spell(text)
	if text != "" && !lettersPattern.MatchString(text) {
		return "", &FieldError{field, "has a character that cards have no letter for"}
	}
	return text, nil
}

// fit shortens the name, and then the programme, where letters of two bytes make the QR code too long.
func (f *Fields) fit(validator string) {
	if over := f.size(validator) - MaxQR; over > 0 {
		f.Name = cutBytes(f.Name, max(leastName, len(f.Name)-over))
	}
	if over := f.size(validator) - MaxQR; over > 0 {
		f.Programme = cutBytes(f.Programme, max(leastProgramme, len(f.Programme)-over))
	}
}

// size is the length of the QR code's text in bytes.
func (f Fields) size(validator string) int {
	return len(validator) + len("#") + len(f.Text()) + len("|") + signatureLength
}
