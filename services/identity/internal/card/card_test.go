package card_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/ventanilla/ventanilla/pkg/testkit"
	"github.com/ventanilla/ventanilla/services/identity/internal/card"
)

func TestMain(m *testing.M) { testkit.Main(m) }

const validator = "https://iddi.universidad.mx/" // as long as one may be

func student() card.Holder {
	return card.Holder{
		Type: "L", Number: "19003500", FirstSurname: "Ladrón de Guevara", SecondSurname: "de la Tejera", GivenNames: "María del Consuelo",
		Programme: "Ciencias de la Educación", Code: "6895",
	}
}

func build(t *testing.T, h card.Holder) card.Fields {
	t.Helper()
	f, err := card.Build(validator, h, "1zr1RN")
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestACardSaysWhatTheDocumentsCardSays(t *testing.T) {
	if got := build(t, student()).Text(); got != vectorText {
		t.Errorf("%q, want %q", got, vectorText)
	}
}

func TestNamesAreSpeltAsCardsSpellThem(t *testing.T) {
	for _, c := range []struct{ first, second, given, want string }{
		{"Rodríguez", "", "José", "RODRIGUEZ, , JOSE"},
		{"", "Rodríguez", "José", "RODRIGUEZ, , JOSE"},
		{"", "", "Teresa", ", , TERESA"},
		{"Muñoz", "Agüero", "Íñigo", "MUÑOZ, AGÜERO, IÑIGO"},
		{"Mun\u0303oz", "Agu\u0308ero", "In\u0303igo", "MUÑOZ, AGÜERO, IÑIGO"},
		{"  de   la\u00a0Peña ", "Ñ\u0301", "Zoë Ǖma", "DE LA PEÑA, Ñ, ZOE ÜMA"},
		{"O´Connor", "D’Ávila", "Ángel-Luis Jr.", "O'CONNOR, D'AVILA, ANGEL-LUIS JR."},
		{"Straße", "Łącki", "Åse Ødegård Nguyễn", "STRASSE, LACKI, ASE ODEGARD NGUYEN"},
		{strings.Repeat("ABCDEFGHI ", 5), "Diez Once", "Doce", "ABCDEFGHI ABCDEFGHI ABCDEFGHI ABCDEFGHI ABCDEFGHI, DIEZ ONCE"},
	} {
		h := student()
		h.FirstSurname, h.SecondSurname, h.GivenNames = c.first, c.second, c.given
		if got := build(t, h).Name; got != c.want {
			t.Errorf("%q, want %q", got, c.want)
		}
	}
}

func TestCardsOfAllTypes(t *testing.T) {
	worker := student()
	worker.Type, worker.Number, worker.Programme, worker.Code = "A", "17", "Secretaría de Docencia", "12"
	external := card.Holder{Type: "E", FirstSurname: "Paz", GivenNames: "Ana", Programme: "Hospital Civil, área 2 (norte)"}
	for _, c := range []struct {
		holder card.Holder
		want   string
	}{
		{worker, "iDDi1|A|17|LADRON DE GUEVARA, DE LA TEJERA, MARIA DEL CONSUELO|SECRETARIA DE DOCENCIA|12|1zr1RN"},
		{external, "iDDi1|E|0000|PAZ, , ANA|HOSPITAL CIVIL, AREA 2 (NORTE)|0|1zr1RN"},
	} {
		if got := build(t, c.holder).Text(); got != c.want {
			t.Errorf("%q, want %q", got, c.want)
		}
	}
}

// Letters of two bytes would make the code too long: the name gives way, then the programme.
func TestAQRCodeHasAtMost251Bytes(t *testing.T) {
	h := student()
	h.Number, h.Code = "123456789012", "12345"
	for _, c := range []struct {
		name, programme         string
		nameBytes, programBytes int
	}{
		{"A", "B", 60, 40},
		{"Ñ", "B", 60, 40},
		{"A", "Ü", 60, 40},
		{"Ñ", "Ü", 60, 40},
	} {
		h.FirstSurname, h.SecondSurname, h.GivenNames = strings.Repeat(c.name, 64), "", "X"
		h.Programme = strings.Repeat(c.programme, 64)
		f := build(t, h)
		qr := card.QR(validator, f.Text(), vectorSignature)
		if len(qr) != card.MaxQR || len(f.Name) != c.nameBytes || len(f.Programme) != c.programBytes {
			t.Errorf("%d bytes, name %d, programme %d", len(qr), len(f.Name), len(f.Programme))
		}
		if _, err := card.Parse(qr); err != nil {
			t.Error(err)
		}
	}
	h.Number, h.FirstSurname, h.Programme = "1234", "ÑANDÚ", "Ñame" // there is room: nothing is cut
	if f := build(t, h); f.Name != "ÑANDU, , X" || f.Programme != "ÑAME" {
		t.Errorf("%+v", f)
	}
}

func TestWhatCannotBePrintedIsNotIssued(t *testing.T) {
	for field, change := range map[string]func(*card.Holder){
		"first_surname":  func(h *card.Holder) { h.FirstSurname = "Paz|Ruiz" },
		"second_surname": func(h *card.Holder) { h.SecondSurname = "Paz\nRuiz" },
		"given_names":    func(h *card.Holder) { h.GivenNames = " " },
		"programme":      func(h *card.Holder) { h.Programme = "\x7f" },
		"number":         func(h *card.Holder) { h.Number = "" },
		"code":           func(h *card.Holder) { h.Code = "" },
	} {
		for _, more := range []func(*card.Holder){func(*card.Holder) {}, func(h *card.Holder) { h.Type = "A" }} {
			h := student()
			change(&h)
			more(&h)
			_, err := card.Build(validator, h, "1zr1RN")
			if wrong, ok := errors.AsType[*card.FieldError](err); !ok || wrong.Field != field {
				t.Errorf("%s: %v", field, err)
			}
		}
	}
	for _, text := range []string{"Иван", "李", "a,b", "Paz\u200dRuiz", "\uff5c", "a#b", "\xff", "\u202e"} {
		h := student()
		h.GivenNames = text
		if f, err := card.Build(validator, h, "1zr1RN"); err == nil {
			t.Errorf("issued %q", f.Name)
		}
	}
	for _, folio := range []string{"", "1234567", "a|b", "ñ"} {
		if _, err := card.Build(validator, student(), folio); err == nil {
			t.Errorf("issued with the folio %q", folio)
		}
	}
}
