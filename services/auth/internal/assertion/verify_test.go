package assertion_test

import (
	"crypto"
	"crypto/elliptic"
	"encoding/base64"
	"encoding/json"
	"errors"
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/ventanilla/ventanilla/services/auth/internal/assertion"
)

const issuer = "https://issuer.example"

var now = time.Unix(1_800_000_000, 500_000_000)

// claims are those of a good assertion, with changes; nil takes one away.
func claims(changes map[string]any) map[string]any {
	all := map[string]any{
		"iss": "client", "sub": "client", "aud": issuer, "jti": "one",
		"iat": now.Unix(), "nbf": now.Unix(), "exp": now.Unix() + 60,
	}
	maps.Copy(all, changes)
	maps.DeleteFunc(all, func(_ string, value any) bool { return value == nil })
	return all
}

// sign is done by another JOSE library.
func sign(t testing.TB, algorithm jose.SignatureAlgorithm, key any, header, says map[string]any) string {
	t.Helper()
	options := &jose.SignerOptions{}
	for name, value := range header {
		options.WithHeader(jose.HeaderKey(name), value)
	}
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: algorithm, Key: key}, options)
	check(t, err)
	payload, err := json.Marshal(says)
	check(t, err)
	signed, err := signer.Sign(payload)
	check(t, err)
	text, err := signed.CompactSerialize()
	check(t, err)
	return text
}

// world is a verifier with one client.
type world struct {
	*assertion.Verifier
	keys assertion.Keys
}

func newWorld(t testing.TB, keySet string) *world {
	t.Helper()
	verifier, err := assertion.NewVerifier()
	check(t, err)
	keys, _, err := assertion.ParseKeys([]byte(keySet))
	check(t, err)
	return &world{verifier, keys}
}

func (w *world) verify(text string) (assertion.Assertion, error) {
	return w.Verify(text, []string{issuer, issuer + "/oauth2/token"}, now, func(id string) (assertion.Keys, error) {
		if id == "client" {
			return w.keys, nil
		}
		return assertion.Keys{}, nil
	})
}

func TestAssertionsThatHold(t *testing.T) {
	rsa, ec, ed := rsaKey(t, 2048), ecKey(t, elliptic.P256()), edKey(t)
	w := newWorld(t, set(
		web(t, public(rsa), map[string]any{"kid": "r"}),
		web(t, public(ec), map[string]any{"kid": "c"}),
		web(t, public(ed), map[string]any{"kid": "d"}),
	))
	header := func(kid string) map[string]any { return map[string]any{"kid": kid} }
	soon := now.Unix() + 605
	for name, text := range map[string]string{
		"RS256":             sign(t, jose.RS256, rsa, header("r"), claims(nil)),
		"PS256":             sign(t, jose.PS256, rsa, header("r"), claims(nil)),
		"ES256":             sign(t, jose.ES256, ec, header("c"), claims(nil)),
		"EdDSA":             sign(t, jose.EdDSA, ed, header("d"), claims(nil)),
		"without kid":       sign(t, jose.ES256, ec, nil, claims(nil)),
		"with type":         sign(t, jose.ES256, ec, map[string]any{"typ": "client-authentication+jwt"}, claims(nil)),
		"several audiences": sign(t, jose.ES256, ec, nil, claims(map[string]any{"aud": []string{"other", issuer + "/oauth2/token"}})),
		"the least":         sign(t, jose.ES256, ec, nil, claims(map[string]any{"iat": nil, "nbf": nil})),
		"the longest":       sign(t, jose.ES256, ec, nil, claims(map[string]any{"exp": soon, "jti": strings.Repeat("ñ", 256)})),
		"clocks apart":      sign(t, jose.ES256, ec, nil, claims(map[string]any{"nbf": now.Unix() + 5, "iat": now.Unix() + 5})),
		"just ended":        sign(t, jose.ES256, ec, nil, claims(map[string]any{"exp": now.Unix() - 4})),
	} {
		t.Run(name, func(t *testing.T) {
			got, err := w.verify(text)
			if err != nil || got.ClientID != "client" || got.ID == "" || got.Expires.IsZero() {
				t.Errorf("got %+v, %v", got, err)
			}
		})
	}
}

