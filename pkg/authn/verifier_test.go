package authn_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/golang-jwt/jwt/v5"
	"github.com/google/go-cmp/cmp"

	"github.com/ventanilla/ventanilla/pkg/authn"
	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
)

const (
	invalid     = errorsv1.Reason_REASON_CREDENTIAL_INVALID
	unavailable = errorsv1.Reason_REASON_UNAVAILABLE
	accepted    = errorsv1.Reason_REASON_UNSPECIFIED
)

// issuer makes tokens, and stands for auth as a source of keys and revocations.
type issuer struct {
	key      *ecdsa.PrivateKey
	now      time.Time
	fetches  int
	fetchErr error
	stale    bool
	revoked  []string
	checker  authn.Checker
}

func newIssuer(t testing.TB) *issuer {
	t.Helper()
	return &issuer{key: newKey(t, elliptic.P256()), now: time.Unix(1_800_000_000, 0)}
}

func newKey(t testing.TB, curve elliptic.Curve) *ecdsa.PrivateKey {
	t.Helper()
	key, err := ecdsa.GenerateKey(curve, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func (i *issuer) keys(context.Context) ([]byte, error) {
	i.fetches++
	if i.fetchErr != nil {
		return nil, i.fetchErr
	}
	return json.Marshal(jose.JSONWebKeySet{Keys: []jose.JSONWebKey{
		{Key: i.key.Public(), KeyID: "k1", Algorithm: "ES256", Use: "sig"},
		{Key: i.key.Public(), KeyID: "for-encryption", Use: "enc"},
	}})
}

func (i *issuer) Fresh() bool { return !i.stale }

func (i *issuer) Revoked(p *authv1.Principal) bool {
	return slices.Contains(i.revoked, p.GetTokenId()) || slices.Contains(i.revoked, p.GetKeyId())
}

func (i *issuer) claims() authn.Claims {
	return authn.Claims{
		Issuer: "auth", Audience: "identity", ClientID: "c1", Family: "cmp", Kind: authv1.ClientKind_CLIENT_KIND_PARTNER,
		Scopes: []string{"a", "b"}, TokenID: "t1", KeyID: "a1", Epoch: 2, ID: "i1",
		IssuedAt: i.now.Unix(), ExpiresAt: i.now.Add(authn.MaxLife).Unix(),
	}
}

func (i *issuer) token(t testing.TB, change func(*authn.Claims)) string {
	t.Helper()
	claims := i.claims()
	if change != nil {
		change(&claims)
	}
	token, err := authn.Sign(i.key, "k1", claims)
	if err != nil {
		t.Fatal(err)
	}
	return token
}

func (i *issuer) verifier(t testing.TB) *authn.Verifier {
	t.Helper()
	v, err := authn.NewVerifier(authn.VerifierOptions{
		Issuer: "auth", Audience: "identity", Keys: i.keys, View: i, Checker: i.checker, Now: func() time.Time { return i.now },
	})
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func reason(v *authn.Verifier, token string) errorsv1.Reason {
	_, err := v.Verify(context.Background(), token)
	return rpcerr.Reason(err)
}

func TestVerifyReturnsWhatWasSigned(t *testing.T) {
	i := newIssuer(t)
	v := i.verifier(t)
	token := i.token(t, nil)
	for range 3 {
		got, err := v.Verify(t.Context(), token)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(i.claims(), *got); diff != "" {
			t.Error(diff)
		}
	}
	if i.fetches != 1 {
		t.Errorf("the key set was fetched %d times", i.fetches)
	}
}

func TestSignRefusesOtherCurves(t *testing.T) {
	if _, err := authn.Sign(newKey(t, elliptic.P384()), "k1", authn.Claims{}); err == nil {
		t.Error("signed with P-384")
	}
}

func TestVerifyRefuses(t *testing.T) {
	i := newIssuer(t)
	good := i.token(t, nil)
	// crafted signs claims with any method, key and header.
	crafted := func(method jwt.SigningMethod, key any, header map[string]any) string {
		token := jwt.NewWithClaims(method, jwt.MapClaims{
			"iss": "auth", "aud": "identity", "iat": i.now.Unix(), "exp": i.now.Add(time.Minute).Unix(),
		})
		maps.Copy(token.Header, map[string]any{"typ": authn.TokenType, "kid": "k1"})
		maps.Copy(token.Header, header)
		signed, err := token.SignedString(key)
		if err != nil {
			t.Fatal(err)
		}
		return signed
	}
	if got := reason(i.verifier(t), crafted(jwt.SigningMethodES256, i.key, nil)); got != accepted {
		t.Fatalf("the crafted token that is right: %s", got)
	}
	for name, token := range map[string]string{
		"empty":              "",
		"no token":           "abc",
		"spare bits":         spareBits(good),
		"line break":         good[:20] + "\n" + good[20:],
		"padding":            good + "=",
		"changed claims":     strings.Replace(good, ".ey", ".eyA", 1),
		"too long":           good + strings.Repeat("A", 16<<10),
		"other key":          crafted(jwt.SigningMethodES256, newKey(t, elliptic.P256()), nil),
		"alg none":           crafted(jwt.SigningMethodNone, jwt.UnsafeAllowNoneSignatureType, nil),
		"alg HS256":          crafted(jwt.SigningMethodHS256, []byte("k1"), nil),
		"typ JWT":            crafted(jwt.SigningMethodES256, i.key, map[string]any{"typ": "JWT"}),
		"crit":               crafted(jwt.SigningMethodES256, i.key, map[string]any{"crit": []string{"b64"}}),
		"no kid":             crafted(jwt.SigningMethodES256, i.key, map[string]any{"kid": ""}),
		"kid no string":      crafted(jwt.SigningMethodES256, i.key, map[string]any{"kid": 7}),
		"kid unknown":        crafted(jwt.SigningMethodES256, i.key, map[string]any{"kid": "k2"}),
		"kid for encryption": crafted(jwt.SigningMethodES256, i.key, map[string]any{"kid": "for-encryption"}),
		"other issuer":       i.token(t, func(c *authn.Claims) { c.Issuer = "eve" }),
		"other audience":     i.token(t, func(c *authn.Claims) { c.Audience = "benefits" }),
		"no audience":        i.token(t, func(c *authn.Claims) { c.Audience = "" }),
		"expired":            i.token(t, func(c *authn.Claims) { c.ExpiresAt = i.now.Unix() }),
		"no expiry":          i.token(t, func(c *authn.Claims) { c.ExpiresAt = 0 }),
		"lives too long":     i.token(t, func(c *authn.Claims) { c.ExpiresAt++ }),
		"no issue time":      i.token(t, func(c *authn.Claims) { c.IssuedAt = 0 }),
		"issued in future":   i.token(t, func(c *authn.Claims) { c.IssuedAt += 61; c.ExpiresAt += 61 }),
	} {
		t.Run(name, func(t *testing.T) {
			if got := reason(i.verifier(t), token); got != invalid {
				t.Errorf("%s", got)
			}
		})
	}
}

// spareBits gives the last character of a signature its other spelling: 64 bytes leave four bits unused.
func spareBits(token string) string {
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
	last := strings.IndexByte(alphabet, token[len(token)-1])
	return token[:len(token)-1] + string(alphabet[last^1])
}

func TestRememberedTokenStillEnds(t *testing.T) {
	for name, end := range map[string]func(*issuer){
		"expired": func(i *issuer) { i.now = i.now.Add(authn.MaxLife) },
		"revoked": func(i *issuer) { i.revoked = []string{"t1"} },
		// The keys of the access token and of the internal token.
		"key retired":     func(i *issuer) { i.revoked = []string{"a1"} },
		"own key retired": func(i *issuer) { i.revoked = []string{"k1"} },
	} {
		t.Run(name, func(t *testing.T) {
			i := newIssuer(t)
			v, token := i.verifier(t), i.token(t, nil)
			if got := reason(v, token); got != accepted {
				t.Fatal(got)
			}
			end(i)
			if got := reason(v, token); got != invalid {
				t.Error(got)
			}
		})
	}
}

func TestStaleViewAsksForEachToken(t *testing.T) {
	answer := func(revoked bool, err error) authn.Checker {
		return func(_ context.Context, p *authv1.Principal) (bool, error) {
			switch {
			case p.GetTokenId() == "t1" && p.GetKeyId() == "a1":
				return revoked, err
			case p.GetTokenId() == "" && p.GetKeyId() == "k1": // the internal token's own key
				return false, nil
			}
			return false, errors.New("asked for another")
		}
	}
	for name, c := range map[string]struct {
		checker authn.Checker
		revoked []string
		want    errorsv1.Reason
	}{
		"nobody to ask":          {nil, nil, unavailable},
		"cannot be asked":        {answer(false, errors.New("away")), nil, unavailable},
		"not revoked":            {answer(false, nil), nil, accepted},
		"revoked":                {answer(true, nil), nil, invalid},
		"the old view knows it":  {nil, []string{"t1"}, invalid},
		"checker knows no error": {answer(true, errors.New("away")), nil, unavailable},
	} {
		t.Run(name, func(t *testing.T) {
			i := newIssuer(t)
			i.stale, i.checker, i.revoked = true, c.checker, c.revoked
			if got := reason(i.verifier(t), i.token(t, nil)); got != c.want {
				t.Errorf("%s, want %s", got, c.want)
			}
		})
	}
}

func TestStaleViewAsksForTheTokensOwnKey(t *testing.T) {
	i := newIssuer(t)
	i.stale = true
	i.checker = func(_ context.Context, p *authv1.Principal) (bool, error) { return p.GetKeyId() == "k1", nil }
	if got := reason(i.verifier(t), i.token(t, nil)); got != invalid {
		t.Error(got)
	}
}

func TestKeySetFetches(t *testing.T) {
	i := newIssuer(t)
	i.fetchErr = errors.New("auth is away")
	v, token := i.verifier(t), i.token(t, nil)
	for range 5 {
		if got := reason(v, token); got != unavailable {
			t.Fatal(got)
		}
	}
	if i.fetches != 1 {
		t.Errorf("%d fetches within a second", i.fetches)
	}
	i.fetchErr, i.now = nil, i.now.Add(time.Second)
	if got := reason(v, token); got != accepted {
		t.Errorf("auth is back: %s", got)
	}

	old := i.key
	i.key, i.now = newKey(t, elliptic.P256()), i.now.Add(5*time.Minute)
	if got := reason(v, i.token(t, nil)); got != accepted {
		t.Errorf("a replaced key after five minutes: %s", got)
	}
	i.key = old
	if got := reason(v, i.token(t, nil)); got != invalid {
		t.Errorf("the key that is gone: %s", got)
	}
}

func TestVerifierNeedsItsOptions(t *testing.T) {
	if _, err := authn.NewVerifier(authn.VerifierOptions{Issuer: "auth"}); err == nil {
		t.Error("made without audience, keys, view and clock")
	}
}

func FuzzVerify(f *testing.F) {
	i := newIssuer(f)
	v, good := i.verifier(f), i.token(f, nil)
	f.Add(good)
	f.Add("")
	f.Add("..")
	f.Add(spareBits(good))
	f.Add("eyJhbGciOiJub25lIn0.e30.")
	f.Fuzz(func(t *testing.T, token string) {
		if got := reason(v, token); (got == accepted) != (token == good) {
			t.Errorf("%s", got)
		}
	})
}
