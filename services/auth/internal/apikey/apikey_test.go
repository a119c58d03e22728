package apikey_test

import (
	"bytes"
	"regexp"
	"strings"
	"testing"

	"github.com/ventanilla/ventanilla/pkg/testkit"
	"github.com/ventanilla/ventanilla/services/auth/internal/apikey"
)

func TestMain(m *testing.M) { testkit.Main(m) }

var form = regexp.MustCompile(`^vtk_[a-z2-7]{16}_[A-Za-z0-9_-]{43}$`)

func TestANewKeyIsReadAsMade(t *testing.T) {
	text, id, hash := apikey.New()
	if !form.MatchString(text) || text[4:20] != id {
		t.Errorf("a key of the form %d, identifier %q", len(text), id)
	}
	if gotID, gotHash, ok := apikey.Parse(text); !ok || gotID != id || !bytes.Equal(gotHash, hash) {
		t.Errorf("read as %q, %v", gotID, ok)
	}
	if other, _, _ := apikey.New(); other == text {
		t.Error("two keys are the same")
	}
}

func TestWhatIsNoKey(t *testing.T) {
	good, _, _ := apikey.New()
	secret := strings.Repeat("A", 43)
	for name, text := range map[string]string{
		"empty":                "",
		"without prefix":       good[4:],
		"another prefix":       "sk_" + good[4:],
		"cut":                  good[:63],
		"longer":               good + "A",
		"no underscore":        good[:20] + "-" + good[21:],
		"upper-case":           "vtk_ABCDEFGHIJKLMNOP_" + secret,
		"no base32":            "vtk_abcdefghijklmno1_" + secret,
		"no text":              "vtk_abcdefghijklmno\xff_" + secret,
		"no base64url":         "vtk_abcdefghijklmnop_+" + secret[1:],
		"stray bits":           "vtk_abcdefghijklmnop_" + secret[1:] + "B",
		"line break in id":     "vtk_abcdefghijklmno\n_" + secret,
		"line break in secret": "vtk_abcdefghijklmnop_\n" + secret[1:],
	} {
		t.Run(name, func(t *testing.T) {
			if id, hash, ok := apikey.Parse(text); ok || id != "" || hash != nil {
				t.Errorf("read as %q", id)
			}
		})
	}
}

func FuzzParse(f *testing.F) {
	text, _, _ := apikey.New()
	f.Add(text)
	f.Add("vtk_abcdefghijklmnop_" + strings.Repeat("A", 43))
	f.Add("")
	f.Fuzz(func(t *testing.T, text string) {
		id, hash, ok := apikey.Parse(text)
		if ok && (!form.MatchString(text) || text[4:20] != id || len(hash) != 32) {
			t.Fatalf("%q is read as %q", text, id)
		}
	})
}
