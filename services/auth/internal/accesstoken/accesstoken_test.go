package accesstoken_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/golang-jwt/jwt/v5"
	"github.com/google/go-cmp/cmp"

	"github.com/ventanilla/ventanilla/services/auth/internal/accesstoken"
	"github.com/ventanilla/ventanilla/services/auth/internal/jws"
)

// The keys of all algorithms, by their identifiers.
var (
	signers = map[string]crypto.Signer{"k1": rsaKey(), "k2": ecKey(elliptic.P256()), "k3": edKey()}
	methods = map[string]jwt.SigningMethod{
		"k1": jwt.SigningMethodRS256, "k2": jwt.SigningMethodES256, "k3": jwt.SigningMethodEdDSA,
	}
	parser = accesstoken.NewParser(public)
	issued = time.Unix(1549297602, 0)
	id     = strings.Repeat("0", 15) + "3" + strings.Repeat("ab", 32)
	claims = accesstoken.Claims{
		ClientID: "1", Audience: []string{"1"}, ID: id, IssuedAt: issued, Expires: issued.AddDate(1, 0, 0),
		Scopes: []string{"a", "b<&>"},
	}
)

func internal(audience ...string) accesstoken.Claims {
	standard := claims
	standard.Form, standard.Issuer, standard.Audience = accesstoken.InternalForm, "https://auth.example", audience
	return standard
}

func party() accesstoken.Claims {
	named := claims
	named.Form, named.Issuer, named.Audience = accesstoken.PartyForm, "https://auth.example", []string{"https://api.example/v1"}
	named.Subject = "1@docencia"
	return named
}

func must[K any](key K, err error) K {
	if err != nil {
		panic(err)
	}
	return key
}

func rsaKey() crypto.Signer { return must(rsa.GenerateKey(rand.Reader, 2048)) }

func ecKey(curve elliptic.Curve) crypto.Signer { return must(ecdsa.GenerateKey(curve, rand.Reader)) }

func edKey() crypto.Signer {
	_, key, err := ed25519.GenerateKey(rand.Reader)
	return must(key, err)
}

func public(keyID string) crypto.PublicKey {
	if key := signers[keyID]; key != nil {
		return key.Public()
	}
	return nil
}

func sign(t testing.TB, claims accesstoken.Claims, keyID string) string {
	t.Helper()
	token, err := accesstoken.Sign(claims, jws.Key{ID: keyID, Signer: signers[keyID]})
	if err != nil {
		t.Fatal(err)
	}
	return token
}

