package widgettoken_test

import (
	"bytes"
	"encoding/base64"
	"errors"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/ventanilla/ventanilla/services/auth/internal/widgettoken"
)

var issued = time.Unix(1579182115, 0)

func claims(t testing.TB) widgettoken.Claims {
	t.Helper()
	id, err := widgettoken.NewID(7)
	if err != nil {
		t.Fatal(err)
	}
	return widgettoken.Claims{
		Issuer: "https://issuer.example", ID: id, Citizen: 81, KeyID: "k1", IssuedAt: issued, Expires: issued.Add(time.Hour),
	}
}

// key is a client's.
func key(t testing.TB, clientID string) []byte {
	t.Helper()
	made, err := widgettoken.DeriveKey(bytes.Repeat([]byte{1}, 32), clientID)
	if err != nil {
		t.Fatal(err)
	}
	return made
}

// known finds a client's key under k1.
func known(t testing.TB, clientID string) func(string) ([]byte, error) {
	return func(id string) ([]byte, error) {
		if id != "k1" {
			return nil, nil
		}
		return key(t, clientID), nil
	}
}

func sign(t testing.TB, c widgettoken.Claims) string {
	t.Helper()
	token, err := widgettoken.Sign(c, key(t, "a client"))
	if err != nil {
		t.Fatal(err)
	}
	return token
}

func TestATokenIsReadAsItWasWritten(t *testing.T) {
	want := claims(t)
	got, err := widgettoken.Parse(sign(t, want), known(t, "a client"))
	if err != nil || got != want {
		t.Errorf("got %+v, %v, want %+v", got, err, want)
	}
	if epoch, ok := widgettoken.Epoch(got.ID); !ok || epoch != 7 || len(got.ID) != 16 {
		t.Errorf("epoch %d, %t of %q", epoch, ok, got.ID)
	}
}

func TestIdentifiers(t *testing.T) {
	seen := map[string]bool{}
	for _, epoch := range []int64{0, 1, 1, math.MaxUint32} {
		id, err := widgettoken.NewID(epoch)
		if err != nil || seen[id] {
			t.Errorf("%d: %q, %v", epoch, id, err)
		}
		seen[id] = true
		if got, ok := widgettoken.Epoch(id); !ok || got != epoch {
			t.Errorf("%d became %d, %t", epoch, got, ok)
		}
	}
	for _, epoch := range []int64{-1, math.MaxUint32 + 1} {
		if id, err := widgettoken.NewID(epoch); err == nil {
			t.Errorf("%d: %q", epoch, id)
		}
	}
	for _, id := range []string{"", "AAAAAAAAAAAAAAA", "AAAAAAAAAAAAAAAAA", "AAAAAAAA+AAAAAAA", strings.Repeat("a", 80)} {
		if _, ok := widgettoken.Epoch(id); ok {
			t.Errorf("%q has an epoch", id)
		}
	}
}

// compact is a token of any header and payload, signed with the client's key.
func compact(t *testing.T, header, payload string) string {
	t.Helper()
	text := base64.RawURLEncoding.EncodeToString([]byte(header)) + "." + base64.RawURLEncoding.EncodeToString([]byte(payload))
	signature, err := jwt.SigningMethodHS256.Sign(text, key(t, "a client"))
	if err != nil {
		t.Fatal(err)
	}
	return text + "." + base64.RawURLEncoding.EncodeToString(signature)
}

func TestOtherTextsAreNoTokens(t *testing.T) {
	good := sign(t, claims(t))
	parts := strings.Split(good, ".")
	head, err := base64.RawURLEncoding.DecodeString(parts[0])
	if err != nil {
		t.Fatal(err)
	}
	payload, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		t.Fatal(err)
	}
	said := func(from, to string) string { return strings.Replace(string(payload), from, to, 1) }
	if _, err := widgettoken.Parse(compact(t, string(head), string(payload)), known(t, "a client")); err != nil {
		t.Fatalf("the same again: %v", err)
	}
	last := strings.Index("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_", good[len(good)-1:])
	spare := string("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"[last|3])
	if spare == good[len(good)-1:] {
		spare = string("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"[last&^3])
	}
	for name, token := range map[string]string{
		"empty":               "",
		"two parts":           parts[0] + "." + parts[1],
		"four parts":          good + ".",
		"line breaks":         parts[0] + "\n." + parts[1] + "." + parts[2],
		"spare bits":          good[:len(good)-1] + spare,
		"padding":             good + "=",
		"unsigned":            parts[0] + "." + parts[1] + ".",
		"no algorithm":        compact(t, `{"typ":"JWT","alg":"none","kid":"k1"}`, string(payload)),
		"another algorithm":   compact(t, `{"typ":"JWT","alg":"HS512","kid":"k1"}`, string(payload)),
		"members in disorder": compact(t, `{"alg":"HS256","typ":"JWT","kid":"k1"}`, string(payload)),
		"a critical member":   compact(t, `{"typ":"JWT","alg":"HS256","kid":"k1","crit":["b64"]}`, string(payload)),
		"no citizen":          compact(t, string(head), said(`"sub":81`, `"sub":0`)),
		"a citizen by name":   compact(t, string(head), said(`"sub":81`, `"sub":"81"`)),
		"another model":       compact(t, string(head), said("23bd", "23bc")),
		"no end":              compact(t, string(head), said(`"exp":1579185715,`, "")),
		"no beginning":        compact(t, string(head), said(`"iat":1579182115,`, "")),
		"no JSON":             compact(t, string(head), "{"),
		"too long":            compact(t, string(head), said(`"iss":"`, `"iss":"`+strings.Repeat("a", widgettoken.MaxSize))),
	} {
		if _, err := widgettoken.Parse(token, known(t, "a client")); !errors.Is(err, widgettoken.ErrInvalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := widgettoken.Parse(good, known(t, "another client")); !errors.Is(err, widgettoken.ErrInvalid) || errors.Is(err, widgettoken.ErrUnknownKey) {
		t.Errorf("another client's: %v", err)
	}
	other := claims(t)
	other.KeyID = "k2"
	if got, err := widgettoken.Parse(sign(t, other), known(t, "a client")); !errors.Is(err, widgettoken.ErrUnknownKey) || got.KeyID != "k2" {
		t.Errorf("an unknown key: %+v, %v", got, err)
	}
	away := errors.New("away")
	if _, err := widgettoken.Parse(good, func(string) ([]byte, error) { return nil, away }); !errors.Is(err, away) {
		t.Errorf("keys that cannot be opened: %v", err)
	}
}

func FuzzParse(f *testing.F) {
	f.Add(sign(f, claims(f)))
	f.Add("a.b.c")
	f.Add("..")
	f.Add("eyJ0eXAiOiJKV1QiLCJhbGciOiJIUzI1NiIsImtpZCI6ImsxIn0.e30.AA")
	f.Fuzz(func(t *testing.T, token string) {
		got, err := widgettoken.Parse(token, known(t, "a client"))
		if err != nil {
			if !errors.Is(err, widgettoken.ErrInvalid) {
				t.Errorf("%v", err)
			}
			return
		}
		if again := sign(t, got); again != token {
			t.Errorf("%q is written as %q", token, again)
		}
	})
}
