package opaquejwt_test

import (
	"encoding/base64"
	"strings"
	"testing"

	"github.com/ventanilla/ventanilla/pkg/opaquejwt"
	"github.com/ventanilla/ventanilla/pkg/testkit"
)

func TestMain(m *testing.M) { testkit.Main(m) }

type claims struct {
	Names    []string `json:"names"`
	Audience string   `json:"aud"`
}

func TestATokenIsKnownByItsText(t *testing.T) {
	text, hash, err := opaquejwt.Sign(claims{[]string{"segurança <&>"}, "all"})
	if err != nil {
		t.Fatal(err)
	}
	parts := strings.Split(text, ".")
	if len(parts) != 3 {
		t.Fatalf("%d parts", len(parts))
	}
	for i, want := range []string{`{"alg":"HS256","typ":"JWT"}`, `{"names":["segurança <&>"],"aud":"all"}`} {
		if raw, err := base64.RawURLEncoding.DecodeString(parts[i]); err != nil || string(raw) != want {
			t.Errorf("part %d is %s, %v; want %s", i, raw, err, want)
		}
	}
	if raw, err := base64.RawURLEncoding.DecodeString(parts[2]); err != nil || len(raw) != 32 {
		t.Errorf("a signature of %d bytes, %v", len(raw), err)
	}
	if got, ok := opaquejwt.Hash(text); !ok || got != hash {
		t.Error("the token is not known again")
	}
	again, other, err := opaquejwt.Sign(claims{[]string{"segurança <&>"}, "all"})
	if err != nil || again == text || other == hash {
		t.Errorf("two tokens of the same claims are the same, or %v", err)
	}
}

func TestWhatIsNoToken(t *testing.T) {
	good, _, err := opaquejwt.Sign(claims{})
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		"empty":          "",
		"another header": "eyJhbGciOiJub25lIn0." + good[strings.IndexByte(good, '.')+1:],
		"two parts":      good[:strings.LastIndexByte(good, '.')],
		"four parts":     good + ".",
		"too long":       good + strings.Repeat("A", opaquejwt.MaxSize),
	} {
		if _, ok := opaquejwt.Hash(text); ok {
			t.Errorf("%s: taken for a token", name)
		}
	}
	if _, _, err := opaquejwt.Sign(claims{Names: []string{strings.Repeat("a", opaquejwt.MaxSize)}}); err == nil {
		t.Error("a token of any length")
	}
	if _, _, err := opaquejwt.Sign(func() {}); err == nil {
		t.Error("claims that have no JSON")
	}
}
