package recipient

import (
	"regexp"
	"testing"
)

func TestNumbersAreReadAsPeopleWriteThem(t *testing.T) {
	for text, want := range map[string]string{
		"+56 9 5555 0001":        "+56955550001",
		"9 5555 0001":            "+56955550001",
		"(2) 2000 0001":          "+56220000001",
		"+52 (55) 2000-0002":     "+525520000002",
		"tel:+56-9-5555-0001":    "+56955550001",
		"+56 9 5555 0001 ext. 3": "+56955550001",
		"12":                     "",
		"por la tarde":           "",
		"+999 1":                 "",
		"":                       "",
	} {
		got, ok := e164(text, "CL")
		if got != want || ok != (want != "") {
			t.Errorf("%q is %q", text, got)
		}
	}
}

func FuzzNumber(f *testing.F) {
	for _, seed := range []string{"+56 9 5555 0001", "9 5555 0001", "tel:+56", "+1;ext=1", "٠١٢٣٤٥٦٧٨٩", "1-800-FLOWERS", "+", "\xff"} {
		f.Add(seed, "CL")
	}
	form := regexp.MustCompile(`^\+[1-9][0-9]{1,18}$`)
	f.Fuzz(func(t *testing.T, text, region string) {
		got, ok := e164(text, region)
		if ok != (got != "") || ok && !form.MatchString(got) {
			t.Fatalf("read as %q, %v", got, ok)
		}
		if !ok {
			return
		}
		if again, ok := e164(got, "CL"); !ok || again != got {
			t.Errorf("%q is read again as %q", got, again)
		}
	})
}
