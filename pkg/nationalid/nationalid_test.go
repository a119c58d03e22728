package nationalid_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/ventanilla/ventanilla/pkg/nationalid"
)

// good are published examples, by their canonical form, with how people write them.
func good() map[nationalid.Kind]map[string][]string {
	return map[nationalid.Kind]map[string][]string{
		nationalid.RUT: {
			"12345678-5": {"12.345.678-5", "123456785", " 12 345 678 - 5 ", "012.345.678-5"},
			"44444444-4": {"44.444.444-4"},
			"76086428-5": {"76.086.428-5", "76086428–5"},
			"12531909-2": {"12531909-2"},
			"6-K":        {"6k", "6-K", "00.000.006-k"},
			"1-9":        {"1-9", "19"},
		},
		nationalid.CURP: {
			"HEGG560427MVZRRL04": {"hegg560427mvzrrl04", "HEGG 560427 MVZRRL 04", "HEGG-560427-MVZRRL-04"},
			"BOXW310820HNERXN09": {"boxw310820hnerxn09"},
		},
		nationalid.CPF: {
			"39053344705": {"390.533.447-05", "390533447 05"},
			"12345678909": {"123.456.789-09"},
			"11144477735": {"111.444.777-35"},
			"52998224725": {"529.982.247-25"},
		},
		nationalid.CUIT: {
			"20055361682": {"20-05536168-2", "20.05536168.2"},
			"20123456786": {"20-12345678-6"},
			"30500010912": {"30-50001091-2"},
		},
		nationalid.DNI: {
			"20123456": {"20.123.456", "20 123 456"},
			"5123456":  {"5.123.456", "05123456"},
		},
	}
}

func TestNumbersComeInOneForm(t *testing.T) {
	for kind, numbers := range good() {
		for canonical, written := range numbers {
			for _, text := range append(written, canonical, strings.ToLower(canonical)) {
				if got, err := nationalid.Parse(kind, text); got != canonical || err != nil {
					t.Errorf("%s %q is %q, %v", kind, text, got, err)
				}
			}
		}
	}
}

// A number with one digit changed is refused, where the register's algorithm finds every such mistake.
func TestOneWrongDigitIsFound(t *testing.T) {
	for kind, numbers := range good() {
		for canonical := range numbers {
			for at := range len(canonical) {
				if !finds(kind, canonical, at) {
					continue
				}
				for _, digit := range "0123456789K" {
					wrong := canonical[:at] + string(digit) + canonical[at+1:]
					if wrong == canonical {
						continue
					}
					if got, err := nationalid.Parse(kind, wrong); err == nil {
						t.Errorf("%s %q is read as %q", kind, wrong, got)
					}
				}
			}
		}
	}
}

// finds tells whether a kind's algorithm finds every wrong digit at a place of a number.
func finds(kind nationalid.Kind, canonical string, at int) bool {
	switch kind {
	case nationalid.DNI:
		return false // it has no check digit
	case nationalid.CURP:
		return strings.Contains(" 5 7 9 17 ", fmt.Sprintf(" %d ", at)) // other weights share a factor with 10
	case nationalid.CPF:
		return canonical[9] != '0' // which stands for two remainders, so that 390.533.447-05 and 490.533.447-05 are both good
	}
	return canonical[at] != '-'
}

func TestWrongNumbersAreRefusedWithoutRepeatingThem(t *testing.T) {
	for kind, numbers := range map[nationalid.Kind][]string{
		nationalid.RUT: {"", "-", "K", "0-0", "12345678", "1234567890-3", "12.345.678-K", "K2345678-5", "1234567\x005", "１２３４５６７８-5"},
		nationalid.CURP: {
			"", "HEGG560427MVZRRL05", "HEGG560427MVZRRL0", "HEGG560427MVZRRL044", "HEGG561327MVZRRL04", "HEGG560230MVZRRL04",
			"HEGG560427ZVZRRL04", "HEGG560427MXXRRL04", "HEGG560427MVZRAL04", "HBGG560427MVZRRL04", "HEGG560427MVZRRL0A",
		},
		nationalid.CPF: {
			"", "00000000000", "111.111.111-11", "999.999.999-99", "390.533.447-06", "390.533.447-15", "3905334470", "390533447055",
			"390533447O5",
		},
		nationalid.CUIT: {"", "20-12345678-5", "12-12345678-6", "2012345678", "201234567866", "20-1234567A-6"},
		nationalid.DNI:  {"", "123456", "123456789", "00000000", "0123456", "2012345A"},
		"passport":      {"123456789"},
	} {
		for _, number := range append(numbers, strings.Repeat("1", 65)) {
			got, err := nationalid.Parse(kind, number)
			if err == nil {
				t.Errorf("%s %q is read as %q", kind, number, got)
			} else if len(number) > 2 && strings.Contains(err.Error(), number) {
				t.Errorf("%s: the error repeats the number: %v", kind, err)
			}
		}
	}
}

// A leap day is one of the century that the seventeenth character tells.
func TestACURPHasADateOfItsCentury(t *testing.T) {
	for _, test := range []struct {
		number string
		good   bool
	}{{"GOMA000229HDFMRNA", true}, {"GOMA000229HDFMRN0", false}, {"GOÑA000229MDFMRÑA", true}} {
		good := 0
		for digit := range 10 {
			if _, err := nationalid.Parse(nationalid.CURP, fmt.Sprint(test.number, digit)); err == nil {
				good++
			}
		}
		if want := map[bool]int{true: 1}[test.good]; good != want {
			t.Errorf("%d check digits make %s good, want %d", good, test.number, want)
		}
	}
}

func TestMasksShowTheEnd(t *testing.T) {
	for text, want := range map[string]string{
		"12345678-5": "••••78-5", "HEGG560427MVZRRL04": "••••RL04", "39053344705": "••••4705", "5123456": "••••456",
		"20123456": "••••456", "6-K": "••••", "": "••••", "peña@uñi.mx.ñandú": "••••andú",
	} {
		if got := nationalid.Mask(text); got != want {
			t.Errorf("%q is masked as %q, want %q", text, got, want)
		}
	}
}

func FuzzParse(f *testing.F) {
	kinds := []nationalid.Kind{nationalid.RUT, nationalid.CURP, nationalid.CPF, nationalid.CUIT, nationalid.DNI}
	for _, numbers := range good() {
		for canonical, written := range numbers {
			f.Add(canonical)
			f.Add(written[0])
		}
	}
	f.Add("n\u0303\xff\x00")
	f.Fuzz(func(t *testing.T, text string) {
		for _, kind := range kinds {
			canonical, err := nationalid.Parse(kind, text)
			if err != nil {
				continue
			}
			if again, err := nationalid.Parse(kind, canonical); again != canonical || err != nil {
				t.Errorf("%s %q is %q, and that %q, %v", kind, text, canonical, again, err)
			}
			if strings.Contains(canonical, nationalid.Masked) || len(canonical) > 32 {
				t.Errorf("%s %q is %q", kind, text, canonical)
			}
		}
	})
}