func TestAssertionsThatDoNotHold(t *testing.T) {
	rsa, ec := rsaKey(t, 2048), ecKey(t, elliptic.P256())
	w := newWorld(t, set(web(t, public(ec), map[string]any{"kid": "c"}), web(t, public(rsa), map[string]any{"kid": "r", "alg": "PS256"})))
	es := func(changes map[string]any) string { return sign(t, jose.ES256, ec, nil, claims(changes)) }
	good := es(nil)
	hmac := []byte("0123456789abcdef0123456789abcdef")
	head, rest, _ := strings.Cut(good, ".")
	raw := base64.RawURLEncoding.EncodeToString
	cases := map[string]string{
		"empty":                 "",
		"no JWT":                "a.b.c",
		"line break":            good[:10] + "\n" + good[10:],
		"padded":                good + "==",
		"cut":                   good[:len(good)-4],
		"too long":              good + strings.Repeat("a", assertion.MaxSize),
		"unsigned":              raw([]byte(`{"alg":"none"}`)) + "." + rest[:strings.IndexByte(rest, '.')] + ".",
		"symmetric":             sign(t, jose.HS256, hmac, nil, claims(nil)),
		"another's key":         sign(t, jose.ES256, ecKey(t, elliptic.P256()), nil, claims(nil)),
		"another algorithm":     sign(t, jose.RS256, rsa, map[string]any{"kid": "r"}, claims(nil)),
		"unknown kid":           sign(t, jose.ES256, ec, map[string]any{"kid": "x"}, claims(nil)),
		"kid of another":        sign(t, jose.ES256, ec, map[string]any{"kid": "r"}, claims(nil)),
		"other header":          raw([]byte(`{"alg":"ES256","x":1}`)) + "." + rest,
		"another header's kind": raw([]byte(`{"alg":"ES256","kid":7}`)) + "." + rest,
		"critical":              raw([]byte(`{"alg":"ES256","crit":["x"]}`)) + "." + rest,
		"stray bits":            strayBits(head+"."+rest, good),
		"unknown client":        es(map[string]any{"iss": "nobody", "sub": "nobody"}),
		"another issuer":        es(map[string]any{"iss": "other"}),
		"no issuer":             es(map[string]any{"iss": nil}),
		"no subject":            es(map[string]any{"iss": "", "sub": ""}),
		"long subject":          es(map[string]any{"iss": strings.Repeat("a", 129), "sub": strings.Repeat("a", 129)}),
		"no audience":           es(map[string]any{"aud": nil}),
		"another audience":      es(map[string]any{"aud": issuer + "/"}),
		"other audiences":       es(map[string]any{"aud": []string{"a", "b"}}),
		"odd audience":          es(map[string]any{"aud": 1}),
		"no end":                es(map[string]any{"exp": nil}),
		"ended":                 es(map[string]any{"exp": now.Unix() - 5}),
		"too long a life":       es(map[string]any{"exp": now.Unix() + 606}),
		"without bounds":        es(map[string]any{"exp": 1e300}),
		"end as text":           es(map[string]any{"exp": "soon"}),
		"not begun":             es(map[string]any{"nbf": now.Unix() + 6}),
		"never begun":           es(map[string]any{"nbf": 1e300}),
		"of the future":         es(map[string]any{"iat": now.Unix() + 6}),
		"before time":           es(map[string]any{"iat": -1}),
		"no identifier":         es(map[string]any{"jti": nil}),
		"long identifier":       es(map[string]any{"jti": strings.Repeat("a", 257)}),
	}
	for name, text := range cases {
		t.Run(name, func(t *testing.T) {
			if got, err := w.verify(text); !errors.Is(err, assertion.ErrInvalid) || err.Error() != assertion.ErrInvalid.Error() {
				t.Errorf("got %+v, %v", got, err)
			}
		})
	}
	if _, err := w.verify(good); err != nil {
		t.Errorf("the good one: %v", err)
	}
}

// strayBits sets a bit of the signature's last character that means nothing.
func strayBits(text, good string) string {
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
	last := strings.IndexByte(alphabet, good[len(good)-1])
	return text[:len(text)-1] + string(alphabet[last^1])
}

func TestAFailureToFindKeysIsNoRefusal(t *testing.T) {
	ec := ecKey(t, elliptic.P256())
	w := newWorld(t, set(web(t, public(ec), nil)))
	away := errors.New("away")
	_, err := w.Verify(sign(t, jose.ES256, ec, nil, claims(nil)), []string{issuer}, now, func(string) (assertion.Keys, error) {
		return assertion.Keys{}, away
	})
	if !errors.Is(err, away) || errors.Is(err, assertion.ErrInvalid) {
		t.Errorf("got %v", err)
	}
}

func FuzzVerify(f *testing.F) {
	ec := ecKey(f, elliptic.P256())
	w := newWorld(f, set(web(f, public(ec), nil)))
	good := sign(f, jose.ES256, ec, nil, claims(nil))
	f.Add(good)
	f.Add(sign(f, jose.ES256, crypto.Signer(ec), map[string]any{"kid": "k"}, claims(map[string]any{"sub": "x", "iss": "x"})))
	f.Add(sign(f, jose.EdDSA, edKey(f), nil, claims(nil)))
	f.Add("a.b.c")
	f.Fuzz(func(t *testing.T, text string) {
		// Nobody but the client makes another that holds.
		if got, err := w.verify(text); err == nil && text != good {
			t.Fatalf("%q gave %+v", text, got)
		}
	})
}