func TestShape(t *testing.T) {
	bare, bareInternal, bareParty := claims, internal("https://auth.example"), party()
	bare.Scopes, bareInternal.Scopes, bareParty.Scopes = nil, nil, nil
	const body = `{"aud":"1","jti":"$ID","iat":1549297602,"nbf":1549297602,"exp":1580833602,"sub":"","scopes":`
	const standard = `{"iss":"https://auth.example","sub":"1","client_id":"1","aud":$AUD,"exp":1580833602,"iat":1549297602,"nbf":1549297602,"jti":"$ID"`
	const named = `{"iss":"https://auth.example","sub":"1@docencia","aud":"https://api.example/v1","iat":1549297602,"exp":1580833602,"azp":"1",` +
		`"scope":"$SCOPE","gty":"client-credentials","jti":"$ID"}`
	cases := map[string]struct {
		claims          accesstoken.Claims
		key             string
		header, payload string
	}{
		"RS256":     {claims, "k1", `{"typ":"JWT","alg":"RS256","jti":"$ID","kid":"k1"}`, body + `["a","b<&>"]}`},
		"ES256":     {claims, "k2", `{"typ":"JWT","alg":"ES256","jti":"$ID","kid":"k2"}`, body + `["a","b<&>"]}`},
		"EdDSA":     {claims, "k3", `{"typ":"JWT","alg":"EdDSA","jti":"$ID","kid":"k3"}`, body + `["a","b<&>"]}`},
		"no scopes": {bare, "k1", `{"typ":"JWT","alg":"RS256","jti":"$ID","kid":"k1"}`, body + `[]}`},
		"internal": {
			internal("r1", "r2"), "k3", `{"typ":"at+jwt","alg":"EdDSA","kid":"k3"}`,
			strings.Replace(standard, "$AUD", `["r1","r2"]`, 1) + `,"scope":"a b<&>"}`,
		},
		"internal, no scopes": {
			bareInternal, "k2", `{"typ":"at+jwt","alg":"ES256","kid":"k2"}`,
			strings.Replace(standard, "$AUD", `"https://auth.example"`, 1) + `}`,
		},
	}
	for name, scope := range map[string]string{"party": "a b<&>", "party, no scopes": ""} {
		c := cases["RS256"]
		c.claims, c.payload = party(), strings.Replace(named, "$SCOPE", scope, 1)
		if scope == "" {
			c.claims = bareParty
		}
		cases[name] = c
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			parts := strings.Split(sign(t, c.claims, c.key), ".")
			for i, want := range []string{c.header, c.payload} {
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
	for keyID, method := range methods {
		signature, err := jose.ParseSignedCompact(sign(t, claims, keyID), []jose.SignatureAlgorithm{jose.SignatureAlgorithm(method.Alg())})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := signature.Verify(public(keyID)); err != nil {
			t.Errorf("%s: %v", method.Alg(), err)
		}
	}
}

func TestSignRefusesOtherKeys(t *testing.T) {
	if _, err := accesstoken.Sign(claims, jws.Key{ID: "k4", Signer: ecKey(elliptic.P384())}); err == nil {
		t.Error("signed with P-384")
	}
}

func TestParseReturnsWhatWasSigned(t *testing.T) {
	for keyID := range signers {
		for _, want := range []accesstoken.Claims{claims, internal("r1", "r2"), internal("r1"), party()} {
			got, err := parser.Parse(sign(t, want, keyID))
			if err != nil {
				t.Fatal(err)
			}
			want.KeyID = keyID
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error(diff)
			}
		}
	}
}

// forger signs what it likes, with a key that the parser trusts or one that it does not.
type forger struct {
	t      testing.TB
	header string
	body   string
}

// forge signs a header that has parts of a right one replaced.
func (f forger) forge(method jwt.SigningMethod, replaced, by string, key any) string {
	f.t.Helper()
	header := strings.Replace(strings.Replace(f.header, "$ALG", method.Alg(), 1), replaced, by, 1)
	text := base64.RawURLEncoding.EncodeToString([]byte(header)) + "." + f.body
	signature, err := method.Sign(text, key)
	if err != nil {
		f.t.Fatal(err)
	}
	return text + "." + base64.RawURLEncoding.EncodeToString(signature)
}

func TestParseRefuses(t *testing.T) {
	key, method := signers["k1"], jwt.SigningMethod(jwt.SigningMethodRS256)
	token := sign(t, claims, "k1")
	parts := strings.Split(token, ".")
	stray := token[:len(token)-1] + string(rune(token[len(token)-1]+1))
	partner := forger{t, `{"typ":"JWT","alg":"$ALG","jti":"` + id + `","kid":"k1"}`, parts[1]}
	standard := forger{t, `{"typ":"at+jwt","alg":"$ALG","kid":"k1"}`, strings.Split(sign(t, internal("r1"), "k1"), ".")[1]}
	crossed := forger{t, standard.header, partner.body}
	named := forger{t, partner.header, strings.Split(sign(t, party(), "k1"), ".")[1]}
	for name, f := range map[string]forger{"partner": partner, "internal": standard, "party": named} {
		if _, err := parser.Parse(f.forge(method, "", "", key)); err != nil {
			t.Fatalf("the forger's base case, %s: %v", name, err)
		}
	}
	cases := map[string]string{
		"empty":             "",
		"two parts":         parts[0] + "." + parts[1],
		"no signature":      parts[0] + "." + parts[1] + ".",
		"stray bits":        stray,
		"line break":        token[:9] + "\r\n" + token[9:],
		"padding":           token + "=",
		"too long":          token + strings.Repeat("a", accesstoken.MaxSize),
		"alg none":          partner.forge(jwt.SigningMethodNone, "", "", jwt.UnsafeAllowNoneSignatureType),
		"alg HS256":         partner.forge(jwt.SigningMethodHS256, "", "", []byte("k")),
		"alg RS512":         partner.forge(jwt.SigningMethodRS512, "", "", key),
		"alg PS256":         partner.forge(jwt.SigningMethodPS256, "", "", key),
		"another's alg":     partner.forge(jwt.SigningMethodES256, "", "", signers["k2"]),
		"alg not the key's": partner.forge(method, "RS256", "ES256", key),
		"key not the alg's": partner.forge(method, "k1", "k2", key),
		"crit":              partner.forge(method, `"k1"`, `"k1","crit":["x"]`, key),
		"own key":           partner.forge(method, `"k1"`, `"k1","jwk":{}`, key),
		"other type":        partner.forge(method, "JWT", "at+jwt", key),
		"unknown key":       partner.forge(method, `"k1"`, `"k9"`, key),
		"key no string":     partner.forge(method, `"k1"`, `1`, key),
		"another's key":     partner.forge(method, "", "", rsaKey()),
		"two identifiers":   partner.forge(method, id, "other", key),
		"identifier absent": partner.forge(method, `"jti":"`+id+`",`, "", key),
		"two key names":     partner.forge(method, `"k1"`, `"k9","kid":"k1"`, key),
		"partner's claims":  crossed.forge(method, "", "", key),
		"internal, jti":     standard.forge(method, `"kid"`, `"jti":"`+id+`","kid"`, key),
		"internal, crit":    standard.forge(method, `"k1"`, `"k1","crit":["x"]`, key),
		"internal, alg":     standard.forge(jwt.SigningMethodES256, "", "", signers["k2"]),
		"introspection":     standard.forge(method, "at+jwt", "token-introspection+jwt", key),
		"other subject":     subjectOf(t, "2"),
		"party, other type": named.forge(method, "JWT", "at+jwt", key),
		"party, other jti":  named.forge(method, id, "other", key),
		"party, no jti":     named.forge(method, `"jti":"`+id+`",`, "", key),
		"party, crit":       named.forge(method, `"k1"`, `"k1","crit":["x"]`, key),
	}
	for name, text := range cases {
		t.Run(name, func(t *testing.T) {
			if _, err := parser.Parse(text); !errors.Is(err, accesstoken.ErrInvalid) || errors.Is(err, accesstoken.ErrUnknownKey) != (name == "unknown key") {
				t.Errorf("Parse: %v", err)
			}
		})
	}
}

// subjectOf is an internal token whose subject is not its client.
func subjectOf(t *testing.T, subject string) string {
	t.Helper()
	text, err := jws.Sign(json.RawMessage(`{"typ":"at+jwt","alg":"RS256","kid":"k1"}`), map[string]any{
		"iss": "https://auth.example", "sub": subject, "client_id": "1", "aud": "r1", "iat": 1, "exp": 2, "jti": id,
	}, signers["k1"])
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func TestAnUnknownKeyIsNamed(t *testing.T) {
	got, err := accesstoken.NewParser(func(string) crypto.PublicKey { return nil }).Parse(sign(t, claims, "k2"))
	if !errors.Is(err, accesstoken.ErrUnknownKey) {
		t.Fatal(err)
	}
	if diff := cmp.Diff(accesstoken.Claims{KeyID: "k2"}, got); diff != "" {
		t.Errorf("what nobody signed is told: %s", diff)
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
	// ECDSA signatures have a second spelling that is as right, so of those the signed text alone is compared.
	genuine := map[string]bool{}
	for keyID := range signers {
		for _, c := range []accesstoken.Claims{claims, internal("r1", "r2"), internal("r1"), party()} {
			token := sign(f, c, keyID)
			genuine[token[:strings.LastIndexByte(token, '.')]] = true
			f.Add(token)
			f.Add(token[:len(token)-4])
		}
	}
	f.Add("..")
	f.Add("eyJhbGciOiJub25lIn0.e30.")
	f.Fuzz(func(t *testing.T, text string) {
		if _, err := parser.Parse(text); err == nil && !genuine[text[:strings.LastIndexByte(text, '.')]] {
			t.Errorf("another text passes for a token: %q", text)
		}
	})
}
