package card

import (
	"errors"
	"regexp"
	"strings"
	"unicode/utf8"
)

const (
	// Version is the first field of every card.
	Version = "iDDi1"
	// MaxQR bounds the text of a QR code in bytes: version 11 at error correction M.
	MaxQR = 251

	maxName      = 60 // characters
	maxProgramme = 40 // characters
)

// Fields are what a card says beside its version.
type Fields struct {
	// Type is the letter of the membership's type.
	Type string
	// Number is the student's or worker's.
	Number string
	// Name is "FIRST SURNAME, SECOND SURNAME, GIVEN NAMES".
	Name string
	// Programme is the programme's name, for workers the department's, for others the entity.
	Programme string
	// Code is the programme's or department's.
	Code string
	// Folio is the number of the card.
	Folio string
}

// letters are those of a name and a programme: one alphabet for both.
const letters = `A-ZÑÜ0-9 .,:;'"()/&+-`

var (
	typePattern         = regexp.MustCompile(`^[ADLBPES]$`)
	numberPattern       = regexp.MustCompile(`^[-0-9XBLMOV]{4,12}$`)
	workerNumberPattern = regexp.MustCompile(`^[0-9]{2,6}$`)
	lettersPattern      = regexp.MustCompile(`^[` + letters + `]+$`)
	codePattern         = regexp.MustCompile(`^[0-9]{1,5}$`)
	folioPattern        = regexp.MustCompile(`^[a-zA-Z0-9]{1,6}$`)
)

// List is the fields in their order, from the version on.
func (f Fields) List() []string {
	return []string{Version, f.Type, f.Number, f.Name, f.Programme, f.Code, f.Folio}
}

// Text is what is signed.
func (f Fields) Text() string { return strings.Join(f.List(), "|") }

// check names the first field that cannot be printed.
func (f Fields) check() error {
	switch {
	case !typePattern.MatchString(f.Type):
		return errors.New("type: not one of A, D, L, B, P, E, S")
	case !validNumber(f.Type, f.Number):
		return errors.New("number: not of the form that cards have")
	case !within(f.Name, maxName):
		return errors.New("name: not of the alphabet and length that cards have")
	case !within(f.Programme, maxProgramme):
		return errors.New("programme: not of the alphabet and length that cards have")
	case !codePattern.MatchString(f.Code):
		return errors.New("code: not 1 to 5 digits")
	case !ValidFolio(f.Folio):
		return errors.New("folio: not 1 to 6 letters and digits")
	}
	return nil
}

func within(text string, most int) bool {
	return lettersPattern.MatchString(text) && utf8.RuneCountInString(text) <= most
}

// validNumber also takes the short numbers of workers.
func validNumber(letter, number string) bool {
	return numberPattern.MatchString(number) || worker(letter) && workerNumberPattern.MatchString(number)
}

func worker(letter string) bool { return letter == "A" || letter == "D" }

// ValidFolio tells whether a text has the form of a folio.
func ValidFolio(folio string) bool { return folioPattern.MatchString(folio) }
