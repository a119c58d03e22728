package accesstoken_test

import (
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/golang-jwt/jwt/v5"
	"github.com/google/go-cmp/cmp"

	"github.com/ventanilla/ventanilla/services/auth/internal/accesstoken"
)

var (
	key    = mustKey()
	parser = accesstoken.NewParser(keys)
	issued = time.Unix(1549297602, 0)
	id     = strings.Repeat("0", 15) + "3" + strings.Repeat("ab", 32)
	claims = accesstoken.Claims{
		ClientID: "1", ID: id, IssuedAt: issued, Expires: issued.AddDate(1, 0, 0),
		Scopes: []string{"a", "b<&>"},
	}
)

func mustKey() *rsa.PrivateKey {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	return key
}

func keys(keyID string) *rsa.PublicKey {
	if keyID == "k1" {
		return &key.PublicKey
	}
	return nil
}

func sign(t testing.TB, claims accesstoken.Claims) string {
	t.Helper()
	token, err := accesstoken.Sign(claims, "k1", key)
	if err != nil {
		t.Fatal(err)
	}
	return token
}

func TestShape(t *testing.T) {
	bare := claims
	bare.Scopes = nil
	const head = `{"typ":"JWT","alg":"RS256","jti":"$ID","kid":"k1"}`
	const body = `{"aud":"1","jti":"$ID","iat":1549297602,"nbf":1549297602,"exp":1580833602,"sub":"","scopes":`
	cases := map[string]struct {
		claims  accesstoken.Claims
		payload string
	}{
		"scopes":    {claims, body + `["a","b<&>"]}`},
		"no scopes": {bare, body + `[]}`},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			parts := strings.Split(sign(t, c.claims), ".")
			for i, want := range []string{head, c.payload} {
				got, err := base64.RawURLEncoding.Strict().DecodeString(parts[i])
				if err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(strings.ReplaceAll(want, "$ID", id), string(got)); diff != "" {
					t.Error(diff)
				}
			}
		})
	}
}

func TestAnotherLibraryVerifies(t *testing.T) {
	signature, err := jose.ParseSignedCompact(sign(t, claims), []jose.SignatureAlgorithm{jose.RS256})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := signature.Verify(&key.PublicKey); err != nil {
		t.Error(err)
	}
}

func TestParseReturnsWhatWasSigned(t *testing.T) {
	got, err := parser.Parse(sign(t, claims))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(claims, got); diff != "" {
		t.Error(diff)
	}
}

func TestParseRefuses(t *testing.T) {
	token := sign(t, claims)
	parts := strings.Split(token, ".")
	stray := token[:len(token)-1] + string(rune(token[len(token)-1]+1))
	// forge signs with the key a header that has parts of a right one replaced.
	forge := func(method jwt.SigningMethod, replaced, by string, key any) string {
		t.Helper()
		header := `{"typ":"JWT","alg":"` + method.Alg() + `","jti":"` + id + `","kid":"k1"}`
		text := base64.RawURLEncoding.EncodeToString([]byte(strings.Replace(header, replaced, by, 1))) + "." + parts[1]
		signature, err := method.Sign(text, key)
		if err != nil {
			t.Fatal(err)
		}
		return text + "." + base64.RawURLEncoding.EncodeToString(signature)
	}
	if _, err := parser.Parse(forge(jwt.SigningMethodRS256, "", "", key)); err != nil {
		t.Fatalf("the forger's base case: %v", err)
	}
	cases := map[string]string{
		"empty":             "",
		"two parts":         parts[0] + "." + parts[1],
		"no signature":      parts[0] + "." + parts[1] + ".",
		"stray bits":        stray,
		"line break":        token[:9] + "\r\n" + token[9:],
		"padding":           token + "=",
		"too long":          token + strings.Repeat("a", accesstoken.MaxSize),
		"alg none":          forge(jwt.SigningMethodNone, "", "", jwt.UnsafeAllowNoneSignatureType),
		"alg HS256":         forge(jwt.SigningMethodHS256, "", "", []byte("k")),
		"alg RS512":         forge(jwt.SigningMethodRS512, "", "", key),
		"alg PS256":         forge(jwt.SigningMethodPS256, "", "", key),
		"crit":              forge(jwt.SigningMethodRS256, `"k1"`, `"k1","crit":["x"]`, key),
		"own key":           forge(jwt.SigningMethodRS256, `"k1"`, `"k1","jwk":{}`, key),
		"other type":        forge(jwt.SigningMethodRS256, "JWT", "at+jwt", key),
		"unknown key":       forge(jwt.SigningMethodRS256, `"k1"`, `"k2"`, key),
		"key no string":     forge(jwt.SigningMethodRS256, `"k1"`, `1`, key),
		"another's key":     forge(jwt.SigningMethodRS256, "", "", mustKey()),
		"two identifiers":   forge(jwt.SigningMethodRS256, id, "other", key),
		"identifier absent": forge(jwt.SigningMethodRS256, `"jti":"`+id+`",`, "", key),
	}
	for name, text := range cases {
		t.Run(name, func(t *testing.T) {
			if _, err := parser.Parse(text); !errors.Is(err, accesstoken.ErrInvalid) {
				t.Errorf("Parse: %v", err)
			}
		})
	}
}

func TestEpoch(t *testing.T) {
	for _, epoch := range []int64{0, 1, 1 << 40} {
		id := accesstoken.NewID(epoch)
		if got, ok := accesstoken.Epoch(id); len(id) != 80 || !ok || got != epoch {
			t.Errorf("Epoch(%s) = %d, %v; want %d", id, got, ok, epoch)
		}
	}
	for _, id := range []string{"", "zz", strings.Repeat("f", 80), strings.Repeat("0", 78)} {
		if _, ok := accesstoken.Epoch(id); ok {
			t.Errorf("Epoch(%q) is accepted", id)
		}
	}
	if first, second := accesstoken.NewID(0), accesstoken.NewID(0); first == second {
		t.Error("identifiers repeat")
	}
}

func FuzzParse(f *testing.F) {
	token := sign(f, claims)
	f.Add(token)
	f.Add(token[:len(token)-4])
	f.Add("..")
	f.Add("eyJhbGciOiJub25lIn0.e30.")
	f.Fuzz(func(t *testing.T, text string) {
		if _, err := parser.Parse(text); err == nil && text != token {
			t.Errorf("another text passes for the token: %q", text)
		}
	})
}
