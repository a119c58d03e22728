package assertion

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"errors"
	"fmt"
	"math/big"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/golang-jwt/jwt/v5"
)

const (
	// MaxSize is the longest assertion that Verify looks at, in bytes.
	MaxSize = 16 << 10
	// maxLife is how far off an assertion's end may be.
	maxLife = 10 * time.Minute
	// Leeway is how far the client's clock may be from ours.
	Leeway = 5 * time.Second
	// maxID bounds an assertion's identifier, in characters.
	maxID = 256
	// maxClientID bounds a client's identifier, in bytes.
	maxClientID = 128
)

// ErrInvalid says that a text is no assertion of a client that is valid now. It never says why: the reason would be
// an oracle.
var ErrInvalid = errors.New("not a valid client assertion")

// Assertion is what a verified assertion says.
type Assertion struct {
	// ClientID is the client that signed it.
	ClientID string
	// ID is its identifier.
	ID string
	// Expires is the end of its life. Verify takes it for Leeway longer.
	Expires time.Time
}

// Verifier checks assertions. It may be used by several goroutines at once.
type Verifier struct {
	parser *jwt.Parser
	// decoys are keys that stand in for those that are not there, so that an unknown client costs a signature too.
	decoys map[string]crypto.PublicKey
}

// NewVerifier makes a verifier with decoys of its own.
func NewVerifier() (*Verifier, error) {
	curve, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("making a decoy: %w", err)
	}
	edwards, _, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("making a decoy: %w", err)
	}
	var modulus [minRSA / 8]byte // no product of two primes, and as slow to verify as one
	rand.Read(modulus[:])        // never fails: crypto/rand ends the process instead
	modulus[0] |= 0x80
	modulus[len(modulus)-1] |= 1
	public := &rsa.PublicKey{N: new(big.Int).SetBytes(modulus[:]), E: 65537}
	decoys := map[string]crypto.PublicKey{
		jwt.SigningMethodRS256.Alg(): public,
		jwt.SigningMethodPS256.Alg(): public,
		jwt.SigningMethodES256.Alg(): curve.Public(),
		jwt.SigningMethodEdDSA.Alg(): edwards,
	}
	parser := jwt.NewParser(jwt.WithStrictDecoding(), jwt.WithoutClaimsValidation(), jwt.WithValidMethods([]string{
		jwt.SigningMethodRS256.Alg(), jwt.SigningMethodPS256.Alg(), jwt.SigningMethodES256.Alg(), jwt.SigningMethodEdDSA.Alg(),
	}))
	return &Verifier{parser, decoys}, nil
}

// Verify reads an assertion in compact form that is for one of the audiences. keysOf finds the keys of a client, the
// zero Keys for one that is unknown. It fails with ErrInvalid, and with an error of keysOf's.
func (v *Verifier) Verify(text string, audiences []string, now time.Time, keysOf func(clientID string) (Keys, error)) (Assertion, error) {
	// The base64 decoder skips line breaks, which would give an assertion many spellings.
	if len(text) > MaxSize || strings.ContainsAny(text, "\r\n") {
		return Assertion{}, ErrInvalid
	}
	var says jwt.RegisteredClaims
	var failure error // of keysOf
	known := false
	_, err := v.parser.ParseWithClaims(text, &says, func(token *jwt.Token) (any, error) {
		id, ok := keyID(token.Header)
		if !ok || !holds(says, audiences, now) {
			return nil, ErrInvalid
		}
		keys, err := keysOf(says.Subject)
		if err != nil {
			failure = err
			return nil, err
		}
		fitting := keys.fit(id, token.Method.Alg())
		if known = len(fitting) > 0; !known {
			return v.decoys[token.Method.Alg()], nil
		}
		return jwt.VerificationKeySet{Keys: fitting}, nil
	})
	if failure != nil {
		return Assertion{}, failure
	}
	if err != nil || !known {
		return Assertion{}, ErrInvalid
	}
	return Assertion{ClientID: says.Subject, ID: says.ID, Expires: says.ExpiresAt.Time}, nil
}

// keyID is the header's kid, or empty. A header that must be understood (RFC 7515, 4.1.11) is not.
func keyID(header map[string]any) (id string, ok bool) {
	if _, critical := header["crit"]; critical {
		return "", false
	}
	if given, has := header["kid"]; has {
		id, ok = given.(string)
		return id, ok
	}
	return "", true
}

// holds checks what an assertion says (RFC 7523, 3). Times are compared as whole seconds, which cannot overflow.
func holds(says jwt.RegisteredClaims, audiences []string, now time.Time) bool {
	clock := now.Unix()
	const leeway = int64(Leeway / time.Second)
	begun := func(at *jwt.NumericDate) bool { return at == nil || at.Unix() >= 0 && at.Unix() <= clock+leeway }
	switch {
	case says.Subject == "", says.Issuer != says.Subject, len(says.Subject) > maxClientID,
		says.ID == "", utf8.RuneCountInString(says.ID) > maxID,
		!slices.ContainsFunc(says.Audience, func(aud string) bool { return slices.Contains(audiences, aud) }),
		!begun(says.NotBefore), !begun(says.IssuedAt), says.ExpiresAt == nil:
		return false
	}
	end := says.ExpiresAt.Unix()
	return end > clock-leeway && end <= clock+leeway+int64(maxLife/time.Second)
}
