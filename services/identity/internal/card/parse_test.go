package card_test

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/ventanilla/ventanilla/services/identity/internal/card"
)

func TestCardsAreRead(t *testing.T) {
	want := strings.Split(vectorText, "|")
	for prefix, addressed := range map[string]bool{"": false, "#": true, "https://id.example/c#": true} {
		read, err := card.Parse(prefix + vectorText + "|" + vectorSignature)
		if err != nil {
			t.Fatal(err)
		}
		if read.Addressed != addressed || read.Address != strings.TrimSuffix(prefix, "#") {
			t.Errorf("%q: address %q", prefix, read.Address)
		}
		if !slices.Equal(read.List(), want) || read.Text() != vectorText || read.Signature != vectorSignature {
			t.Errorf("%+v", read)
		}
	}
	for _, text := range []string{
		"iDDi1|D|17|A|B|1|a", "iDDi1|A|123456789012|A|B|1|a", "iDDi1|B|-XBLMOV-|A|B|00001|ZZZZZZ", "iDDi1|E|0000|, , A|B|0|000000",
	} {
		if _, err := card.Parse(text + "|" + vectorSignature); err != nil {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func TestWhatIsNoCardIsNotRead(t *testing.T) {
	whole := vectorText + "|" + vectorSignature
	for name, qr := range map[string]string{
		"empty": "", "address only": "https://id.example/c#", "no signature": vectorText, "one field more": whole + "|",
		"another version": "iDDi2" + whole[5:], "version's case": "IDDI1" + whole[5:],
		"type": strings.Replace(whole, "|L|", "|Z|", 1), "two letters": strings.Replace(whole, "|L|", "|LL|", 1),
		"number's letter": strings.Replace(whole, "19003500", "1900A500", 1), "short number of a student": strings.Replace(whole, "19003500", "190", 1),
		"long number": strings.Replace(whole, "19003500", "1900350019003", 1), "no number": strings.Replace(whole, "19003500", "", 1),
		"lower case": strings.Replace(whole, "LADRON", "ladron", 1), "accent": strings.Replace(whole, "LADRON", "LADRÓN", 1),
		"decomposed": strings.Replace(whole, "LADRON", "N\u0303", 1), "no name": strings.Replace(whole, "LADRON DE GUEVARA, DE LA TEJERA, MARIA DEL CONSUELO", "", 1),
		"long name":      strings.Replace(whole, "LADRON", strings.Repeat("A", 17), 1),
		"long programme": strings.Replace(whole, "CIENCIAS", strings.Repeat("C", 25), 1),
		"code":           strings.Replace(whole, "|6895|", "|689500|", 1), "code's letter": strings.Replace(whole, "|6895|", "|68A|", 1),
		"folio": strings.Replace(whole, "1zr1RN", "1zr1RNa", 1), "no folio": strings.Replace(whole, "1zr1RN", "", 1), "sign in the folio": strings.Replace(whole, "1zr1RN", "1zr-RN", 1),
		"short signature": whole[:len(whole)-1], "long signature": whole + "A", "padding": whole[:len(whole)-1] + "=",
		"spare bits": whole[:len(whole)-1] + "h", "standard alphabet": strings.Replace(whole, "Wz-", "Wz+", 1), "line break in the signature": whole[:len(whole)-1] + "\n",
		"second #": "https://id.example/c#" + strings.Replace(whole, "LADRON", "LADRO#", 1),
		"UTF-8":    "\xff#" + whole, "too long": strings.Repeat("a", card.MaxQR-len(whole)) + "#" + whole,
		"line break before": "\n" + whole, "line break after a field": strings.Replace(whole, "|L|", "|L\n|", 1), "space": " " + whole,
	} {
		if _, err := card.Parse(qr); err == nil {
			t.Errorf("%s: read %q", name, qr)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add("https://id.example/c#" + vectorText + "|" + vectorSignature)
	f.Add("iDDi1|E|0000|, , Ñ|Ü|0|000000|" + strings.Repeat("A", 86))
	f.Add("#||||||||")
	f.Fuzz(func(t *testing.T, qr string) {
		read, err := card.Parse(qr)
		if err != nil {
			return
		}
		again := read.Text() + "|" + read.Signature
		if read.Addressed {
			again = card.QR(read.Address, read.Text(), read.Signature)
		}
		if again != qr || !utf8.ValidString(qr) || len(qr) > card.MaxQR || !card.ValidSignatureForm(read.Signature) || !card.ValidFolio(read.Folio) {
			t.Errorf("read %q as %+v", qr, read)
		}
		if strings.ContainsAny(read.Text(), "\r\n#") || len(read.List()) != 7 {
			t.Errorf("read %+v", read)
		}
	})
}
