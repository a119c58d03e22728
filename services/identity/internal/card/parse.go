package card

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"
)

// Read is a card as it was read from a QR code.
type Read struct {
	Fields
	// Address is what stood before "#"; Addressed is false when there was no "#".
	Address   string
	Addressed bool
	// Signature has the form of one.
	Signature string
}

// Parse reads the text of a QR code, with or without the address and "#". It fails for whatever no card says: a wrong
// version, number of fields, form of a field, alphabet, length, or encoding.
func Parse(qr string) (Read, error) {
	if len(qr) > MaxQR {
		return Read{}, fmt.Errorf("reading a card: %d bytes are more than %d", len(qr), MaxQR)
	}
	if !utf8.ValidString(qr) {
		return Read{}, errors.New("reading a card: not UTF-8")
	}
	var read Read
	rest := qr
	if address, text, ok := strings.Cut(qr, "#"); ok {
		read.Address, read.Addressed, rest = address, true, text
	}
	fields := strings.Split(rest, "|")
	if len(fields) != 8 {
		return Read{}, fmt.Errorf("reading a card: %d fields, not 8", len(fields))
	}
	if fields[0] != Version {
		return Read{}, errors.New("reading a card: another version")
	}
	read.Fields = Fields{fields[1], fields[2], fields[3], fields[4], fields[5], fields[6]}
	if err := read.check(); err != nil {
		return Read{}, fmt.Errorf("reading a card: %w", err)
	}
	if read.Signature = fields[7]; !ValidSignatureForm(read.Signature) {
		return Read{}, errors.New("reading a card: the signature is not 86 characters of base64url")
	}
	return read, nil
}

// QR is the text of a QR code.
func QR(validator, text, signature string) string { return validator + "#" + text + "|" + signature }
