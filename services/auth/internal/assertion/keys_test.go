package assertion_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"fmt"
	"maps"
	"strings"
	"testing"

	"github.com/go-jose/go-jose/v4"

	"github.com/ventanilla/ventanilla/pkg/testkit"
	"github.com/ventanilla/ventanilla/services/auth/internal/assertion"
)

func TestMain(m *testing.M) { testkit.Main(m) }

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func rsaKey(t testing.TB, bits int) *rsa.PrivateKey {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, bits)
	check(t, err)
	return key
}

func ecKey(t testing.TB, curve elliptic.Curve) *ecdsa.PrivateKey {
	t.Helper()
	key, err := ecdsa.GenerateKey(curve, rand.Reader)
	check(t, err)
	return key
}

func edKey(t testing.TB) ed25519.PrivateKey {
	t.Helper()
	_, key, err := ed25519.GenerateKey(rand.Reader)
	check(t, err)
	return key
}

// web writes a key as JSON; members are set beside those of the key.
func web(t testing.TB, key any, members map[string]any) string {
	t.Helper()
	text, err := json.Marshal(jose.JSONWebKey{Key: key})
	check(t, err)
	var all map[string]any
	check(t, json.Unmarshal(text, &all))
	maps.Copy(all, members)
	text, err = json.Marshal(all)
	check(t, err)
	return string(text)
}

func set(keys ...string) string { return `{"keys":[` + strings.Join(keys, ",") + `]}` }

func public(key crypto.Signer) any { return key.Public() }

func TestKeySetsThatAreTaken(t *testing.T) {
	id := func(kid string) map[string]any { return map[string]any{"kid": kid} }
	one, two := ecKey(t, elliptic.P256()), ecKey(t, elliptic.P256())
	for name, text := range map[string]string{
		"RSA":        set(web(t, public(rsaKey(t, 2048)), nil)),
		"P-256":      set(web(t, public(one), map[string]any{"use": "sig", "alg": "ES256"})),
		"Ed25519":    set(web(t, public(edKey(t)), nil)),
		"two":        set(web(t, public(one), id("1")), web(t, public(two), id("2"))),
		"with extra": `{"keys":[` + web(t, public(one), map[string]any{"note": "of no account"}) + `],"more":1}`,
	} {
		t.Run(name, func(t *testing.T) {
			_, stored, err := assertion.ParseKeys([]byte(text))
			check(t, err)
			if strings.Contains(string(stored), "note") || !strings.HasPrefix(string(stored), `{"keys":[{`) {
				t.Errorf("stored as %s", stored)
			}
			if _, again, err := assertion.ParseKeys(stored); err != nil || string(again) != string(stored) {
				t.Errorf("what is stored is read as %s, %v", again, err)
			}
		})
	}
}

func TestKeySetsThatAreRefused(t *testing.T) {
	ec := ecKey(t, elliptic.P256())
	good := web(t, public(ec), nil)
	many := make([]string, 11)
	for i := range many {
		many[i] = web(t, public(ec), map[string]any{"kid": fmt.Sprint(i)})
	}
	for name, c := range map[string]struct{ text, says string }{
		"no JSON":         {"-----BEGIN PUBLIC KEY-----", "is no JSON Web Key Set"},
		"a key alone":     {good, "1 to 10 keys"},
		"none":            {set(), "1 to 10 keys"},
		"too many":        {set(many...), "1 to 10 keys"},
		"no object":       {set("1"), "keys[0] is no JSON object"},
		"null":            {set("null"), "keys[0] is no public key"},
		"unknown type":    {set(`{"kty":"XYZ"}`), "keys[0] is no public key"},
		"private":         {set(many[0], web(t, ec, nil)), `keys[1] has the private member "d"`},
		"private RSA":     {set(web(t, rsaKey(t, 2048), nil)), `has the private member "d"`},
		"left-over prime": {set(web(t, public(rsaKey(t, 2048)), map[string]any{"p": "AQAB"})), `has the private member "p"`},
		"symmetric":       {set(web(t, []byte("0123456789abcdef0123456789abcdef"), nil)), `has the private member "k"`},
		"short RSA":       {set(web(t, public(rsaKey(t, 1024)), nil)), "2048 to 8192 bits"},
		"even exponent":   {set(web(t, &rsa.PublicKey{N: rsaKey(t, 2048).N, E: 65536}, nil)), "must be odd"},
		"P-384":           {set(web(t, public(ecKey(t, elliptic.P384())), nil)), "P-256"},
		"off the curve":   {set(web(t, public(ec), map[string]any{"x": "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"})), "is no public key"},
		"for encryption":  {set(web(t, public(ec), map[string]any{"use": "enc"})), "use must be sig"},
		"unfit algorithm": {set(web(t, public(ec), map[string]any{"alg": "RS256"})), "does not fit"},
		"two without kid": {set(good, good), "keys[0] needs a kid"},
		"the same kid":    {set(many[0], many[0]), "keys[1] has the kid of another key"},
		"a long kid":      {set(web(t, public(ec), map[string]any{"kid": strings.Repeat("ñ", 129)})), "more than 128"},
	} {
		t.Run(name, func(t *testing.T) {
			if _, _, err := assertion.ParseKeys([]byte(c.text)); err == nil || !strings.Contains(err.Error(), c.says) {
				t.Errorf("says %v, want %q", err, c.says)
			}
		})
	}
}

func FuzzParseKeys(f *testing.F) {
	ec := ecKey(f, elliptic.P256())
	f.Add(set(web(f, public(ec), map[string]any{"kid": "1"}), web(f, public(edKey(f)), map[string]any{"kid": "2"})))
	f.Add(set(web(f, public(rsaKey(f, 2048)), nil)))
	f.Add(set(web(f, ec, nil)))
	f.Add(`{"keys":[{"kty":"RSA","n":"","e":""}]}`)
	f.Fuzz(func(t *testing.T, text string) {
		_, stored, err := assertion.ParseKeys([]byte(text))
		if err != nil {
			return
		}
		if strings.Contains(string(stored), `"d":`) {
			t.Fatalf("a private key was taken from %s", text)
		}
		if _, again, err := assertion.ParseKeys(stored); err != nil || string(again) != string(stored) {
			t.Fatalf("%s is read as %s, %v", stored, again, err)
		}
	})
}
